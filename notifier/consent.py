"""Which version binds a person and why: a pure decision over the record, their events and what they were told.

Consent is an act (PIPL 14, GDPR 4(11)): nothing here takes use, silence or a page that was opened for one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from notifier.asking import Answer, Asked, Reader, answers, in_order
from notifier.consent_log import ConsentEvent, State
from notifier.persons import Person, Setting
from policy_versions.model import Level, Release, ReleaseFinding


@dataclass(frozen=True, slots=True)
class Notice:
    """When a person (of a child: the guardian) was first reached about a version, by a delivery that went out."""

    number: str
    at: datetime
    channel: str = ""


class Reason(StrEnum):
    """Why a version binds."""

    BASE = "base"
    EDITORIAL = "editorial"
    NOTIFIED = "notified"
    ACCEPTED = "accepted"


class Held(StrEnum):
    """Why a version that is in force does not bind a person."""

    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    DEFERRED = "deferred"
    SILENT = "silent"
    LAPSED = "lapsed"
    UNTOLD = "untold"
    LATE = "late"
    BEHIND = "behind"


class Timing(StrEnum):
    """Whether a notice was issued before what it tells of took effect."""

    IN_TIME = "in-time"
    LATE = "late"
    UNTOLD = "untold"


@dataclass(frozen=True, slots=True)
class Applied:
    """The changes of a version that need no consent, for somebody whom that version as a whole does not bind.

    They bind from `since`, which lies after the moment asked about while a late notice runs; without any notice
    `since` is None and they do not bind (LAW table, "per-user outcome").
    """

    number: str
    findings: tuple[ReleaseFinding, ...]
    timing: Timing
    since: date | None = None
    notice: Notice | None = None


@dataclass(frozen=True, slots=True)
class Binding:
    """The version that binds, since when and why.

    `kept` are findings of it that the person did not agree to: for those the older text goes on. `held` are later
    versions in force that do not bind as a whole, `pending` what is unanswered in them, and `applied` what of them
    needs no consent.
    """

    number: str
    since: date | None
    reason: Reason
    event: ConsentEvent | None = None
    notice: Notice | None = None
    kept: tuple[Asked, ...] = ()
    held: Mapping[str, Held] = field(default_factory=dict)
    pending: tuple[Asked, ...] = ()
    applied: tuple[Applied, ...] = ()


def base(person: Person, order: Sequence[Release], notices: Iterable[Notice]) -> int:
    """Find where a person starts: the version in force when we first knew them, but before any change told to them.

    Without the second half somebody imported late would be bound to a change that was only announced to them.
    """
    start = max((i for i, r in enumerate(order) if _by(r, person.joined)), default=0)
    told = {n.number for n in notices}
    first = min((i for i, r in enumerate(order) if r.number in told), default=start + 1)
    return max(0, min(start, first - 1))


def binding(
    person: Person,
    releases: Sequence[Release],
    events: Sequence[ConsentEvent],
    notices: Sequence[Notice],
    setting: Setting,
    at: datetime,
) -> Binding | None:
    """Say which version bound a person at a moment, and why; None before its first version.

    Consent-level versions bind only from an act of this person (or the guardian); the others from their effective
    date if a notice went out before it (LAW table, seed 7.1); behind a version that was not accepted no later one
    binds as a whole until one that is, only its changes that need no consent (`Binding.applied`). `notices` that came
    later than `at` are ignored, like events.
    """
    reader = Reader(person, setting.authoritative, setting, setting.day(at))
    order = in_order(releases, reader.day)
    if not order or not _by(order[0], reader.day):
        return None
    start = base(replace(person, joined=min(person.joined, reader.day)), order, notices)
    begin = order[start]
    numbers = {r.number for r in order if _by(r, reader.day)}
    said = answers(person, begin.policy, events, setting, at)
    walk = _Walk(reader, {k: a for k, a in said.items() if a.event.number in numbers}, notices, at)
    bound = Binding(begin.number, begin.effective_on, Reason.BASE)
    for release in order[start + 1 :]:
        if release.number in numbers:
            bound = walk.step(bound, release)
    return bound


def _by(release: Release, day: date) -> bool:
    return release.effective_on is not None and release.effective_on <= day


@dataclass(frozen=True, slots=True)
class _Walk:
    """One person's way through the versions, one step a version."""

    reader: Reader
    said: Mapping[str, Answer]
    notices: Sequence[Notice]
    at: datetime

    def step(self, bound: Binding, release: Release) -> Binding:
        items = self.reader.asked(release)
        if items:
            return self._answered(bound, release, items)
        if bound.held:
            return self._hold(bound, release, Held.BEHIND)
        if release.level is Level.NONE:
            return Binding(release.number, release.effective_on, Reason.EDITORIAL, kept=bound.kept)
        return self._told(bound, release)

    def _told(self, bound: Binding, release: Release) -> Binding:
        notice = self._notice(release)
        if notice is None:
            return self._hold(bound, release, Held.UNTOLD)
        since = notified_from(release, self.reader.setting.day(notice.at))
        if since > self.reader.day:
            return self._hold(bound, release, Held.LATE)
        return Binding(release.number, since, Reason.NOTIFIED, notice=notice, kept=bound.kept)

    def _notice(self, release: Release) -> Notice | None:
        known = [n for n in self.notices if n.number == release.number and n.at <= self.at]
        return min(known, key=lambda n: n.at, default=None)

    def _hold(self, bound: Binding, release: Release, why: Held) -> Binding:
        """Leave a person where they are; what of the release needs no act binds by its notice all the same."""
        applied = self._applied(release)
        more = (applied,) if applied.findings else ()
        return replace(bound, held={**bound.held, release.number: why}, applied=(*bound.applied, *more))

    def _applied(self, release: Release) -> Applied:
        findings, notice = self.reader.free(release), self._notice(release)
        if notice is None:
            return Applied(release.number, findings, Timing.UNTOLD)
        since = notified_from(release, self.reader.setting.day(notice.at))
        timing = Timing.IN_TIME if since == release.effective_on else Timing.LATE
        return Applied(release.number, findings, timing, since, notice)

    def _answered(self, bound: Binding, release: Release, items: Sequence[Asked]) -> Binding:
        given = [a for a in items if a.key in self.said and self.said[a.key].state.grants]
        missing = tuple(a for a in items if a not in given)
        general = [a for a in items if a.level is not Level.SEPARATE_CONSENT]
        if not given or any(a not in given for a in general):
            pinned = self._hold(bound, release, _held(missing, self.said))
            return replace(pinned, pending=(*bound.pending, *missing))
        event = max((self.said[a.key].event for a in given), key=lambda e: e.at)
        since = max(release.effective_on or date.min, self.reader.setting.day(event.at))
        kept = (*bound.kept, *bound.pending, *missing)
        return Binding(release.number, since, Reason.ACCEPTED, event, kept=kept)


def notified_from(release: Release, told: date) -> date:
    """Give the day a notice makes a version bind: its effective date, or the full lead time after a late notice."""
    effective = release.effective_on or date.max
    return effective if told < effective else told + timedelta(days=release.lead_days)


def _held(missing: Sequence[Asked], said: Mapping[str, Answer]) -> Held:
    states = {said[a.key].state for a in missing if a.key in said}
    for state, why in _WHY.items():
        if state in states:
            return why
    return Held.SILENT


_WHY: Mapping[State, Held] = {
    State.REFUSED: Held.REFUSED,
    State.WITHDRAWN: Held.WITHDRAWN,
    State.DEFERRED: Held.DEFERRED,
    State.EXPIRED: Held.LAPSED,
    State.INVALIDATED: Held.LAPSED,
}
