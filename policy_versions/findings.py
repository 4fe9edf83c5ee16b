"""How a match is told: what came and went joined, quotes cut, words put in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from policy_versions import rules
from policy_versions.alignment import Edit
from policy_versions.compare import Delta
from policy_versions.explaining import confidence, explain, spoken
from policy_versions.facts import Fact, Statement, statement
from policy_versions.matchers import Match
from policy_versions.model import (
    Assessment,
    Category,
    Clause,
    Direction,
    Effect,
    Finding,
    Lines,
    Passage,
)
from policy_versions.quoting import LIMIT, fingerprint, quote, verbatim
from policy_versions.rows import row_name
from policy_versions.wording import visible

GENTLE: Final = frozenset({Category.SECURITY, Category.NOTICE, Category.SCOPE})
"""Categories that are material only when the person ends up with less, or new people or products are covered."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A match with the edit it stands in and how much speaks for it."""

    match: Match
    delta: Delta
    score: float


def unread(edit: Edit, left: str, language: str) -> Candidate:
    """Tell with which edit the part begins that is left to a person; `left` says how much of how much that is."""
    rule = next(r for r in rules.load() if r.id == "too-large")
    both = ((edit.before, edit.old), (edit.after, edit.new))
    sides = (statement(text[:LIMIT], clause, language) if text else None for text, clause in both)
    old, new = (replace(side, place=left) if side else None for side in sides)
    return Candidate(Match(rule, Effect.CHANGED, Direction.NEUTRAL, (), ()), Delta(old, new, (), ()), 2.0)


def finding(candidate: Candidate, policy: str, doubles: Sequence[Candidate] = ()) -> Finding:
    """Tell of a match; `doubles` are others of the same substance, which it stands for."""
    found, delta = candidate.match, candidate.delta
    before, after = _evidence(candidate)
    also = _also(doubles, Passage(before, after, lines(delta.before), lines(delta.after)))
    clause = _clause(delta)
    path = clause.path if clause else ()
    rule = found.rule
    said = explain(found, delta, candidate.score)
    return Finding(
        rule=rule.id,
        category=rule.category,
        effect=found.effect,
        direction=found.direction,
        material=material(found),
        evidence_before=before,
        evidence_after=after,
        lines_before=lines(delta.before),
        lines_after=lines(delta.after),
        confidence=confidence(found, candidate.score),
        fingerprint=fingerprint(rule.id, policy, path, before, after, [(p.before, p.after) for p in also]),
        explanation=said.explanation,
        args={"what": _what(found, delta), "law": "; ".join(rule.law)},
        sensitive=any(f.concept in SENSITIVE for c in (candidate, *doubles) for f in (*c.match.lost, *c.match.gained)),
        path=path,
        also=also,
        law=rule.law,
        witness=said.witness,
        confidence_reason=said.confidence_reason,
        terms=said.terms,
    )


def _left_out(found: Match) -> bool:
    """Say whether further terms hold for other places than before: who lives where they held ends up with less."""
    return found.rule.id == "scope-places" and bool(found.lost and found.gained)


def material(found: Match) -> bool:
    """Say whether a match is material: of the gentle categories only where the person ends up with less."""
    return found.rule.category not in GENTLE or found.direction is Direction.EXPANDS or _left_out(found)


def _evidence(candidate: Candidate) -> tuple[str, str]:
    found, delta = candidate.match, candidate.delta
    before = quote(delta.before.text, _place(found.lost, delta, new=False)) if delta.before else ""
    after = quote(delta.after.text, _place(found.gained, delta, new=True)) if delta.after else ""
    return before, after


def _also(doubles: Sequence[Candidate], own: Passage) -> tuple[Passage, ...]:
    """Give the places of doubles, each once; what the finding itself quotes is none."""
    found = (Passage(*_evidence(c), lines(c.delta.before), lines(c.delta.after)) for c in doubles)
    return tuple(dict.fromkeys(p for p in found if p != own))


SENSITIVE: Final = frozenset(
    {
        "data.biometric",
        "data.genetic",
        "data.health",
        "data.special",
        "data.finance",
        "data.location.precise",
        "data.identity",
    }
)


def _place(facts: Sequence[Fact], delta: Delta, *, new: bool) -> float:
    if facts:
        return min(f.at for f in facts)
    fresh = delta.fresh(new=new) or delta.fresh(new=not new)
    return min((f.at for f in fresh), default=0.0) if delta.pair else 0.0


def _what(found: Match, delta: Delta) -> str:
    """Name what is touched in the text's own words, `row · column: old → new`; in signs alone, fit for any language."""
    side = delta.told
    lost, gained = _named(found.lost, delta.before), _named(found.gained, delta.after)
    what = " → ".join(part for part in (lost, gained) if part) or (visible(side.text)[:40] if side else "")
    if side is None:
        return what
    if side.place:
        return side.place if delta.flipped else f"{side.place}: {what}"
    return f"{row_name(side.clause)} ({side.detail})" if side.detail and side.clause else what


def _named(facts: Sequence[Fact], side: Statement | None) -> str:
    return ", ".join(
        [verbatim(s, side.text if side else "") for s in dict.fromkeys(f.surface for f in spoken(facts))][:4]
    )


def _clause(delta: Delta) -> Clause | None:
    side = delta.told
    return side.clause if side else None


def lines(side: Statement | None) -> Lines:
    return side.clause.lines if side and side.clause else Lines()


def to_json(assessment: Assessment, *, full: bool = False) -> dict[str, Any]:
    """Give the shape that `policyctl classify --format json` prints; outside programs rely on its keys.

    `full` adds what was found to mean nothing new, and to each finding its witness, laws, DPV terms and the reason of
    its confidence.
    """
    from policy_versions.obligations import level_of  # noqa: PLC0415 - the table is only needed for printing

    answer: dict[str, Any] = {
        "material": assessment.material,
        "level": str(level_of(assessment.findings)),
        "findings": [finding_json(f) | (_reasons(f) if full else {}) for f in assessment.findings],
    }
    notes = [{"kind": e.kind, "lines": _lines_json(e.lines_before, e.lines_after)} for e in assessment.editorial]
    return answer | ({"editorial": notes} if full else {})


def finding_json(finding: Finding) -> dict[str, Any]:
    """Give one finding as JSON values."""
    return {
        "rule": finding.rule,
        "category": str(finding.category),
        "effect": str(finding.effect),
        "direction": str(finding.direction),
        "material": finding.material,
        "evidence_before": finding.evidence_before,
        "evidence_after": finding.evidence_after,
        "confidence": str(finding.confidence),
        "explanation": dict(finding.explanation),
        "fingerprint": finding.fingerprint,
        "lines": _lines_json(finding.lines_before, finding.lines_after),
    }


def _reasons(finding: Finding) -> dict[str, Any]:
    return {
        "confidence_reason": dict(finding.confidence_reason),
        "witness": dict(finding.witness),
        "law": list(finding.law),
        "terms": list(finding.terms),
    }


def _lines_json(before: Lines, after: Lines) -> dict[str, list[int]]:
    return {"before": [before.first, before.last], "after": [after.first, after.last]}
