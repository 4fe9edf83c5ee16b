"""What a release asks whom, what was answered, and whether somebody may be asked again: pure decisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from notifier.consent_log import Actor, ConsentEvent, State
from notifier.persons import Person, Setting
from notifier.render import material
from notifier.tongues import shown
from policy_versions.model import Level, Release, ReleaseFinding, Verdict

FLOOR: Final = timedelta(hours=48)  # between any two asks (GB/T 35273 Annex C)
REMINDERS: Final = 2


@dataclass(frozen=True, slots=True)
class Asked:
    """One finding that needs an act: `key` is its fingerprint in the deciding language, `shown` the displayed one."""

    key: str
    number: str
    level: Level
    shown: ReleaseFinding | None


@dataclass(frozen=True, slots=True)
class Answer:
    """The last word about one finding."""

    state: State
    event: ConsentEvent


def asked(release: Release, language: str, authoritative: str) -> tuple[Asked, ...]:
    """List what a release asks an act for, each matter shown in `language` where that text has its counterpart.

    The authoritative language decides what is asked.
    """
    asking = [f for f in release.findings if level_of(release, f).asks]
    decisive = [f for f in asking if f.language == authoritative] or asking
    found = {
        f.finding.fingerprint: Asked(f.finding.fingerprint, release.number, level_of(release, f), as_read)
        for f, as_read in zip(decisive, shown(decisive, [f for f in asking if f.language == language]), strict=True)
    }
    if not found and release.level.asks:
        key = f"release:{release.number}"  # a person raised the whole release: it is asked about as one
        found[key] = Asked(key, release.number, release.level, None)
    return tuple(found.values())


def level_of(release: Release, item: ReleaseFinding) -> Level:
    """Give the duty of a finding after what the lawyers decided about it: raised, lowered, or as the table says."""
    level = item.obligation.level
    for decision in release.decisions:
        if decision.fingerprint == item.finding.fingerprint:
            if decision.verdict is Verdict.OVERRULED:
                level = decision.level or Level.NONE
            elif decision.verdict is Verdict.RAISED and decision.level:
                level = max(level, decision.level, key=lambda found: found.rank)
    return level


def free(release: Release, language: str, authoritative: str) -> tuple[ReleaseFinding, ...]:
    """List the material changes of a release that bind without an act; none where it is asked about as a whole."""
    if any(a.shown is None for a in asked(release, language, authoritative)):
        return ()
    return tuple(f for f in material(release, language, authoritative) if not level_of(release, f).asks)


def concerns(items: Iterable[Asked], person: Person, day: date, setting: Setting) -> tuple[Asked, ...]:
    """Leave out what does not touch this person: a known adult is not asked about what is for guardians alone."""
    adult = person.adult_on(day, setting.guardian_under) is True
    return tuple(a for a in items if not (adult and a.level is Level.GUARDIAN))


def counts(event: ConsentEvent, person: Person, setting: Setting) -> bool:
    """Say whether an event was made by somebody who may: no is always heard, yes only from who is competent.

    A child may refuse and withdraw, not consent; a guardian acts while guardian of a minor; the publisher only asks.
    """
    if event.subject != person.id:
        return False
    if event.actor is Actor.PUBLISHER:
        return event.state in (State.REQUESTED, State.EXPIRED, State.INVALIDATED)
    minor = setting.minor(person, setting.day(event.at))
    if event.actor is Actor.SELF:
        return event.actor_id == person.id and (event.state.denies or not minor)
    return minor and any(g.id == event.actor_id and g.active(event.at) for g in person.guardians)


def answers(
    person: Person, policy: str, events: Sequence[ConsentEvent], setting: Setting, at: datetime
) -> dict[str, Answer]:
    """Give the last word about each finding of a policy at a moment."""
    found: dict[str, Answer] = {}
    for event in events:
        if event.policy == policy and event.at <= at and counts(event, person, setting):
            for key in event.findings:
                if event.state is not State.REQUESTED or key not in found or not found[key].state.denies:
                    found[key] = Answer(event.state, event)
    return found


def in_order(releases: Iterable[Release], day: date) -> list[Release]:
    """Sort the releases that were not withdrawn by then, by the day they take effect."""
    live = [r for r in releases if r.effective_on and not (r.withdrawn_on and r.withdrawn_on <= day)]
    return sorted(live, key=lambda r: (r.effective_on or date.max, _number(r.number)))


def _number(number: str) -> tuple[tuple[int, str], ...]:
    return tuple((int(part), "") if part.isdigit() else (10**9, part) for part in number.split("."))


@dataclass(frozen=True, slots=True)
class Question:
    """One control on one screen: all consent-level findings together, or a single matter that asks separate consent.

    `items` are what one press answers; `answer` is the last word about all of them, None while any is open.
    """

    id: str
    items: tuple[Asked, ...]
    answer: Answer | None

    @property
    def separate(self) -> bool:
        """Say whether this is one matter on its own screen."""
        return self.id != GENERAL

    @property
    def open(self) -> bool:
        """Say whether the person still has to answer; who said "later" has."""
        return self.answer is None or self.answer.state in _OPEN


GENERAL: Final = "general"
_OPEN: Final = frozenset({State.REQUESTED, State.DEFERRED, State.EXPIRED, State.INVALIDATED})


def question_of(item: Asked) -> str:
    """Give the id of the question that a matter belongs to."""
    return item.key if item.level is Level.SEPARATE_CONSENT else GENERAL


def questions(
    bound: str, target: Release, releases: Sequence[Release], said: Mapping[str, Answer], reader: Reader
) -> tuple[Question, ...]:
    """Make the screens for a person who goes from the version that binds them to `target`.

    Somebody several versions behind sees what they never answered in between, too; what they refused there is not
    asked again (NDR 22(5)) and stays as it was for them.
    """
    order = [r.number for r in in_order((*(r for r in releases if r.number != target.number), target), reader.day)]
    between = set(order[order.index(bound) + 1 : order.index(target.number)]) if bound in order else set()
    items = list(reader.asked(target))
    for release in releases:
        if release.number in between:
            items += [a for a in reader.asked(release) if _again(a, target.number, said)]
    general = tuple(a for a in items if a.level is not Level.SEPARATE_CONSENT)
    alone = [(a.key, (a,)) for a in items if a.level is Level.SEPARATE_CONSENT]
    screens = [(GENERAL, general), *alone] if general else alone
    return tuple(Question(name, group, _last(group, said)) for name, group in screens)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a screen, in which language, on which day."""

    person: Person
    language: str
    setting: Setting
    day: date

    def asked(self, release: Release) -> tuple[Asked, ...]:
        """List what a release asks this reader."""
        every = asked(release, self.language, self.setting.authoritative)
        return concerns(every, self.person, self.day, self.setting)

    def free(self, release: Release) -> tuple[ReleaseFinding, ...]:
        """List the changes of a release that bind this reader without an act."""
        return free(release, self.language, self.setting.authoritative)


