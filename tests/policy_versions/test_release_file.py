"""The release file: what is written is read back, and every mistake of a hand-edited one is told at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policy_versions import release_file, strict_yaml
from policy_versions.errors import ConfigError
from policy_versions.model import (
    Category,
    Confidence,
    Decision,
    Direction,
    Effect,
    Finding,
    Level,
    Lines,
    Release,
    ReleaseFinding,
    ReleaseText,
    Verdict,
    Waiver,
)
from policy_versions.obligations import duty
from policy_versions.strict_yaml import Node

FINDING = Finding(
    "recipient-added", Category.RECIPIENTS, Effect.ADDED, Direction.EXPANDS, True, "", "向“星图”提供: 1.10\n- x",
    Lines(), Lines(12, 14), Confidence.HIGH, "a1b2c3d4e5f6", {"zh-CN": "新增接收方", "en": "A new recipient"},
    {"recipient": "星图"}, True, ("三、共享", "（一）"),
)  # fmt: skip
RELEASE = Release(
    "privacy", "2.0.0", "1.1.0", date(2026, 11, 22), date(2026, 12, 22),
    {"zh-CN": ReleaseText("zh-CN", "policies/privacy/zh-CN.md", "ab" * 32)},
    {"zh-CN": "新增接收方。", "en": "no"}, (ReleaseFinding(FINDING, "zh-CN", duty(FINDING)),),
    (
        Decision("a1b2c3d4e5f6", Verdict.CONFIRMED, "已核对\n两行", "lin@example.com", date(2026, 11, 21)),
        Decision("0", Verdict.RAISED, "yes", "l", date(2026, 1, 1), "m", Level.GUARDIAN, {"abroad": False}),
        Decision(
            "1", Verdict.CONFIRMED, "是", "l", date(2026, 1, 1), says={"zh-CN": "收集：手机号", "en": "Data: #1"},
            category=Category.DATA, direction=Direction.EXPANDS, same_as={"en": "We collect it."},
        ),
    ),
    Level.SEPARATE_CONSENT, True, 30, answers={"platform": True},
    waivers=(Waiver("floor-reply", "30 日内", "另有所指", "lin@example.com", "zhou@example.com", date(2026, 11, 21)),),
)  # fmt: skip


def test_a_release_is_read_back_as_it_was_written() -> None:
    data = release_file.dump(RELEASE, "请填写\nPlease fill in")
    assert release_file.parse(data, "2.0.0.yaml") == RELEASE
    assert data.startswith("# 请填写\n# Please fill in\npolicy: privacy\nnumber: 2.0.0\nprevious: 1.1.0\n".encode())
    assert b"earliest_effective_on: 2026-12-22\n" in data


def test_a_first_release_has_neither_findings_nor_days() -> None:
    first = replace(
        RELEASE,
        previous="",
        findings=(),
        decisions=(),
        announced_on=None,
        effective_on=None,
        level=Level.NONE,
        answers={},
    )
    assert release_file.parse(release_file.dump(first), "x") == first


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)  # says nothing of us: the machine was busy
@given(
    st.recursive(
        st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=12,
    ).filter(lambda x: x != "")
)
def test_any_tree_of_texts_survives_the_writing(tree: Node) -> None:
    assert strict_yaml.read(strict_yaml.write({"k": tree}), "x") == {"k": tree}


@pytest.mark.parametrize(
    "text", ["1.10", "no", "0123", "12:30", "2026-12-01", "~", "", "a: b", "- a", "#x", "x #y", "|"]
)
def test_words_that_yaml_would_type_stay_words(text: str) -> None:
    assert strict_yaml.read(strict_yaml.write({"k": text, "l": [text]}), "x") == {"k": text, "l": [text]}


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"a: 1\nb: 2\na: 3\n", 'f.yaml: line 3: found duplicate key "a"'),
        (b"a: [1\n", "f.yaml: line "),
        (b"a: \xff\n", "f.yaml: line 1: not UTF-8"),
        (b"a: \x00\n", "f.yaml: "),
        (b"a: *b\n", "f.yaml: line 1: found undefined alias"),
    ],
)
def test_what_is_no_yaml_is_told_with_its_line(data: bytes, problem: str) -> None:
    with pytest.raises(ConfigError) as error:
        strict_yaml.read(data, "f.yaml")
    assert str(error.value).startswith(problem)


def test_a_byte_order_mark_and_crlf_are_taken() -> None:
    assert strict_yaml.read(b"\xef\xbb\xbfa: 1.10\r\nb: no\r\n", "x") == {"a": "1.10", "b": "no"}


def test_every_problem_of_a_release_file_is_told() -> None:
    data = b"""
policy: privacy
number: two
previous: 1.0.0
anounced_on: 2026-01-01
effective_on: 2026-02-30
level: severe
guardian: perhaps
lead_days: soon
texts:
  zh-CN: { path: a.md, sha256: 12 }
  en: a.md
summaries: [a]
decisions:
  - { fingerprint: a, verdict: fine, reason: x, by: y, on: '', answers: { abroad: maybe } }
findings:
  - { rule: r, lines: { after: 3 } }
"""
    with pytest.raises(ConfigError) as error:
        release_file.parse(data, "p/2.0.0.yaml")
    told = str(error.value).split("\n")
    assert all(line.startswith("p/2.0.0.yaml: key `") for line in told)
    for part in (
        "`anounced_on`: unknown key (allowed: policy, number",
        "`number`: is `two` (allowed: MAJOR.MINOR.PATCH)",
        "`effective_on`: is `2026-02-30` (allowed: a day",
        "`level`: is `severe` (allowed: none, routine, prominent",
        "`guardian`: is `perhaps` (allowed: true, false)",
        "`lead_days`: is `soon` (allowed: a whole number",
        "`texts.zh-CN.sha256`: is `12` (allowed: 64 hex",
        "`texts.en`: is not a table of keys",
        "`summaries`: is not a table of keys",
        "`decisions[0].verdict`: is `fine` (allowed: confirmed, overruled, raised)",
        "`decisions[0].on`: is ``",
        "`decisions[0].answers.abroad`: is `maybe`",
        "`findings[0].category`: is missing",
        "`findings[0].lines.after`: is `3` (allowed: FIRST-LAST)",
    ):
        assert any(part in line for line in told), part


def test_a_release_file_that_is_no_table_is_told() -> None:
    with pytest.raises(ConfigError, match="is not a table of keys"):
        release_file.parse(b"- a\n", "x.yaml")
