"""The decision table: every row, level and condition spelt out, and the modifiers that work after the rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_versions import duty_table, obligations
from policy_versions.errors import ConfigError
from policy_versions.model import Category, Confidence, Direction, Effect, Finding, Level, Lines
from policy_versions.obligations import UNKNOWN, Conditions, duty

ALL = ("CN", "EU", "US")
NONE, ROUTINE, PROMINENT = Level.NONE, Level.ROUTINE, Level.PROMINENT
CONSENT, SEPARATE, GUARDIAN = Level.CONSENT, Level.SEPARATE_CONSENT, Level.GUARDIAN
LETTER = {"n": NONE, "r": ROUTINE, "p": PROMINENT, "c": CONSENT, "s": SEPARATE, "g": GUARDIAN}

# category direction | CN EU US floor with every condition known to be false | ... with nothing known | default lead
TABLE = """
purpose     expands   c p p c  c c c c 30
purpose     restricts p r r p  p r r p 7
purpose     neutral   p p r p  p p r p 14
data        expands   c p p c  c c p c 30
data        restricts r r r p  r r r p 7
data        neutral   r r r p  r r r p 7
method      expands   c p p c  c s c c 30
method      restricts r r r p  r r r p 7
method      neutral   p r r p  p r r p 14
legal-basis expands   p p p c  p p c c 30
legal-basis restricts c c c p  c c c p 30
legal-basis neutral   r p r p  r p r p 14
ownership   expands   p p p c  c c c c 30
ownership   restricts p p p p  p p p p 14
ownership   neutral   p p p p  p p p p 14
recipients  expands   p p p c  s c c c 30
recipients  restricts r r r p  r r r p 7
recipients  neutral   p r r p  p r r p 14
rights      expands   p p p c  p p p c 30
rights      restricts r r r p  r r r p 7
rights      neutral   p p p p  p p p p 14
contact     expands   p p r p  p p r p 14
contact     restricts r r r p  r r r p 7
contact     neutral   p r r p  p r r p 7
risk        expands   p p p p  p p p p 30
risk        restricts r r r p  r r r p 7
risk        neutral   r r r p  r r r p 7
retention   expands   c p p c  c c c c 30
retention   restricts r r r p  r r r p 7
retention   neutral   r r r p  r r r p 7
location    expands   p p p c  s s c c 30
location    restricts r r r p  r r r p 7
location    neutral   p p r p  p p r p 14
minors      expands   g g g g  g g g g 30
minors      restricts p p p p  g g g p 30
minors      neutral   p p r p  p p r p 14
security    expands   p p p p  p p p p 30
security    restricts r r n r  r r n r 0
security    neutral   n n n n  n n n n 0
notice      expands   p p p c  p p p c 30
notice      restricts r r r r  r r r r 7
notice      neutral   r r r r  r r r r 7
scope       expands   p p p p  c c c c 30
scope       restricts p p r p  p p r p 14
scope       neutral   r r r r  r r r r 7
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()]


