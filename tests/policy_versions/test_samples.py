"""The sample history is data; here it is held to what it promises."""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Mapping
from datetime import date, timedelta

import pytest

from archive.demo import story
from policy_versions.classify import classify
from policy_versions.document import parse
from policy_versions.errors import TextError
from policy_versions.lint import effective_on
from policy_versions.model import Category

TODAY = date(2026, 11, 20)
STEPS = (*story.history(), story.open_change())
Texts = Mapping[str, str]


def _states() -> list[tuple[story.Step, Texts, Texts]]:
    """Give each step with the files before and after it."""
    states = []
    texts: Texts = story.first()
    for step in STEPS:
        after = story.apply(step, texts, today=TODAY)
        states.append((step, texts, after))
        texts = after
    return states


STATES = {step.number: (step, before, after) for step, before, after in _states()}


def test_history_is_long_enough_and_in_order() -> None:
    past = story.history()
    assert len(past) >= 6
    announced = [step.announced_on for step in past]
    assert announced == sorted(announced, key=str)
    assert past[-1].announced_on and past[0].announced_on
    assert past[-1].announced_on - past[0].announced_on > timedelta(days=500)
    assert all(step.effective_on and step.announced_on and step.effective_on > step.announced_on for step in past)


def test_no_step_starts_before_the_one_before_is_in_force() -> None:
    past = story.history()
    for earlier, later in itertools.pairwise(past):
        assert earlier.effective_on and later.announced_on and earlier.effective_on < later.announced_on


@pytest.mark.parametrize("number", STATES)
def test_languages_change_together(number: str) -> None:
    step, before, after = STATES[number]
    zh, en = (after[story.path(language)] for language in story.LANGUAGES)
    assert len(zh.splitlines()) == len(en.splitlines())
    assert len(step.edits.get("zh-CN", ())) == len(step.edits.get("en", ()))
    changed = {language: before[story.path(language)] != after[story.path(language)] for language in story.LANGUAGES}
    assert changed["zh-CN"] == changed["en"]
    assert set(step.title) == set(step.summaries) == set(story.LANGUAGES)


@pytest.mark.parametrize("number", STATES)
def test_contact_block_agrees_with_the_configuration(number: str) -> None:
    _, _, after = STATES[number]
    controller = tomllib.loads(after[story.CONFIG])["controller"]
    for language in story.LANGUAGES:
        text = after[story.path(language)]
        for value in (controller["email"], controller["phone"], controller["name"][language]):
            assert value in text
        assert controller["department"][language] in text
        assert f"{controller['reply_days']} " in text


def test_update_line_is_the_day_of_the_announcement() -> None:
    for number, (step, _, after) in STATES.items():
        day = step.announced_on or TODAY
        for language in story.LANGUAGES:
            assert story.written(day, language) in after[story.path(language)], number


def test_the_first_text_states_its_effective_date_in_both_languages() -> None:
    days = {effective_on(story.first()[story.path(language)]) for language in story.LANGUAGES}
    assert days == {story.history()[0].effective_on}


def test_an_edit_that_does_not_fit_is_refused() -> None:
    edit = story.Edit(before="x", after="y")
    with pytest.raises(TextError, match="found 2 times"):
        edit.apply("x and x", "a.md")
    with pytest.raises(TextError, match="found 0 times"):
        edit.apply("nothing", "a.md")


def test_placeholder_is_filled() -> None:
    *_, (_, _, after) = STATES.values()  # the open change, which nobody has announced
    assert "更新日期：2026 年 11 月 20 日" in after[story.path("zh-CN")]
    assert "Updated: 20 November 2026" in after[story.path("en")]
    assert "{today}" not in "".join(after.values())


def test_every_material_change_of_the_list_occurs() -> None:
    seen = {expected.category for step in story.history() for expected in step.expect}
    assert seen == {category.value for category in Category} - {Category.UNCLASSIFIED.value}
    assert any(not step.expect for step in story.history()[1:]), "an editorial version"


@pytest.mark.parametrize("number", STATES)
def test_clauses_are_as_many_in_both_languages(number: str) -> None:
    _, _, after = STATES[number]
    counts = {language: len(parse(after[story.path(language)], language).clauses) for language in story.LANGUAGES}
    assert counts["zh-CN"] == counts["en"] > 100


@pytest.mark.parametrize("language", story.LANGUAGES)
@pytest.mark.parametrize("number", STATES)
def test_each_version_is_judged_as_a_reader_would(number: str, language: str) -> None:
    step, before, after = STATES[number]
    name = story.path(language)
    found = classify(before[name], after[name], language, policy=story.POLICY)
    seen = {(finding.category.value, finding.direction.value) for finding in found.findings if finding.material}
    assert {(expected.category, expected.direction) for expected in step.expect} <= seen
    assert found.material == bool(step.expect)


def test_the_open_change_means_the_same_in_both_languages() -> None:
    """Whoever is asked in English is asked the same, with quotes in English."""
    _, before, after = STATES[STEPS[-1].number]
    judged = []
    for language in story.LANGUAGES:
        name = story.path(language)
        findings = classify(before[name], after[name], language, policy=story.POLICY).findings
        judged.append(sorted((f.category, f.effect, f.direction) for f in findings if f.material))
    assert judged[0] == judged[1]


def test_the_age_of_the_guardian_is_the_policy_s_own() -> None:
    """What `init` lays out says 14 in text and configuration; from 4.0.0 on both say 18, as the seed policy does."""
    for number, words, age in (("1.0.0", "不满十四周岁", 14), ("4.0.0", "不满十八周岁", 18)):
        _, _, after = STATES[number]
        assert f"1. 您{words}的" in after[story.path("zh-CN")]
        assert tomllib.loads(after[story.CONFIG])["notice"]["guardian_under"] == age
