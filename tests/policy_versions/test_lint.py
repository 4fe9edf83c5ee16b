"""Lint: each fault of a text is named with its line, and a sound text has none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from policy_versions import config
from policy_versions.lint import effective_on, lint
from policy_versions.model import Level, Release
from tests.policy_versions.releasing import BASE, EN, TOML, ZH

SETTINGS = config.parse(TOML.encode(), lambda _: True)
RELEASE = Release("privacy", "1.0.0", "", None, date(2026, 12, 1), {}, {}, (), (), Level.NONE, False, 0)


def faults(zh: str, en: str = BASE[EN]) -> list[tuple[str, str]]:
    texts = {"zh-CN": (BASE[ZH] + zh).encode(), "en": en.encode()}
    return [(b.code, b.args.get("line", "")) for b in lint(RELEASE, texts, SETTINGS)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("联系我们【待填】\n", [("placeholder", "4")]),
        ("TODO\n\n{{company}}\n", [("placeholder", "4"), ("placeholder", "6")]),
        ("20XX年X月X日起\n", [("placeholder", "4")]),
        ("[日期](#隐私政策)\n", []),
        ("**注意：**请阅读\n", [("emphasis", "4")]),
        ("这是**“重点”**内容\n", [("emphasis", "4")]),
        ("**注意**：请阅读 **这里** 和 **note** it\n", []),
        ("**重点，**“另”和（**“重点”**）\n", []),
        ("** 空格 **\n", [("emphasis", "4")]),
        ("见[上文](#不存在)\n", [("anchor", "4")]),
        ("见[上文](#隐私政策)\n", []),
        ("生效日期：2026 年 12 月 1 日\n", []),
        ("生效日期：2026 年 12 月 2 日\n", [("date-wrong", "")]),
    ],
)
def test_faults_are_named(text: str, expected: list[tuple[str, str]]) -> None:
    assert faults(text) == expected


def test_languages_must_state_one_date_and_the_contact() -> None:
    assert faults("生效日期：2026-12-01\n", BASE[EN] + "Effective date: 2 December 2026\n") == [("date-differs", "")]
    assert faults("", "# Privacy policy\n") == [("contact-missing", "")]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("生效日期：2026年12月1日", date(2026, 12, 1)),
        ("**Effective date:** 1 December 2026", date(2026, 12, 1)),
        ("Effective December 1, 2026", date(2026, 12, 1)),
        ("effective_on: 2026-12-01", date(2026, 12, 1)),
        ("施行日期 2026/12/1", date(2026, 12, 1)),
        ("生效日期：2026 年 13 月 1 日", None),
        ("更新日期：2026 年 12 月 1 日", None),
        ("an effective remedy within 30 days", None),
    ],
)
def test_the_stated_day_is_read(text: str, day: date | None) -> None:
    assert effective_on(text) == day


def test_a_release_without_a_day_is_not_held_to_one() -> None:
    texts = {"zh-CN": (BASE[ZH] + "生效日期：2026-12-02\n").encode(), "en": BASE[EN].encode()}
    assert lint(replace(RELEASE, effective_on=None), texts, SETTINGS) == ()
