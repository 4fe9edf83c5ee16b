"""What can be proved about a person and a day: the version that bound them, what they were told, what they answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import msgspec

from notifier.asking import Asked
from notifier.consent import Applied, Binding, Notice
from notifier.consent_log import ConsentEvent, broken, stamp
from notifier.desk import Desk
from notifier.store import consents, ledger
from notifier.store.ledger import Told

SCHEMA: Final = 1


@dataclass(frozen=True, slots=True)
class Proof:
    """One answer with what proves it: the receipt's id, and whether the screen that was shown is still held."""

    event: ConsentEvent
    receipt: str
    screen_held: bool


@dataclass(frozen=True, slots=True)
class PolicyEvidence:
    """All about one policy; `bound` is None before its first version."""

    policy: str
    bound: Binding | None
    told: tuple[Told, ...]
    answers: tuple[Proof, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """All about one person until the end of a day; `broken_at` names the first event that does not fit the chain."""

    person: str
    on: date
    at: datetime
    known_since: date
    policies: tuple[PolicyEvidence, ...]
    events: int
    broken_at: str | None


def gather(desk: Desk, person: str, on: date, policies: Sequence[str] = ()) -> Evidence:
    """Collect the evidence about a person at the end of a day where the publisher lives; ConsentError for nobody.

    The whole chain is verified, also what came after the day: a chain that is broken later proves less before.
    """
    who = desk.person(person)
    at = desk.setting.end_of(on)
    chain = consents.events(desk.database, person)
    told = ledger.told(desk.database, person)
    found = []
    for policy in policies or desk.policies:
        proofs = [_proof(desk, e) for e in chain if e.policy == policy and e.at <= at]
        reached = tuple(_until(t, at) for t in told if t.policy == policy and any(e.at <= at for e in t.events))
        found.append(PolicyEvidence(policy, desk.binding(who, policy, at, events=chain), reached, tuple(proofs)))
    return Evidence(person, on, at, who.joined, tuple(found), len(chain), broken(chain))


def _proof(desk: Desk, event: ConsentEvent) -> Proof:
    receipt = consents.receipt_of(desk.database, event.id, event=True)
    held = bool(event.screen_sha256) and consents.screen(desk.database, event.screen_sha256) is not None
    return Proof(event, receipt.id if receipt else "", held)


def _until(told: Told, at: datetime) -> Told:
    fields = {name: getattr(told, name) for name in told.__slots__}
    return Told(**fields | {"events": tuple(e for e in told.events if e.at <= at)})


def to_json(evidence: Evidence) -> dict[str, Any]:
    """Write the evidence as JSON values; moments in UTC, days where the publisher lives."""
    return {
        "schema": SCHEMA,
        "person": evidence.person,
        "on": evidence.on.isoformat(),
        "until": stamp(evidence.at),
        "known_since": evidence.known_since.isoformat(),
        "chain": {"events": evidence.events, "verified": evidence.broken_at is None, "broken_at": evidence.broken_at},
        "policies": [
            {
                "policy": found.policy,
                "bound": bound_json(found.bound),
                "told": [_told_json(t) for t in found.told],
                "answers": [answer_json(p) for p in found.answers],
            }
            for found in evidence.policies
        ],
    }


def bound_json(bound: Binding | None) -> dict[str, Any] | None:
    """Write a binding as JSON values."""
    if bound is None:
        return None
    return {
        "number": bound.number,
        "since": bound.since.isoformat() if bound.since else None,
        "reason": str(bound.reason),
        "event": bound.event.id if bound.event else None,
        "notice": _notice_json(bound.notice),
        "kept_as_before": [_asked_json(item) for item in bound.kept],
        "not_bound": {number: str(held) for number, held in bound.held.items()},
        "without_consent": [_applied_json(applied) for applied in bound.applied],
    }


def _applied_json(applied: Applied) -> dict[str, Any]:
    return {
        "number": applied.number,
        "since": applied.since.isoformat() if applied.since else None,
        "timing": str(applied.timing),
        "notice": _notice_json(applied.notice),
        "findings": [
            {"finding": item.finding.fingerprint, "explanation": dict(item.finding.explanation)}
            for item in applied.findings
        ],
    }


def _notice_json(notice: Notice | None) -> dict[str, str] | None:
    return {"at": stamp(notice.at), "channel": notice.channel} if notice else None


def _asked_json(item: Asked) -> dict[str, Any]:
    explanation: Mapping[str, str] = item.shown.finding.explanation if item.shown else {}
    return {"finding": item.key, "number": item.number, "level": str(item.level), "explanation": dict(explanation)}


def _told_json(told: Told) -> dict[str, Any]:
    return {
        "number": told.number,
        "kind": told.kind,
        "to": told.actor_id,
        "as": told.audience,
        "channel": told.channel,
        "address": told.address,
        "language": told.language,
        "message_id": told.message_id,
        "result": str(told.state),
        "events": [
            {"at": stamp(e.at), "state": str(e.state), "provider_id": e.provider_id, "detail": e.detail}
            for e in told.events
        ],
    }


def answer_json(proof: Proof) -> dict[str, Any]:
    """Write an answer with all its hashes as JSON values."""
    values: dict[str, Any] = msgspec.to_builtins(proof.event)
    return values | {"at": stamp(proof.event.at), "receipt": proof.receipt, "screen_held": proof.screen_held}
