"""Small releases, persons and events for the consent tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from notifier.consent import Binding, Notice, binding
from notifier.consent_log import Actor, ConsentEvent, Method, State, chained
from notifier.persons import Guardian, Person, Setting
from policy_versions.model import (
    Category,
    Confidence,
    Direction,
    Effect,
    Finding,
    Level,
    Lines,
    Obligation,
    Release,
    ReleaseFinding,
    ReleaseText,
)

SETTING = Setting("zh-CN")
START = date(2026, 1, 1)
ADULT = Person("u1", START, date(1990, 5, 5))
CHILD = Person("kid", START, date(2016, 5, 5), guardians=(Guardian("mum", "mother"),))


def finding(
    key: str,
    level: Level = Level.CONSENT,
    language: str = "zh-CN",
    category: Category = Category.PURPOSE,
    **texts: str,
) -> ReleaseFinding:
    """Make one finding with its duty."""
    return ReleaseFinding(
        Finding(
            rule=f"{category}-added",
            category=category,
            effect=Effect.ADDED,
            direction=Direction.EXPANDS,
            material=True,
            evidence_before=texts.get("before", ""),
            evidence_after=texts.get("after", f"我们会将您的信息用于 {key}。"),
            lines_before=Lines(),
            lines_after=Lines(3, 3),
            confidence=Confidence.HIGH,
            fingerprint=key,
            explanation={"zh-CN": texts.get("zh", f"新增用途 {key}"), "en": texts.get("en", f"New purpose {key}")},
        ),
        language,
        Obligation(level, 30 if level.asks else 14, guardian=level is Level.GUARDIAN),
    )


def release(number: str, effective: date, *findings: ReleaseFinding, level: Level | None = None) -> Release:
    """Make a release announced thirty days before its effect."""
    own = max((f.obligation.level for f in findings), key=lambda x: x.rank, default=Level.NONE)
    return Release(
        policy="privacy",
        number=number,
        previous="",
        announced_on=effective - timedelta(days=30),
        effective_on=effective,
        texts={
            lang: ReleaseText(lang, f"policies/privacy/{lang}.md", f"{number}-{lang}".encode().hex().ljust(64, "0"))
            for lang in ("zh-CN", "en")
        },
        summaries={"zh-CN": f"第 {number} 版的变化", "en": f"What changes in {number}"},
        findings=findings,
        decisions=(),
        level=level or own,
        guardian=any(f.obligation.guardian for f in findings),
        lead_days=14,
    )


def moment(day: date, hour: int = 9) -> datetime:
    """Give a moment of a day."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def event(
    state: State,
    number: str,
    keys: Sequence[str],
    on: date,
    *,
    person: str = "u1",
    by: str = "",
    after: ConsentEvent | None = None,
    name: str = "",
    actor: Actor | None = None,
) -> ConsentEvent:
    """Make one event, chained to the one before."""
    who = by or person
    return chained(
        ConsentEvent(
            id=name or f"{state}-{number}-{on}",
            subject=person,
            policy="privacy",
            number=number,
            language="zh-CN",
            findings=tuple(keys),
            text_sha256="t" * 64,
            screen_sha256="s" * 64,
            state=state,
            actor=actor or (Actor.SELF if who == person else Actor.GUARDIAN),
            actor_id=who,
            relation="" if who == person else "mother",
            method=Method.PAGE,
            at=moment(on),
        ),
        after,
    )


def bound(
    releases: Sequence[Release],
    on: date,
    events: Sequence[ConsentEvent] = (),
    notices: Sequence[Notice] = (),
    person: Person = ADULT,
) -> Binding:
    """Say what binds on a day; the tests that use this have a version in force."""
    found = binding(person, releases, events, notices, SETTING, SETTING.end_of(on))
    assert found is not None
    return found


def told(number: str, on: date) -> Notice:
    """Make the notice of a version."""
    return Notice(number, moment(on), "email")
