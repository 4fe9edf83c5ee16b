"""Which version binds whom: nothing lowers a person's rights but their own act, or the guardian's."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.asking import GENERAL, Ask, Reader, answers, asked, may_ask, questions
from notifier.consent import Held, Notice, Reason, Timing, binding
from notifier.consent_log import Actor, ConsentError, ConsentEvent, State, allowed, broken, chained, consented_before
from notifier.persons import Guardian, Person
from policy_versions.model import Category, Decision, Level, Release, Verdict
from tests.notifier.consent_kit import (
    ADULT,
    CHILD,
    SETTING,
    START,
    bound,
    event,
    finding,
    moment,
    release,
    told,
)

DAY = timedelta(days=1)
V1 = release("1.0.0", START - 100 * DAY)
FEB, MAR, APR, MAY = date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)
CONSENT = release("2.0.0", FEB, finding("ads"))
PROMINENT = release("1.1.0", FEB, finding("contact", Level.PROMINENT, category=Category.CONTACT))


def test_a_notice_in_time_makes_a_prominent_version_bind_on_its_day() -> None:
    notices = [told("1.1.0", FEB - 10 * DAY)]
    assert bound([V1, PROMINENT], FEB - DAY, notices=notices).number == "1.0.0"
    found = bound([V1, PROMINENT], FEB, notices=notices)
    assert (found.number, found.since, found.reason) == ("1.1.0", FEB, Reason.NOTIFIED)


def test_without_a_notice_a_prominent_version_does_not_bind() -> None:
    found = bound([V1, PROMINENT], MAY)
    assert found.number == "1.0.0"
    assert found.held == {"1.1.0": Held.UNTOLD}


@pytest.mark.parametrize(("after", "number"), [(0, "1.0.0"), (13, "1.0.0"), (14, "1.1.0")])
def test_a_late_notice_starts_the_full_lead_time(after: int, number: str) -> None:
    assert bound([V1, PROMINENT], FEB + after * DAY, notices=[told("1.1.0", FEB)]).number == number


def test_editorial_versions_bind_by_their_date_alone() -> None:
    found = bound([V1, release("1.0.1", FEB)], FEB)
    assert (found.number, found.reason) == ("1.0.1", Reason.EDITORIAL)


def test_silence_after_a_notice_leaves_the_old_version() -> None:
    found = bound([V1, CONSENT], MAY, notices=[told("2.0.0", START)])
    assert found.number == "1.0.0"
    assert found.held == {"2.0.0": Held.SILENT}


def test_an_accept_binds_from_the_effective_date_and_not_before() -> None:
    events = [event(State.GIVEN, "2.0.0", ["ads"], START)]
    assert bound([V1, CONSENT], FEB - DAY, events).number == "1.0.0"
    found = bound([V1, CONSENT], FEB, events)
    assert (found.number, found.since, found.reason) == ("2.0.0", FEB, Reason.ACCEPTED)
    assert found.event == events[0]


def test_a_late_accept_binds_from_its_day() -> None:
    found = bound([V1, CONSENT], MAY, [event(State.GIVEN, "2.0.0", ["ads"], APR)])
    assert (found.number, found.since) == ("2.0.0", APR)


@pytest.mark.parametrize(
    ("state", "why"), [(State.REFUSED, Held.REFUSED), (State.DEFERRED, Held.DEFERRED), (State.REQUESTED, Held.SILENT)]
)
def test_no_later_and_mere_asking_pin(state: State, why: Held) -> None:
    actor = Actor.PUBLISHER if state is State.REQUESTED else None
    found = bound([V1, CONSENT], MAY, [event(state, "2.0.0", ["ads"], START, actor=actor)])
    assert found.number == "1.0.0"
    assert found.held == {"2.0.0": why}


def test_withdrawing_goes_back_and_never_rewrites_the_past() -> None:
    first = event(State.GIVEN, "2.0.0", ["ads"], FEB)
    events = [first, event(State.WITHDRAWN, "2.0.0", ["ads"], APR, after=first)]
    assert bound([V1, CONSENT], MAR, events).number == "2.0.0"
    found = bound([V1, CONSENT], APR, events)
    assert found.number == "1.0.0"
    assert found.held == {"2.0.0": Held.WITHDRAWN}


def test_behind_a_refused_version_nothing_later_binds_by_notice() -> None:
    later = release("2.1.0", MAR, finding("phone", Level.PROMINENT, category=Category.CONTACT))
    refused = [event(State.REFUSED, "2.0.0", ["ads"], START)]
    found = bound([V1, CONSENT, later], MAY, refused, [told("2.1.0", FEB)])
    assert found.number == "1.0.0"
    assert found.held == {"2.0.0": Held.REFUSED, "2.1.0": Held.BEHIND}


MIXED = release("2.0.0", FEB, finding("ads"), finding("phone", Level.PROMINENT, category=Category.CONTACT))


@pytest.mark.parametrize("state", [State.REFUSED, State.DEFERRED, None])
def test_who_does_not_agree_is_bound_by_what_needs_no_consent_and_by_that_alone(state: State | None) -> None:
    events = [event(state, "2.0.0", ["ads"], START)] if state else []
    found = bound([V1, MIXED], FEB, events, [told("2.0.0", START)])
    assert found.number == "1.0.0"
    (applied,) = found.applied
    assert (applied.number, applied.since, applied.timing) == ("2.0.0", FEB, Timing.IN_TIME)
    assert [f.finding.fingerprint for f in applied.findings] == ["phone"]
    assert bound([V1, MIXED], FEB - DAY, events, [told("2.0.0", START)]).applied == ()


@pytest.mark.parametrize("history", [[V1, MIXED], [V1, PROMINENT]])
def test_what_nobody_was_told_of_does_not_bind_either(history: list[Release]) -> None:
    (applied,) = bound(history, MAY).applied
    assert (applied.since, applied.timing, len(applied.findings)) == (None, Timing.UNTOLD, 1)


def test_a_late_notice_puts_off_what_needs_no_consent() -> None:
    for when in (FEB, FEB + 13 * DAY, FEB + 14 * DAY):
        (applied,) = bound([V1, MIXED], when, notices=[told("2.0.0", FEB)]).applied
        assert (applied.since, applied.timing) == (FEB + 14 * DAY, Timing.LATE)


def test_behind_a_refused_version_later_notices_bind_for_what_they_told() -> None:
    later = release("2.1.0", MAR, finding("email", Level.PROMINENT, category=Category.CONTACT))
    refused = [event(State.REFUSED, "2.0.0", ["ads"], START)]
    found = bound([V1, MIXED, later], MAY, refused, [told("2.1.0", FEB)])
    assert [(a.number, a.timing, a.since) for a in found.applied] == [
        ("2.0.0", Timing.UNTOLD, None),
        ("2.1.0", Timing.IN_TIME, MAR),
    ]


def test_an_accept_ends_the_exception_and_a_withdrawal_brings_it_back() -> None:
    yes = event(State.GIVEN, "2.0.0", ["ads"], START)
    no = event(State.WITHDRAWN, "2.0.0", ["ads"], APR, after=yes)
    heard = [told("2.0.0", START)]
    assert bound([V1, MIXED], MAR, [yes, no], heard).applied == ()
    (applied,) = bound([V1, MIXED], APR, [yes, no], heard).applied
    assert applied.since == FEB


def test_of_a_release_asked_about_as_a_whole_nothing_applies_without_an_act() -> None:
    raised = release("2.0.0", FEB, finding("contact", Level.PROMINENT), level=Level.CONSENT)
    assert bound([V1, raised], FEB, notices=[told("2.0.0", START)]).applied == ()


def test_a_later_accept_jumps_and_keeps_what_was_refused_as_it_was() -> None:
    third = release("3.0.0", MAR, finding("train"))
    events = [event(State.REFUSED, "2.0.0", ["ads"], START)]
    events.append(event(State.GIVEN, "3.0.0", ["train"], MAR, after=events[0]))
    found = bound([V1, CONSENT, third], MAY, events)
    assert found.number == "3.0.0"
    assert [a.key for a in found.kept] == ["ads"]


def test_several_versions_behind_the_silent_one_sees_everything_in_between() -> None:
    third = release("3.0.0", MAR, finding("train"))
    reader = Reader(ADULT, "zh-CN", SETTING, APR)
    (general,) = questions("1.0.0", third, [V1, CONSENT, third], {}, reader)
    assert [a.key for a in general.items] == ["train", "ads"]
    events = [event(State.GIVEN, "3.0.0", ["train", "ads"], APR)]
    found = bound([V1, CONSENT, third], APR, events)
    assert (found.number, found.kept) == ("3.0.0", ())


def test_what_was_refused_is_not_asked_again_in_a_later_version() -> None:
    third = release("3.0.0", MAR, finding("train"))
    events = [event(State.REFUSED, "2.0.0", ["ads"], START)]
    said = answers(ADULT, "privacy", events, SETTING, moment(APR))
    (general,) = questions("1.0.0", third, [V1, CONSENT, third], said, Reader(ADULT, "zh-CN", SETTING, APR))
    assert [a.key for a in general.items] == ["train"]


def test_an_accept_of_a_version_to_come_does_not_open_an_earlier_one() -> None:
    third = release("3.0.0", APR, finding("train"))
    events = [event(State.GIVEN, "3.0.0", ["train", "ads"], MAR)]
    assert bound([V1, CONSENT, third], MAR, events).number == "1.0.0"
    assert bound([V1, CONSENT, third], APR, events).number == "3.0.0"


def test_separate_matters_are_answered_one_by_one() -> None:
    both = release(
        "2.0.0", FEB, finding("ads"), finding("face", Level.SEPARATE_CONSENT), finding("abroad", Level.SEPARATE_CONSENT)
    )
    screens = questions("1.0.0", both, [V1, both], {}, Reader(ADULT, "zh-CN", SETTING, START))
    assert [(q.id, [a.key for a in q.items]) for q in screens] == [
        (GENERAL, ["ads"]),
        ("face", ["face"]),
        ("abroad", ["abroad"]),
    ]
    yes = event(State.GIVEN, "2.0.0", ["ads"], START)
    no = event(State.REFUSED, "2.0.0", ["face"], START, after=yes)
    found = bound([V1, both], FEB, [yes, no])
    assert found.number == "2.0.0"
    assert [a.key for a in found.kept] == ["face", "abroad"]  # refused, and not answered: neither may begin


def test_a_separate_yes_alone_does_not_carry_the_general_question() -> None:
    both = release("2.0.0", FEB, finding("ads"), finding("face", Level.SEPARATE_CONSENT))
    assert bound([V1, both], FEB, [event(State.GIVEN, "2.0.0", ["face"], START)]).number == "1.0.0"


def test_only_the_guardian_consents_for_a_child_and_the_child_may_refuse() -> None:
    own = event(State.GIVEN, "2.0.0", ["ads"], START, person="kid")
    assert bound([V1, CONSENT], FEB, [own], person=CHILD).number == "1.0.0"
    mum = event(State.GIVEN, "2.0.0", ["ads"], START, person="kid", by="mum")
    assert bound([V1, CONSENT], FEB, [mum], person=CHILD).number == "2.0.0"
    stranger = event(State.GIVEN, "2.0.0", ["ads"], START, person="kid", by="uncle")
    assert bound([V1, CONSENT], FEB, [stranger], person=CHILD).number == "1.0.0"
    no = event(State.WITHDRAWN, "2.0.0", ["ads"], MAR, person="kid", after=mum)
    assert bound([V1, CONSENT], MAR, [mum, no], person=CHILD).number == "1.0.0"


def test_guardianship_ends_with_its_time_and_with_majority() -> None:
    ended = Person("kid", START, date(2016, 5, 5), guardians=(Guardian("mum", "mother", None, moment(START)),))
    late = event(State.GIVEN, "2.0.0", ["ads"], FEB, person="kid", by="mum")
    assert bound([V1, CONSENT], MAR, [late], person=ended).number == "1.0.0"
    grown = Person("kid", START, date(2000, 5, 5), guardians=(Guardian("mum", "mother"),))
    assert bound([V1, CONSENT], MAR, [late], person=grown).number == "1.0.0"


def test_an_unknown_age_with_a_guardian_counts_as_a_child() -> None:
    unknown = Person("kid", START, guardians=(Guardian("mum", "mother"),))
    own = event(State.GIVEN, "2.0.0", ["ads"], START, person="kid")
    assert bound([V1, CONSENT], FEB, [own], person=unknown).number == "1.0.0"


@pytest.mark.parametrize(("band", "minor"), [("0-13", True), ("14-17", True), ("18+", False), ("16-20", False)])
def test_age_bands(band: str, minor: bool) -> None:
    assert SETTING.minor(Person("u", START, age_band=band), FEB) is minor
    if band == "16-20":  # nobody knows: with a guardian it is a minor
        assert SETTING.minor(Person("u", START, age_band=band, guardians=CHILD.guardians), FEB)


def test_what_is_for_guardians_binds_adults_by_notice() -> None:
    minors = release("2.0.0", FEB, finding("kids", Level.GUARDIAN, category=Category.MINORS))
    assert bound([V1, minors], FEB, notices=[told("2.0.0", START)]).number == "2.0.0"
    assert bound([V1, minors], FEB, notices=[told("2.0.0", START)], person=CHILD).number == "1.0.0"


def test_a_release_raised_as_a_whole_is_asked_as_a_whole() -> None:
    raised = release("2.0.0", FEB, finding("contact", Level.PROMINENT), level=Level.CONSENT)
    assert [a.key for a in asked(raised, "en", "zh-CN")] == ["release:2.0.0"]
    assert bound([V1, raised], FEB, notices=[told("2.0.0", START)]).number == "1.0.0"
    assert bound([V1, raised], FEB, [event(State.GIVEN, "2.0.0", ["release:2.0.0"], START)]).number == "2.0.0"


def test_what_lawyers_decided_about_a_finding_counts() -> None:
    def decided(verdict: Verdict, level: Level | None, found: Level) -> list[Level]:
        made = release("2.0.0", FEB, finding("x", found))
        made = replace(made, decisions=(Decision("x", verdict, "why", "lin", START, level=level),))
        return [a.level for a in asked(made, "zh-CN", "zh-CN") if not a.key.startswith("release:")]

    assert decided(Verdict.CONFIRMED, None, Level.CONSENT) == [Level.CONSENT]
    assert decided(Verdict.RAISED, Level.SEPARATE_CONSENT, Level.PROMINENT) == [Level.SEPARATE_CONSENT]
    assert decided(Verdict.OVERRULED, Level.PROMINENT, Level.CONSENT) == []


def test_an_answer_means_the_same_in_both_languages() -> None:
    both = release("2.0.0", FEB, finding("zh-ads"), finding("en-ads", language="en"))
    (item,) = asked(both, "en", "zh-CN")
    assert item.key == "zh-ads"
    assert item.shown is not None
    assert item.shown.language == "en"


def test_what_a_translation_lacks_is_asked_in_the_authoritative_language() -> None:
    uneven = release("2.0.0", FEB, finding("a"), finding("b", category=Category.DATA), finding("en-a", language="en"))
    items = asked(uneven, "en", "zh-CN")
    assert [(i.key, i.shown.language if i.shown else "") for i in items] == [("a", "en"), ("b", "zh-CN")]


def test_findings_of_one_kind_are_not_paired_by_guess() -> None:
    uneven = release("2.0.0", FEB, finding("a"), finding("b"), finding("en-a", language="en"))
    items = asked(uneven, "en", "zh-CN")
    assert [(i.key, i.shown.language if i.shown else "") for i in items] == [("a", "zh-CN"), ("b", "zh-CN")]


def test_somebody_imported_late_is_not_bound_to_what_was_announced_to_them() -> None:
    late = Person("u1", MAR, date(1990, 1, 1))
    assert bound([V1, CONSENT], MAY, notices=[told("2.0.0", MAR)], person=late).number == "1.0.0"
    assert bound([V1, CONSENT], MAY, person=late).number == "2.0.0"  # signed up while it was in force
    assert bound([V1, CONSENT], START, person=late).number == "1.0.0"  # and before that it was not


def test_a_withdrawn_release_never_binds() -> None:
    recalled = replace(CONSENT, withdrawn_on=START)
    assert bound([V1, recalled], MAR, [event(State.GIVEN, "2.0.0", ["ads"], START)]).number == "1.0.0"
    assert may_ask((), recalled, [], moment(START)) is Ask.RECALLED


def test_before_the_first_version_nothing_binds() -> None:
    assert binding(ADULT, [V1], [], [], SETTING, moment(date(2020, 1, 1))) is None
    assert binding(ADULT, [], [], [], SETTING, moment(MAY)) is None


def test_versions_are_ordered_by_number_not_by_letters() -> None:
    same_day = [release("1.10.0", FEB), release("1.9.0", FEB)]
    assert bound([V1, *same_day], FEB).number == "1.10.0"


def test_asking_again() -> None:
    now = moment(MAR)
    reader = Reader(ADULT, "zh-CN", SETTING, MAR)
    screens = questions("1.0.0", CONSENT, [V1, CONSENT], {}, reader)
    assert may_ask(screens, CONSENT, [], now) is Ask.YES
    assert may_ask(screens, CONSENT, [now - timedelta(hours=47)], now) is Ask.TOO_SOON
    assert may_ask(screens, CONSENT, [now - timedelta(hours=48)], now) is Ask.YES
    assert may_ask(screens, CONSENT, [now - 20 * DAY, now - 10 * DAY, now - 5 * DAY], now) is Ask.REMINDED
    assert may_ask((), PROMINENT, [], now) is Ask.NOTHING
    for state, verdict in ((State.REFUSED, Ask.REFUSED), (State.GIVEN, Ask.ANSWERED), (State.DEFERRED, Ask.YES)):
        said = answers(ADULT, "privacy", [event(state, "2.0.0", ["ads"], FEB)], SETTING, now)
        screens = questions("1.0.0", CONSENT, [V1, CONSENT], said, reader)
        assert may_ask(screens, CONSENT, [FEB_MORNING], now) is verdict


FEB_MORNING = moment(FEB)


def test_the_machine_lets_nobody_answer_for_the_person() -> None:
    for before in (None, *State):
        for state in (State.GIVEN, State.RENEWED, State.REFUSED, State.WITHDRAWN, State.DEFERRED):
            assert not allowed(before, state, Actor.PUBLISHER)
        for state in (State.REQUESTED, State.EXPIRED, State.INVALIDATED):
            assert not allowed(before, state, Actor.SELF)
    assert allowed(None, State.GIVEN, Actor.SELF)
    assert allowed(State.REFUSED, State.GIVEN, Actor.GUARDIAN)  # a person may change their mind
    assert not allowed(State.REFUSED, State.REQUESTED, Actor.PUBLISHER)  # but is not asked again
    assert not allowed(State.WITHDRAWN, State.REQUESTED, Actor.PUBLISHER)


def test_a_chain_shows_any_change_and_any_gap() -> None:
    first = event(State.REFUSED, "2.0.0", ["ads"], START)
    second = event(State.GIVEN, "2.0.0", ["ads"], FEB, after=first)
    third = event(State.WITHDRAWN, "2.0.0", ["ads"], MAR, after=second)
    assert broken([first, second, third]) is None
    assert broken([first, third]) == third.id
    assert broken([second, third]) == second.id
    for name, value in (("text_sha256", "x"), ("at", moment(MAR)), ("state", State.REFUSED), ("actor_id", "u2")):
        assert broken([first, replace(second, **{name: value}), third]) == second.id
    assert consented_before([first, second], "privacy")
    assert not consented_before([first], "privacy")


def test_an_event_cannot_follow_another_person_or_the_future() -> None:
    first = event(State.REFUSED, "2.0.0", ["ads"], FEB)
    with pytest.raises(ConsentError):
        chained(replace(first, subject="u2"), first)
    with pytest.raises(ConsentError):
        chained(replace(first, at=moment(START)), first)


LEVELS = st.sampled_from(
    [Level.NONE, Level.ROUTINE, Level.PROMINENT, Level.CONSENT, Level.SEPARATE_CONSENT, Level.GUARDIAN]
)
ACTS = st.tuples(
    st.sampled_from([State.GIVEN, *State, State.GIVEN, State.RENEWED]),  # mostly yes: the danger is in a yes too many
    st.integers(1, 5),
    st.integers(0, 150),
    st.sampled_from([("u1", "u1"), ("kid", "mum"), ("kid", "kid"), ("u1", "mum"), ("kid", "uncle")]),
)


@settings(max_examples=400)
@given(
    st.lists(st.lists(LEVELS, max_size=3), min_size=1, max_size=5),
    st.lists(ACTS, max_size=8),
    st.lists(st.tuples(st.integers(1, 5), st.integers(0, 150)), max_size=6),
    st.sampled_from([20, 60, 100, 160, 160]),
    st.sampled_from([ADULT, CHILD]),
)
def test_no_path_lowers_rights_without_an_explicit_act(
    versions: list[list[Level]],
    acts: list[tuple[State, int, int, tuple[str, str]]],
    notices: list[tuple[int, int]],
    when: int,
    person: Person,
) -> None:
    history = [V1]
    for n, levels in enumerate(versions, 1):
        found = [finding(f"{n}-{i}", level) for i, level in enumerate(levels)]
        history.append(release(f"{n + 1}.0.0", START + n * 25 * DAY, *found))
    events: list[ConsentEvent] = []
    for state, n, days, (subject, by) in acts:
        if n < len(history):
            keys = [f.finding.fingerprint for f in history[n].findings]
            events.append(event(state, history[n].number, keys, START + days * DAY, person=subject, by=by))
    events.sort(key=lambda e: e.at)
    heard: list[Notice] = [told(history[n].number, START + d * DAY) for n, d in notices if n < len(history)]
    today = START + when * DAY
    result = bound(history, today, events, heard, person)
    crossed = [r for r in history[1:] if history.index(r) <= [r.number for r in history].index(result.number)]
    kept = {a.key for a in result.kept}
    needs_act = (Level.CONSENT, Level.SEPARATE_CONSENT) + ((Level.GUARDIAN,) if person is CHILD else ())
    who = "mum" if person is CHILD else "u1"
    for applied in result.applied:  # of versions that do not bind: nothing that asks, nothing before it was told
        version = next(r for r in history if r.number == applied.number)
        assert version not in crossed
        assert all(f in version.findings and f.obligation.level not in needs_act for f in applied.findings)
        heard_of = [SETTING.day(n.at) for n in heard if n.number == applied.number and n.at <= SETTING.end_of(today)]
        if not heard_of:
            assert (applied.since, applied.timing) == (None, Timing.UNTOLD)
        else:
            assert version.effective_on is not None
            in_time = min(heard_of) < version.effective_on
            assert applied.since == (version.effective_on if in_time else min(heard_of) + version.lead_days * DAY)
    for version in crossed:
        for item in version.findings:
            if item.obligation.level in needs_act and item.finding.fingerprint not in kept:
                valid = [
                    e
                    for e in events
                    if item.finding.fingerprint in e.findings
                    and e.subject == person.id
                    and (e.actor_id == who or (e.actor_id == person.id and e.state.denies))
                    and e.at <= SETTING.end_of(START + when * DAY)
                ]
                assert valid, (version.number, item.finding.fingerprint)
                assert valid[-1].state.grants, (version.number, item.finding.fingerprint)