def finding(category: str, direction: str = "expands", **changes: object) -> Finding:
    made = Finding(
        "some-rule", Category(category), Effect.CHANGED, Direction(direction), True, "old", "new", Lines(1, 1),
        Lines(1, 1), Confidence.HIGH, "f00d", {},
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def all_false(**but: bool) -> Conditions:
    """Answer every question with no (the basis then is not consent, but M5 is tried apart)."""
    names = [n for n in duty_table.table().conditions if n not in {"sensitive", "minors"}]
    return Conditions({**dict.fromkeys(names, False), **but})


def test_the_table_has_each_category_and_direction_once() -> None:
    assert {(row[0], row[1]) for row in ROWS} == {
        (str(c), str(d)) for c in Category for d in Direction if c is not Category.UNCLASSIFIED
    }
    assert {c: set(ds) for c, ds in duty_table.table().rows.items()} == {
        str(c): {"any"} if c is Category.UNCLASSIFIED else {str(d) for d in Direction} for c in Category
    }
    assert [m.name for m in duty_table.table().modifiers] == [f"M{n}" for n in range(1, 17)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}-{row[1]}")
def test_each_row_asks_what_the_law_table_says(row: list[str]) -> None:
    category, direction, *letters, lead = row
    known = duty(finding(category, direction), jurisdictions=ALL, conditions=all_false())
    unknown = duty(finding(category, direction), jurisdictions=ALL)
    assert [known.jurisdictions[c] for c in (*ALL, "floor")] == [LETTER[x] for x in letters[:4]]
    assert [unknown.jurisdictions[c] for c in (*ALL, "floor")] == [LETTER[x] for x in letters[4:]]
    assert known.level is max((LETTER[x] for x in letters[:4]), key=lambda x: x.rank)
    assert known.lead_days == int(lead)
    assert known.law or category == "security"


@pytest.mark.parametrize(
    ("category", "condition", "column", "level"),
    [
        ("purpose", "consent_basis", "EU", CONSENT),
        ("purpose", "unexpected", "EU", CONSENT),
        ("purpose", "unexpected", "US", CONSENT),
        ("purpose", "retroactive", "US", CONSENT),
        ("data", "consent_basis", "EU", CONSENT),
        ("method", "eprivacy", "EU", CONSENT),
        ("method", "automated", "EU", SEPARATE),
        ("ownership", "new_processing", "CN", CONSENT),
        ("ownership", "unexpected", "EU", CONSENT),
        ("recipients", "other_controller", "CN", SEPARATE),
        ("recipients", "publication", "CN", SEPARATE),
        ("recipients", "sale", "US", CONSENT),
        ("retention", "consent_basis", "EU", CONSENT),
        ("location", "abroad", "CN", SEPARATE),
        ("location", "derogation", "EU", SEPARATE),
        ("scope", "new_coverage", "CN", CONSENT),
        ("scope", "less", "floor", CONSENT),
        ("security", "abroad", "CN", SEPARATE),  # M6 works on any row once it is known
        ("security", "publication", "CN", SEPARATE),  # M7
        ("security", "automated", "EU", SEPARATE),  # M8
        ("security", "recipient_purpose", "CN", CONSENT),  # M9
        ("data", "retroactive", "US", PROMINENT),  # data not yet collected cannot be reached backwards
        ("scope", "retroactive", "US", CONSENT),  # M4
    ],
)
def test_one_condition_that_holds_raises_its_column(category: str, condition: str, column: str, level: Level) -> None:
    found = duty(finding(category), jurisdictions=ALL, conditions=all_false(**{condition: True}))
    assert found.jurisdictions[column] is level


def test_two_conditions_joined_by_and_must_both_hold() -> None:
    one = duty(finding("legal-basis"), jurisdictions=["US"], conditions=all_false(optin_lost=True))
    both = duty(finding("legal-basis"), jurisdictions=["US"], conditions=all_false(optin_lost=True, retroactive=True))
    assert (one.jurisdictions["US"], both.jurisdictions["US"]) == (PROMINENT, CONSENT)


@pytest.mark.parametrize("category", ["purpose", "data", "method", "recipients", "retention", "unclassified"])
def test_sensitive_data_needs_a_separate_consent_everywhere(category: str) -> None:
    found = duty(finding(category, sensitive=True), jurisdictions=ALL, conditions=UNKNOWN)
    assert {found.jurisdictions[c] for c in ALL} == {SEPARATE}
    assert duty(
        finding(category, sensitive=True), conditions=Conditions({"sensitive": False})
    ).level is not SEPARATE or (category == "recipients")


def test_doing_less_with_sensitive_data_asks_nobody() -> None:
    assert duty(finding("data", "restricts", sensitive=True), floor=False).level is ROUTINE


@pytest.mark.parametrize("direction", ["expands", "restricts", "neutral"])
def test_what_nobody_can_classify_is_prominent_and_low_confidence_never_lowers(direction: str) -> None:
    assert duty(finding("unclassified", direction), jurisdictions=ALL).level is PROMINENT
    assert duty(finding("contact", "restricts", confidence=Confidence.LOW), floor=False).level is PROMINENT
    assert duty(finding("purpose", confidence=Confidence.LOW), floor=False).level is CONSENT


def test_the_floor_is_the_policys_own_promise_and_not_the_law() -> None:
    rights = duty(finding("rights"), conditions=all_false())
    assert rights.level is CONSENT
    assert obligations.law_level(rights) is PROMINENT
    assert duty(finding("rights"), floor=False, conditions=all_false()).level is PROMINENT


@pytest.mark.parametrize(
    ("category", "jurisdiction", "condition", "block"),
    [
        ("rights", "CN", "below_statute", "M13"),
        ("legal-basis", "EU", "consent_replaced", "M15"),
        ("location", "CN", "abroad", "M6"),
        ("location", "CN", "unassessed", "M6"),
        ("risk", "EU", "residual_high", "GDPR-36"),
    ],
)
def test_a_stop_holds_until_the_answer_is_no(category: str, jurisdiction: str, condition: str, block: str) -> None:
    assert block in duty(finding(category), jurisdictions=[jurisdiction]).blocks
    assert duty(finding(category), jurisdictions=[jurisdiction], conditions=Conditions({condition: False})).blocks == ()


def test_a_stop_that_nobody_suspects_holds_only_when_known() -> None:
    assert duty(finding("retention")).blocks == ()
    assert duty(finding("retention"), conditions=Conditions({"below_statute": True})).blocks == ("M13",)
    assert duty(finding("recipients"), conditions=Conditions({"abroad": True})).blocks == ("M6",)
    assert duty(finding("recipients"), conditions=Conditions({"abroad": True, "unassessed": False})).blocks == ()


def test_minors_bring_the_guardian_unless_there_are_none() -> None:
    assert duty(finding("purpose")).guardian
    assert not duty(finding("purpose"), conditions=Conditions({"minors": False})).guardian
    assert not duty(finding("contact", "neutral")).guardian
    assert duty(finding("minors"), conditions=Conditions({"minors": False})).guardian


def test_another_basis_than_consent_lowers_the_law_but_never_the_floor_or_the_sensitive() -> None:
    basis = Conditions({"consent_basis": False, "minors": False, "abroad": False})
    lowered = duty(finding("purpose"), conditions=basis)
    assert (lowered.jurisdictions["CN"], lowered.level) == (PROMINENT, CONSENT)
    assert "M5" in lowered.modifiers
    assert duty(finding("purpose"), floor=False, conditions=basis).level is PROMINENT
    assert duty(finding("purpose", sensitive=True), conditions=basis).jurisdictions["CN"] is SEPARATE
    for unsure in ("minors", "abroad"):
        answers = {k: v for k, v in basis.values.items() if k != unsure}
        assert duty(finding("purpose"), conditions=Conditions(answers)).jurisdictions["CN"] is CONSENT


def test_leads_follow_the_publisher_and_the_old_rule() -> None:
    stronger = finding("security", "restricts")
    assert duty(stronger).lead_days == 7  # M12: a platform's rules, until somebody says it is none
    assert duty(stronger, conditions=all_false()).lead_days == 0
    assert duty(finding("contact", "restricts"), jurisdictions=["EU"]).lead_days == 15  # M16
    old = Conditions({"platform": False}, old_rule_days=60)
    assert duty(finding("notice"), conditions=old).lead_days == 60
    assert duty(finding("notice", "restricts"), conditions=old).lead_days == 60  # M11: the stricter rule announces it
    assert duty(finding("purpose"), conditions=old).lead_days == 30


def test_an_urgent_order_needs_no_wait_but_the_same_consent() -> None:
    urgent = duty(finding("purpose"), conditions=Conditions({"urgent": True}))
    assert (urgent.lead_days, urgent.level) == (0, CONSENT)
    assert obligations.earliest(date(2026, 1, 1), [urgent], {CONSENT: 30}) == date(2026, 1, 2)


def test_questions_are_those_whose_answer_matters() -> None:
    assert obligations.questions(finding("rights"), conditions=Conditions({"minors": False})) == ("below_statute",)
    assert obligations.questions(finding("security", "neutral")) == ()
    assert obligations.questions(finding("location"), conditions=all_false(minors=False)) == ()
    assert set(obligations.questions(finding("location"))) >= {"abroad", "unassessed"}


def test_level_of_is_the_strictest_material_finding() -> None:
    findings = [finding("contact", "neutral"), finding("purpose", material=False)]
    assert obligations.level_of(findings) is PROMINENT
    assert obligations.level_of([]) is NONE
    assert obligations.level_of([*findings, finding("minors")]) is GUARDIAN


@given(
    st.sampled_from(list(Category)),
    st.sampled_from(list(Direction)),
    st.dictionaries(st.sampled_from(list(duty_table.table().conditions)), st.booleans()),
    st.booleans(),
)
def test_an_answer_of_yes_or_none_is_never_weaker_than_no(
    category: Category, direction: Direction, answers: dict[str, bool], sensitive: bool
) -> None:
    """What nobody answered is treated as the worse case; M5 and M14 are the two that a yes or no relaxes."""
    answers = {k: v for k, v in answers.items() if k not in {"urgent", "consent_basis"}}
    one = finding(category, direction, sensitive=sensitive)
    strict = duty(one, jurisdictions=ALL, conditions=Conditions({k: v for k, v in answers.items() if v}))
    loose = duty(one, jurisdictions=ALL, conditions=Conditions(answers))
    if answers.get("sensitive") is not False or not sensitive:
        assert strict.level.rank >= loose.level.rank
        assert strict.lead_days >= loose.lead_days
        assert set(strict.blocks) >= set(loose.blocks)


@pytest.mark.parametrize(
    ("previous", "level", "number"),
    [
        (None, CONSENT, "1.0.0"),
        ("1.0.0", GUARDIAN, "2.0.0"),
        ("1.2.3", SEPARATE, "2.0.0"),
        ("1.2.3", CONSENT, "2.0.0"),
        ("1.2.3", PROMINENT, "1.3.0"),
        ("1.2.3", ROUTINE, "1.2.4"),
        ("1.2.3", NONE, "1.2.4"),
        ("7", PROMINENT, "7.1.0"),
    ],
)
def test_numbers_follow_the_change(previous: str | None, level: Level, number: str) -> None:
    assert obligations.next_number(previous, level) == number


@pytest.mark.parametrize("number", ["v2", "1.2.3.4", "1.x", "", "-1", "１.0"])
def test_a_number_that_is_none_is_refused(number: str) -> None:
    with pytest.raises(ConfigError, match=r"MAJOR\.MINOR\.PATCH"):
        obligations.number_key(number)


def test_the_product_only_lengthens_the_wait() -> None:
    today = date(2026, 11, 1)
    contact = duty(finding("contact", "neutral"))
    assert obligations.earliest(today, [contact]) == date(2026, 11, 8)
    assert obligations.earliest(today, [contact], {PROMINENT: 14}) == date(2026, 11, 15)
    assert obligations.earliest(today, [contact], {PROMINENT: 1}) == date(2026, 11, 8)
    assert obligations.earliest(today, [contact, duty(finding("minors"))], {CONSENT: 45}) == date(2026, 12, 16)
    assert obligations.earliest(today, [], {PROMINENT: 14}) == today


def test_unknown_words_are_named_with_what_is_allowed() -> None:
    with pytest.raises(ConfigError) as error:
        duty(finding("purpose"), jurisdictions=["CN", "XX"], conditions=Conditions({"abrod": True}))
    assert len(error.value.problems) == 2
    assert "`XX` is unknown (allowed: CN, EU, US)" in error.value.problems[0]
    assert "abroad" in error.value.problems[1]


def test_all_problems_of_a_table_are_told_at_once() -> None:
    data = b"""
schema: 1
jurisdictions: [CN]
conditions: |
  a | x | y
rows: |
  purpose | expands | consnt; a-consent | none | 0 | -
modifiers:
  M1: { when: b, unknown: maybe, at: release, law: {}, raises: {} }
"""
    with pytest.raises(ConfigError) as error:
        duty_table.parse(data)
    told = str(error.value)
    for part in (
        "rows.purpose.expands.CN`: `consnt` (allowed: none, routine",
        "rows.purpose.expands.CN`: `a-consent` (allowed: condition",
        "rows.purpose.expands.lead",
        "rows.purpose.neutral`: missing",
        "rows.unclassified.any`: missing",
        "modifiers.M1.when`: `b` (allowed: a, always)",
        "modifiers.M1.unknown`: `maybe` (allowed: true, false)",
        "modifiers.M1.raises`: unknown key",
    ):
        assert part in told
