"""The effective date of a release and of its texts: kept in step by drafting, never against what somebody wrote."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from policy_versions import publishing
from policy_versions.lint import effective_on, lint, restated
from policy_versions.publishing import Draft
from policy_versions.review import review
from tests.policy_versions.gitmaker import GitMaker
from tests.policy_versions.releasing import EN, TEXTS, ZH, House

TODAY = date(2026, 11, 22)
SOON = date(2026, 12, 22)  # a change of purpose waits thirty days


def dated(zh: date, en: date | None = None) -> dict[str, str]:
    """Give the texts with these effective dates."""
    return {ZH: restated(TEXTS[ZH], zh), EN: restated(TEXTS[EN], en or zh)}


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Give a first version in force, and a change of it that waits thirty days."""
    found = House(GitMaker(tmp_path), TODAY - timedelta(days=60))
    found.texts |= dated(found.today)
    found.git.commit(dict(found.texts))
    found.release()
    found.today = TODAY
    found.add("purpose: more")
    return found


def draft(house: House, *, effective: date | None = None, redate: bool = True) -> Draft:
    """Draft as the command does, and write all that it writes."""
    with house.open() as repository:
        desk = house.desk(repository)
        made = publishing.draft(desk, desk.config.policy("privacy"), effective=effective, redate=redate)
        assert made is not None
        for path, data in {made.path: made.data, **made.texts}.items():
            house.git.write(path, data)
        return made


def stops(house: House) -> set[str]:
    with house.open() as repository:
        desk = house.desk(repository)
        blocks = review(desk, desk.config.policy("privacy"), lint=lint).blocks
        return {b.code for b in blocks if b.code.startswith(("date", "text-", "effective", "previous"))}


def days(house: House) -> list[date | None]:
    return [effective_on((house.git.root / path).read_text("utf-8")) for path in (ZH, EN)]


def state(house: House, zh: date, en: date | None = None) -> None:
    """Write other effective dates into the texts."""
    for path, text in dated(zh, en).items():
        house.git.write(path, text + "\npurpose: more\n")


def test_the_day_of_the_version_in_force_becomes_that_of_the_draft(house: House) -> None:
    made = draft(house)
    assert (made.release.effective_on, days(house)) == (SOON, [SOON, SOON])
    assert stops(house) == set()  # the file names the bytes that the texts now have
    assert draft(house).texts == {}  # a second draft alters nothing
    later = SOON + timedelta(days=9)
    assert draft(house, effective=later).release.effective_on == later
    assert (days(house), stops(house)) == ([later, later], set())


def test_a_lawful_day_that_all_texts_state_is_the_release_s(house: House) -> None:
    late = date(2027, 3, 1)
    state(house, late)
    made = draft(house, redate=False)
    assert (made.release.effective_on, made.texts, stops(house)) == (late, {}, set())


@pytest.mark.parametrize("zh", [SOON - timedelta(days=1), date(2027, 3, 1)])
def test_a_day_too_early_or_another_in_each_language_is_mended(house: House, zh: date) -> None:
    state(house, zh, SOON - timedelta(days=1))
    assert draft(house).release.effective_on == SOON
    assert (days(house), stops(house)) == ([SOON, SOON], set())


@pytest.mark.parametrize("redate", [True, False])
def test_a_later_day_that_all_texts_state_is_taken_by_the_next_draft(house: House, redate: bool) -> None:
    draft(house)
    other = SOON + timedelta(days=5)
    state(house, other)
    assert "date-wrong" in stops(house)
    made = draft(house, redate=redate)
    assert (made.release.effective_on, made.texts, stops(house)) == (other, {}, set())
    state(house, other + timedelta(days=1), other)  # one language is not the policy
    assert draft(house).release.effective_on == other


def test_who_writes_an_earlier_day_beside_a_draft_is_asked_which_is_meant(house: House) -> None:
    late, other = SOON + timedelta(days=9), SOON + timedelta(days=5)
    draft(house, effective=late)
    state(house, other)
    made = draft(house)
    assert (made.release.effective_on, made.texts, days(house)) == (late, {}, [other, other])
    assert stops(house) == {"date-wrong"}
    assert draft(house, effective=other).texts == {}
    assert stops(house) == set()


def test_without_a_day_in_the_texts_nothing_is_written_and_the_check_says_which_line_to_add(house: House) -> None:
    for path, text in house.texts.items():
        bare = "\n".join(line.partition("生效日期")[0].partition("Effective date")[0] for line in text.splitlines())
        house.git.write(path, bare + "\n")
    assert draft(house).texts == {}
    assert stops(house) == {"date-missing"}


def test_a_byte_order_mark_and_line_ends_stay(house: House) -> None:
    raw = b"\xef\xbb\xbf" + house.texts[ZH].replace("\n", "\r\n").encode()
    house.git.write(ZH, raw)
    written = draft(house).texts[ZH]
    assert written == b"\xef\xbb\xbf" + restated(house.texts[ZH], SOON).replace("\n", "\r\n").encode()
