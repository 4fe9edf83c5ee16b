"""Matches that belong together: one thing exchanged for another, what only moved, what was only put in other words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from policy_versions.compare import Delta
from policy_versions.facts import Fact
from policy_versions.findings import Candidate
from policy_versions.likeness import likeness
from policy_versions.matchers import Match
from policy_versions.model import Direction, Effect
from policy_versions.vocabulary import Category


def exchanged(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Join what was taken out at one place and put in at another: another address, not one less and one more."""
    kept = _vendor(_without_moved(candidates))
    for lost in [c for c in kept if c.delta.after is None and c.match.rule.direction == "first"]:
        kinds = {f.concept for f in lost.match.lost}
        for gained in kept:
            same = gained.match.rule is lost.match.rule and gained.delta.before is None
            if same and kinds & {f.concept for f in gained.match.gained}:
                kept[kept.index(gained)] = _exchange(lost, gained)
                kept.remove(lost)
                break
    return kept


def _exchange(old: Candidate, new: Candidate) -> Candidate:
    """Make one match of what went and what came by the same rule."""
    both = Match(new.match.rule, Effect.CHANGED, Direction.NEUTRAL, old.match.lost, new.match.gained)
    delta = Delta(old.delta.before, new.delta.after, new.delta.gained, old.delta.lost)
    return Candidate(both, delta, max(old.score, new.score))


_VENDOR: Final = ("party.brand", "party.ai", "e.name", "e.company")


def _vendor(candidates: list[Candidate]) -> list[Candidate]:
    """Join the one named recipient that went with the one that came: a vendor swapped for another like it."""
    named = [
        c
        for c in candidates
        if c.match.rule.category is Category.RECIPIENTS
        and not c.delta.pair
        and all(f.concept in _VENDOR for f in (*c.match.lost, *c.match.gained))
    ]
    gone, come = [c for c in named if c.match.lost], [c for c in named if c.match.gained]
    if len(gone) != 1 or len(come) != 1 or gone[0].match.rule is not come[0].match.rule:
        return candidates
    old, new = gone[0], come[0]
    joined = _exchange(old, new)
    return [joined if c is new else c for c in candidates if c is not old]


def _without_moved(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Drop what one place takes out and another puts in with the same words: it moved or was reworded.

    A denial that has an exception in the one place and none in the other says another thing.
    """
    gone = {_moving(c, f) for c in candidates if c.delta.after is None for f in c.match.lost}
    come = {_moving(c, f) for c in candidates if c.delta.before is None for f in c.match.gained}
    both = gone & come

    def stays(c: Candidate) -> bool:
        facts = () if c.delta.pair else c.match.gained or c.match.lost
        return not facts or not all(_moving(c, f) in both for f in facts)

    return _without_reworded([c for c in candidates if stays(c)])


def _moving(candidate: Candidate, fact: Fact) -> tuple[str, str, bool, bool]:
    side = candidate.delta.told
    except_for = fact.negated and side is not None and side.has("cond.except")
    return candidate.match.rule.id, fact.surface, fact.negated, except_for


REWORDED: Final = 0.35
"""From this likeness on, a sentence that came says what one that went said, where a rule finds the same in both."""


def _without_reworded(candidates: list[Candidate]) -> list[Candidate]:
    """Drop sentences that went and came, alike and with the same kinds of facts for one rule.

    One may have become several, or several one.
    """
    gone = [c for c in candidates if c.delta.after is None and _kinds(c)]
    come = [c for c in candidates if c.delta.before is None and _kinds(c)]
    dropped: set[int] = set()
    for single, several in ((come, gone), (gone, come)):
        for one in single:
            same = [c for c in several if id(c) not in dropped and c.match.rule is one.match.rule]
            told = [] if id(one) in dropped else _same_said(one, same)
            dropped |= {id(c) for c in (one, *told)} if told else set()
    return [c for c in candidates if id(c) not in dropped]


def _same_said(one: Candidate, others: list[Candidate]) -> list[Candidate]:
    """Find the sentence that says the same, else those that say it together; [] for none."""
    equal = [c for c in others if _kinds(c) == _kinds(one) and likeness(_text(one), _text(c), REWORDED) >= REWORDED]
    if equal:
        return equal[:1]
    parts = [c for c in others if _kinds(c) < _kinds(one)]
    if frozenset().union(*map(_kinds, parts)) != _kinds(one):
        return []
    return parts if likeness(_text(one), "".join(map(_text, parts)), REWORDED) >= REWORDED else []


_NAMES: Final = frozenset({"data", "party", "aim", "purpose", "place", "e", "q", "method"})
"""Groups whose facts are told by name: another word of the same kind may be another thing."""


def _kinds(candidate: Candidate) -> frozenset[tuple[str, bool, bool]]:
    found = (*candidate.match.lost, *candidate.match.gained)
    if candidate.match.rule.kind != "concept" or any(f.group in _NAMES and f.concept != "place.home" for f in found):
        return frozenset()
    return frozenset((f.concept, f.negated, _moving(candidate, f)[-1]) for f in found)


def _text(candidate: Candidate) -> str:
    side = candidate.delta.told
    return side.folded if side else ""
