"""What an edit is likely about that no rule explains: from the words put in, or from what its change is about."""

from __future__ import annotations

from typing import Final

from policy_versions import rules
from policy_versions.compare import Delta, ends
from policy_versions.findings import Candidate
from policy_versions.matchers import Match, match, possible
from policy_versions.model import Direction, Effect

PAIR: Final = 3
"""In a change of so few edits what an edit names says what it is likely about."""
FAINT: Final = 0.2
"""The score of what a rule explains in words that the other text uses elsewhere."""


def placed(candidates: list[Candidate], size: int) -> list[Candidate]:
    """Tell of an edit that no rule explains what it is likely about, where that is likely enough.

    In a change of few edits its own words decide. In a larger one a whole sentence must be about what the change is
    known to be about anyway; two wordings of one sentence show by themselves what was put in or taken out.
    """
    known = {c.match.rule.category for c in candidates}
    told = []
    for candidate in candidates:
        found = _likely(candidate.delta) if candidate.match.rule.id == "unclassified" else []
        near = [m for m in found if m.rule.category in known]
        best = near or (found if size <= PAIR or _put_in(candidate.delta) else [])
        told.append(Candidate(best[0], candidate.delta, FAINT) if best else candidate)
    return told


def _put_in(delta: Delta) -> bool:
    """Say whether one wording of a sentence is the other with some words more."""
    if delta.before is None or delta.after is None:
        return False
    short, long = sorted((delta.before.folded, delta.after.folded), key=len)
    return sum(ends(short, long)) >= len(short) - 2


def _likely(delta: Delta) -> list[Match]:
    """Give what the rules of last resort say of an edit, the likeliest first."""
    matches = [m for rule in possible(delta, last=True) if (m := match(rule, delta))]
    return sorted(matches, key=lambda m: -m.rule.weight)


def unexplained(delta: Delta) -> Candidate:
    rule = next(r for r in rules.load() if r.id == "unclassified")
    effect = Effect.CHANGED if delta.pair else Effect.ADDED if delta.after else Effect.REMOVED
    return Candidate(Match(rule, effect, Direction.NEUTRAL, (), ()), delta, 0.1)
