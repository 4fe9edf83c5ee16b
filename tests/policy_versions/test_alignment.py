"""What stayed, moved, changed: read off small policies."""

from __future__ import annotations

from policy_versions.alignment import align, sentence_changes
from policy_versions.document import parse
from policy_versions.model import ChangeKind, ClauseChange

BEFORE = """# 隐私政策

## 一、我们收集的信息

我们收集您的手机号码和设备型号，用于注册账户。
您可以随时注销您的账户。

- 位置信息，用于推荐附近的律师
- 通讯录，用于邀请好友加入

## 二、信息的保存

我们将在您注销账户后保存您的个人信息六个月。
"""


def changes(before: str, after: str, language: str = "zh") -> tuple[ClauseChange, ...]:
    return align(parse(before, language), parse(after, language))


def kinds(before: str, after: str) -> set[ChangeKind]:
    return {c.kind for c in changes(before, after)}


def test_same_text_is_unchanged() -> None:
    assert kinds(BEFORE, BEFORE) == {ChangeKind.UNCHANGED}


def test_changed_period_is_one_changed_clause() -> None:
    found = [c for c in changes(BEFORE, BEFORE.replace("六个月", "三年")) if c.kind is not ChangeKind.UNCHANGED]
    assert [c.kind for c in found] == [ChangeKind.CHANGED]
    assert sentence_changes(found[0]) == (
        ("我们将在您注销账户后保存您的个人信息六个月。", "我们将在您注销账户后保存您的个人信息三年。"),
    )
