"""A party that goes by another name throughout says nothing new; what changes beside the name is still found."""

from __future__ import annotations

import pytest

from policy_versions.classify import classify

AGREEMENT = """# 数据处理协议

甲方委托乙方存储其员工的个人信息，处理目的由甲方决定。

乙方仅依照甲方的书面指示处理，不得超出约定的范围。

合同终止后三十日内，乙方应当删除个人信息。

乙方发生安全事件的，应当在二十四小时内通知甲方。
"""


def _under(*names: tuple[str, str]) -> str:
    text = AGREEMENT
    for old, new in names:
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize("names", [("客户", "服务商"), ("使用者", "平台"), ("贵公司", "本公司")])
def test_another_name_throughout_is_a_synonym(names: tuple[str, str]) -> None:
    assessment = classify(AGREEMENT, _under(("甲方", names[0]), ("乙方", names[1])), "zh-CN")
    assert not assessment.findings
    assert {note.kind for note in assessment.editorial} == {"synonym"}


def test_a_period_beside_another_name_is_found_and_quoted_as_it_stands() -> None:
    after = _under(("甲方", "客户"), ("乙方", "服务商"), ("三十日", "九十日"))
    found = classify(AGREEMENT, after, "zh-CN").findings
    assert [(str(f.category), str(f.direction)) for f in found] == [("retention", "expands")]
    assert found[0].evidence_after in after


@pytest.mark.parametrize(("old", "new"), [("甲方", "第三方"), ("员工", "儿童")])
def test_another_party_is_no_other_name(old: str, new: str) -> None:
    assert classify(AGREEMENT, _under((old, new)), "zh-CN").findings