def _again(item: Asked, target: str, said: Mapping[str, Answer]) -> bool:
    answer = said.get(item.key)
    return answer is None or answer.state in _OPEN or answer.event.number == target


def _last(items: Sequence[Asked], said: Mapping[str, Answer]) -> Answer | None:
    if any(a.key not in said for a in items):
        return None
    return max((said[a.key] for a in items), key=lambda answer: answer.event.at)


class Ask(StrEnum):
    """Whether somebody may be asked now, or why not."""

    YES = "yes"
    NOTHING = "nothing-to-ask"
    ANSWERED = "answered"
    REFUSED = "refused"
    TOO_SOON = "too-soon"
    REMINDED = "reminded-enough"
    RECALLED = "recalled"


def may_ask(asked_for: Sequence[Question], release: Release, asks: Sequence[datetime], now: datetime) -> Ask:
    """Decide whether a person may be asked about a release; `asks` are the moments they were asked about it before.

    At most two reminders, never within 48 hours of another ask, never after a no (NDR 22(5), GB/T 35273 Annex C).
    """
    if release.withdrawn_on is not None:
        return Ask.RECALLED
    if not asked_for:
        return Ask.NOTHING
    open_ones = [q for q in asked_for if q.open]
    if not open_ones:
        refused = any(q.answer and q.answer.state.denies for q in asked_for)
        return Ask.REFUSED if refused else Ask.ANSWERED
    if any(now - at < FLOOR for at in asks):
        return Ask.TOO_SOON
    return Ask.YES if len(asks) <= REMINDERS else Ask.REMINDED
