"""Decisions: what holds, what is refused, what follows, and what stands in the way until everything is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from policy_versions import config, decisions, obstacles
from policy_versions.config import Config
from policy_versions.decisions import DecisionError
from policy_versions.errors import ConfigError
from policy_versions.model import (
    Category,
    Decision,
    Direction,
    Finding,
    Level,
    Release,
    ReleaseFinding,
    ReleaseText,
    Verdict,
)
from policy_versions.reports.words import words
from tests.policy_versions.releasing import EN, TOML, ZH, classify

TODAY = date(2026, 11, 22)
LIN, ZHOU = "lin@example.com", "zhou@example.com"


@pytest.fixture
def settings() -> Config:
    return config.parse(TOML.encode(), lambda path: path in {ZH, EN})


def release(settings: Config, *lines: str, **changes: object) -> Release:
    """Make a release whose only fault is that nobody has decided yet."""
    found = classify("", "\n".join(lines), "zh-CN", "privacy").findings
    findings = tuple(ReleaseFinding(f, "zh-CN", decisions.duty_of(f, settings)) for f in found)
    texts = {"zh-CN": ReleaseText("zh-CN", ZH, "a" * 64), "en": ReleaseText("en", EN, "b" * 64)}
    made = Release(
        "privacy", "", "1.2.3", None, None, texts, {"zh-CN": "变", "en": "c"}, findings, (), Level.NONE, False, 0
    )
    made = decisions.settle(made, settings)
    number = "2.0.0" if made.level.asks else "1.3.0" if made.level is Level.PROMINENT else "1.2.4"
    made = replace(made, number=number, effective_on=TODAY + timedelta(days=made.lead_days))
    return replace(made, **changes)  # type: ignore[arg-type]


def say(of: Release, verdict: Verdict = Verdict.CONFIRMED, at: int = 0, **changes: object) -> Decision:
    fields = {"reason": "已核对", "by": LIN, "on": TODAY, **changes}
    return Decision(of.findings[at].finding.fingerprint, verdict, **fields)  # type: ignore[arg-type]


def codes(of: Release, settings: Config, **how: object) -> list[str]:
    return [b.code for b in obstacles.blocks(of, settings, TODAY, **how)]  # type: ignore[arg-type]


def test_a_release_where_all_is_said_is_free(settings: Config) -> None:
    open_one = release(settings, "purpose: x", "contact: y")
    assert codes(open_one, settings) == ["undecided", "undecided"]
    for at in (0, 1):
        open_one = decisions.decide(open_one, settings, say(open_one, at=at))
    assert codes(open_one, settings) == []
    assert (open_one.level, open_one.lead_days, open_one.guardian) == (Level.CONSENT, 30, True)


def test_what_is_editorial_needs_no_decision_and_the_unsure_does(settings: Config) -> None:
    assert codes(release(settings, "just words"), settings) == []
    assert codes(release(settings, "security: better"), settings) == []
    assert codes(release(settings, "odd: sentence"), settings) == ["undecided"]


@pytest.mark.parametrize(
    ("line", "verdict", "changes", "told"),
    [
        ("purpose: x", Verdict.CONFIRMED, {"reason": "  "}, "no reason"),
        ("purpose: x", Verdict.CONFIRMED, {"by": "eve@example.com"}, "may not decide"),
        ("purpose: x", Verdict.CONFIRMED, {"second": "eve@example.com"}, "may not decide"),
        ("purpose: x", Verdict.OVERRULED, {}, "second person"),
        ("purpose: x", Verdict.OVERRULED, {"second": LIN}, "second person"),
        ("rights: x", Verdict.CONFIRMED, {"level": Level.PROMINENT}, "second person"),
        ("purpose: x", Verdict.CONFIRMED, {"level": Level.ROUTINE, "second": ZHOU}, "law asks for"),
        ("purpose: x", Verdict.OVERRULED, {"level": Level.NONE, "second": ZHOU}, "law asks for"),
        ("contact: x", Verdict.RAISED, {}, "no higher level"),
        ("contact: x", Verdict.RAISED, {"level": Level.ROUTINE}, "no higher level"),
        ("purpose: x", Verdict.CONFIRMED, {"answers": {"abrod": True}}, "does not ask"),
    ],
)
def test_a_decision_that_does_not_hold_is_refused_and_changes_nothing(
    settings: Config, line: str, verdict: Verdict, changes: dict[str, object], told: str
) -> None:
    open_one = release(settings, line)
    made = say(open_one, verdict, 0, **changes)
    with pytest.raises(ConfigError, match=told):
        decisions.decide(open_one, settings, made)
    by_hand = replace(open_one, decisions=(made,))
    assert codes(by_hand, settings)
    assert decisions.settle(by_hand, settings).level.rank >= open_one.level.rank


def test_two_people_may_lower_to_the_law_but_not_below(settings: Config) -> None:
    open_one = release(settings, "rights: fewer")
    answers = {"below_statute": False}
    lowered = decisions.decide(open_one, settings, say(open_one, level=Level.PROMINENT, second=ZHOU), answers=answers)
    assert (open_one.level, lowered.level, lowered.guardian) == (Level.CONSENT, Level.PROMINENT, False)
    assert codes(replace(lowered, number="1.3.0"), settings) == []


def test_two_people_may_say_that_a_finding_is_mistaken(settings: Config) -> None:
    open_one = release(settings, "odd: sentence", "contact: x")
    done = decisions.decide(open_one, settings, say(open_one, Verdict.OVERRULED, second=ZHOU))
    assert done.findings[0].obligation.level is Level.NONE
    assert done.findings[0].obligation.lead_days == 0
    assert done.level is Level.PROMINENT


def test_one_person_may_raise(settings: Config) -> None:
    open_one = release(settings, "contact: x")
    done = decisions.decide(open_one, settings, say(open_one, Verdict.RAISED, level=Level.CONSENT))
    assert (done.level, done.guardian) == (Level.CONSENT, False)
    assert codes(done, settings) == ["number", "effective-early"]


def test_answers_settle_what_the_table_asks(settings: Config) -> None:
    open_one = release(settings, "abroad: servers")
    assert open_one.level is Level.SEPARATE_CONSENT
    assert "duty-M6" in codes(open_one, settings)
    home = decisions.decide(open_one, settings, say(open_one), answers={"abroad": False})
    assert (home.level, codes(home, settings)) == (Level.CONSENT, [])
    assessed = decisions.decide(open_one, settings, say(open_one), answers={"unassessed": False})
    assert (assessed.level, codes(assessed, settings)) == (Level.SEPARATE_CONSENT, [])
    for_all = replace(open_one, answers={"abroad": False})
    assert "duty-M6" not in codes(for_all, settings)


def test_that_found_data_is_not_sensitive_takes_two_people(settings: Config) -> None:
    made = release(settings, "purpose: face")
    found = replace(made.findings[0], finding=replace(made.findings[0].finding, sensitive=True))
    made = decisions.settle(replace(made, findings=(found,)), settings)
    assert made.findings[0].obligation.jurisdictions["CN"] is Level.SEPARATE_CONSENT
    assert decisions.settle(replace(made, answers={"sensitive": False}), settings).findings == made.findings
    with pytest.raises(ConfigError, match="takes a second person"):
        decisions.decide(made, settings, say(made), answers={"sensitive": False})
    agreed = decisions.decide(made, settings, say(made, second=ZHOU), answers={"sensitive": False})
    assert agreed.findings[0].obligation.jurisdictions["CN"] is Level.CONSENT


def test_below_the_statute_nothing_but_the_text_helps(settings: Config) -> None:
    open_one = release(settings, "rights: fewer")
    confirmed = decisions.decide(open_one, settings, say(open_one))
    assert codes(confirmed, settings) == ["duty-M13"]
    admitted = decisions.decide(open_one, settings, say(open_one), answers={"below_statute": True})
    assert codes(admitted, settings) == ["duty-M13"]


def test_a_fingerprint_may_be_shortened_while_it_is_one_findings(settings: Config) -> None:
    open_one = release(settings, "contact: x", "contact: y")
    made = replace(say(open_one), fingerprint=open_one.findings[0].finding.fingerprint[:6])
    done = decisions.decide(open_one, settings, made)
    assert done.decisions[0].fingerprint == open_one.findings[0].finding.fingerprint
    for short in ("", "abc", "ffff"):
        with pytest.raises(ConfigError, match="names no finding"):
            decisions.decide(open_one, settings, replace(made, fingerprint=short))
    again = decisions.decide(done, settings, say(done, reason="另有理由"))
    assert [d.reason for d in again.decisions] == ["另有理由"]


def test_a_decision_dies_with_its_sentence(settings: Config) -> None:
    open_one = release(settings, "contact: x")
    done = decisions.decide(open_one, settings, say(open_one))
    changed = replace(done, findings=release(settings, "contact: y").findings)
    assert sorted(codes(changed, settings)) == ["stale", "undecided"]
    shown = obstacles.blocks(done, settings, TODAY, found=changed.findings)
    assert [b.code for b in shown] == ["finding-lost", "stale"]
    assert "lin@example.com" in words("en").block(shown[1])
    assert "已核对" in words("zh-CN").block(shown[1])


WORDED = {
    "says": {"zh-CN": "换了说法。", "en": "Other words."},
    "category": Category.DATA,
    "direction": Direction.EXPANDS,
}


@pytest.mark.parametrize(
    ("line", "verdict", "changes", "expected"),
    [
        ("odd: x", Verdict.CONFIRMED, {}, ["sentence-missing", "category-missing"]),
        ("odd: x", Verdict.CONFIRMED, {**WORDED, "says": {"zh-CN": "换", "en": " "}}, ["sentence-missing"]),
        ("odd: x", Verdict.CONFIRMED, {**WORDED, "direction": None}, ["category-missing"]),
        ("odd: x", Verdict.CONFIRMED, {**WORDED, "category": Category.UNCLASSIFIED}, ["category-missing"]),
        ("odd: x", Verdict.RAISED, {"level": Level.CONSENT}, ["sentence-missing", "category-missing"]),
        ("odd: x", Verdict.CONFIRMED, {**WORDED, "says": {**WORDED["says"], "fr": "x"}}, ["sentence-language"]),
        ("contact: x", Verdict.CONFIRMED, {"category": Category.DATA}, ["category-fixed"]),
        ("contact: x", Verdict.CONFIRMED, {"says": {"fr": "x"}}, ["sentence-language"]),
        ("odd: x", Verdict.CONFIRMED, WORDED, []),
        ("odd: x", Verdict.OVERRULED, {"second": ZHOU}, []),
        ("contact: x", Verdict.CONFIRMED, {"says": {"en": "A new address."}}, []),
    ],
)
def test_what_no_rule_explains_takes_a_sentence_for_the_people(
    settings: Config, line: str, verdict: Verdict, changes: dict[str, object], expected: list[str]
) -> None:
    open_one = release(settings, line)
    made = say(open_one, verdict, 0, **changes)
    by_hand = replace(open_one, decisions=(made,))
    assert [b.code for b in decisions.objections(open_one.findings[0], made, by_hand, settings)] == expected


def test_a_category_that_a_person_names_brings_its_own_duty_and_never_less(settings: Config) -> None:
    open_one = release(settings, "odd: x")
    assert open_one.level is Level.PROMINENT
    done = decisions.decide(open_one, settings, say(open_one, **WORDED))
    assert (done.level, "PIPL 14(2)" in done.findings[0].obligation.law) == (Level.CONSENT, True)
    gentle = {**WORDED, "category": Category.SECURITY, "direction": Direction.NEUTRAL}
    least = decisions.decide(open_one, settings, say(open_one, **gentle))
    assert (least.level, least.lead_days) == (Level.PROMINENT, 30)


def test_people_are_told_in_the_words_a_person_gave_never_in_the_lawyers(settings: Config) -> None:
    open_one = release(settings, "odd: x", "contact: y")
    raw = replace(open_one, findings=(replace(open_one.findings[0], finding=_puzzling(open_one)), open_one.findings[1]))
    done = decisions.decide(raw, settings, say(raw, **WORDED))
    done = decisions.decide(done, settings, say(done, at=1, says={"en": "Write to us elsewhere."}))
    odd, contact = (f.finding for f in decisions.told(done).findings)
    assert (odd.explanation, odd.category, odd.direction) == (WORDED["says"], Category.DATA, Direction.EXPANDS)
    assert contact.explanation == {"zh-CN": "新增contact", "en": "Write to us elsewhere."}
    assert odd.fingerprint == done.findings[0].finding.fingerprint
    silent = decisions.told(raw).findings[0].finding
    assert (silent.explanation, silent.category) == ({}, Category.UNCLASSIFIED)


def _puzzling(of: Release) -> Finding:
    return replace(of.findings[0].finding, explanation={"zh-CN": "没有规则", "en": "no rule explains"})


def test_a_lowering_may_wait_for_its_second_person_and_has_no_effect_meanwhile(settings: Config) -> None:
    open_one = release(settings, "contact: x")
    waiting = decisions.decide(open_one, settings, say(open_one, Verdict.OVERRULED), await_second=True)
    assert (waiting.level, codes(waiting, settings)) == (Level.PROMINENT, ["second-missing"])
    agreed = decisions.decide(waiting, settings, replace(waiting.decisions[0], second=ZHOU))
    assert (agreed.level, codes(replace(agreed, number="1.2.4"), settings)) == (Level.NONE, [])
    with pytest.raises(DecisionError, match="no reason"):
        decisions.decide(open_one, settings, say(open_one, Verdict.OVERRULED, reason=""), await_second=True)


def test_what_is_raised_counts_even_where_it_was_not_material(settings: Config) -> None:
    open_one = release(settings, "security: better")
    assert open_one.level is Level.NONE
    done = decisions.decide(open_one, settings, say(open_one, Verdict.RAISED, level=Level.PROMINENT))
    assert (done.level, done.lead_days) == (Level.PROMINENT, 14)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"effective_on": None}, "effective-missing"),
        ({"effective_on": TODAY - timedelta(days=1)}, "effective-past"),
        ({"effective_on": TODAY + timedelta(days=29)}, "effective-early"),
        ({"announced_on": TODAY - timedelta(days=1)}, "announced-past"),
        ({"announced_on": TODAY + timedelta(days=1)}, "effective-early"),
        ({"number": "1.3.0"}, "number"),
        ({"number": "1.2.3"}, "number"),
        ({"number": "3.0.0"}, "number"),
        ({"summaries": {"zh-CN": "变", "en": "TODO:"}}, "summary-missing"),
        ({"summaries": {"zh-CN": "变"}}, "summary-missing"),
        ({"texts": {"zh-CN": ReleaseText("zh-CN", ZH, "a" * 64)}}, "language-missing"),
    ],
)
def test_each_fault_is_named(settings: Config, changes: dict[str, object], code: str) -> None:
    open_one = release(settings, "purpose: x")
    done = replace(decisions.decide(open_one, settings, say(open_one)), **changes)  # type: ignore[arg-type]
    assert codes(done, settings) == [code]


def test_texts_and_findings_are_held_against_what_is_there(settings: Config) -> None:
    open_one = release(settings, "contact: x")
    done = decisions.decide(open_one, settings, say(open_one))
    same = {"zh-CN": "a" * 64, "en": "b" * 64}
    assert codes(done, settings, texts=same, found=done.findings) == []
    assert codes(done, settings, texts={**same, "en": "c" * 64}) == ["text-changed"]
    assert codes(done, settings, found=release(settings, "contact: x", "odd: y").findings) == ["finding-lost"]
    tampered = replace(done.findings[0].finding, material=False)
    edited = replace(done, findings=(replace(done.findings[0], finding=tampered),), decisions=())
    assert "finding-lost" in codes(edited, settings, found=done.findings)


def test_the_old_promise_of_notice_counts_while_it_is_longer(settings: Config) -> None:
    old = config.parse(TOML.encode() + b"[notice]\nlead_days = { prominent = 60 }\n", lambda _: True)
    open_one = release(settings, "contact: x")
    done = decisions.decide(open_one, settings, say(open_one))
    assert codes(done, settings, lead=decisions.leads(settings, old)) == ["effective-early"]


@pytest.mark.parametrize(
    ("number", "previous", "level", "fits"),
    [
        ("1.2.4", "1.2.3", Level.NONE, True),
        ("1.3.0", "1.2.3", Level.ROUTINE, True),
        ("2.0.0", "1.2.3", Level.PROMINENT, True),
        ("1.2.4", "1.2.3", Level.PROMINENT, False),
        ("1.3.0", "1.2.3", Level.CONSENT, False),
        ("2.0.0", "1.2.3", Level.GUARDIAN, True),
        ("9.9.9", "", Level.NONE, True),
    ],
)
def test_numbers_may_be_of_the_kind_or_larger(number: str, previous: str, level: Level, fits: bool) -> None:
    assert obstacles.fits(number, previous, level) is fits
