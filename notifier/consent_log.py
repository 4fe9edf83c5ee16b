"""What a person answered, as a chain of events: nothing is changed or removed, every event names the one before it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

import msgspec

from policy_versions.errors import PolicyError

GENESIS: Final = "0" * 64


class ConsentError(PolicyError):
    """This answer cannot be recorded."""


class State(StrEnum):
    """Where a question stands; the words of the W3C Data Privacy Vocabulary."""

    REQUESTED = "requested"
    DEFERRED = "deferred"
    GIVEN = "given"
    RENEWED = "renewed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    INVALIDATED = "invalidated"

    @property
    def grants(self) -> bool:
        """Say whether the consent stands."""
        return self in (State.GIVEN, State.RENEWED)

    @property
    def denies(self) -> bool:
        """Say whether the person said no: they are not asked again about the same change (NDR 22(5))."""
        return self in (State.REFUSED, State.WITHDRAWN)


class Actor(StrEnum):
    """Who acted: the person, somebody who answers for them, or the publisher (asking, lapse, invalidation)."""

    SELF = "self"
    GUARDIAN = "guardian"
    PUBLISHER = "publisher"


class Method(StrEnum):
    """How the answer came."""

    PAGE = "page"
    APP = "app"
    PHONE = "phone"
    PAPER = "paper"
    API = "api"


_OPEN: Final = frozenset({State.DEFERRED, State.GIVEN, State.RENEWED, State.REFUSED})
_STANDING: Final = frozenset({State.WITHDRAWN, State.EXPIRED, State.INVALIDATED, State.RENEWED})
_ENDED: Final = frozenset({State.REQUESTED, State.RENEWED, State.REFUSED, State.DEFERRED})
_NEXT: Final[dict[State | None, frozenset[State]]] = {
    None: _OPEN | {State.REQUESTED},
    State.REQUESTED: _OPEN | {State.REQUESTED, State.EXPIRED, State.INVALIDATED},
    State.DEFERRED: _OPEN | {State.REQUESTED, State.EXPIRED, State.INVALIDATED},
    State.GIVEN: _STANDING,
    State.RENEWED: _STANDING,
    State.REFUSED: frozenset({State.GIVEN, State.RENEWED}),
    State.WITHDRAWN: frozenset({State.RENEWED}),
    State.EXPIRED: _ENDED,
    State.INVALIDATED: _ENDED,
}
_BY_PUBLISHER: Final = frozenset({State.REQUESTED, State.EXPIRED, State.INVALIDATED})


def allowed(before: State | None, after: State, actor: Actor) -> bool:
    """Say whether a question may go from one state to another by the hand of this actor.

    The publisher may ask, let lapse and invalidate, and never answer; a person may answer, and never ask themselves.
    """
    return after in _NEXT[before] and (after in _BY_PUBLISHER) == (actor is Actor.PUBLISHER)


@dataclass(frozen=True, slots=True)
class ConsentEvent:
    """One act about one or several findings of a version.

    `findings` are fingerprints in the authoritative language; `text_sha256` and `screen_sha256` are of what was served;
    `at` is aware; `previous_hash` chains the events of a subject, `hash` covers every other field.
    """

    id: str
    subject: str
    policy: str
    number: str
    language: str
    findings: tuple[str, ...]
    text_sha256: str
    screen_sha256: str
    state: State
    actor: Actor
    actor_id: str
    relation: str
    method: Method
    at: datetime
    previous_hash: str = GENESIS
    hash: str = ""


def stamp(at: datetime) -> str:
    """Write a time as UTC with microseconds: the form that is hashed (E-Signature Law 8: what was fixed, and when)."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def digest(event: ConsentEvent) -> str:
    """Hash all fields of an event but its own hash, as JSON with sorted keys."""
    fields = asdict(event)
    del fields["hash"]
    return hashlib.sha256(msgspec.json.encode(fields | {"at": stamp(event.at)}, order="sorted")).hexdigest()


def chained(event: ConsentEvent, previous: ConsentEvent | None) -> ConsentEvent:
    """Link an event to the last one of the same subject; raise ConsentError for another subject or an earlier time."""
    if previous is not None and (previous.subject != event.subject or event.at < previous.at):
        raise ConsentError(f"event {event.id}: it cannot follow {previous.id} (another person, or earlier in time)")
    linked = replace(event, previous_hash=previous.hash if previous else GENESIS)
    return replace(linked, hash=digest(linked))


def broken(events: Sequence[ConsentEvent]) -> str | None:
    """Give the id of the first event of a subject that does not fit its chain, or None when all do."""
    before = GENESIS
    for event in events:
        if event.previous_hash != before or event.hash != digest(event):
            return event.id
        before = event.hash
    return None


def consented_before(events: Iterable[ConsentEvent], policy: str) -> bool:
    """Say whether consent was ever given to the policy: another one is then a renewed consent."""
    return any(e.policy == policy and e.state.grants for e in events)
