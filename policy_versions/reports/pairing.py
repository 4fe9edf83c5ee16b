"""Findings -> rows of a report: one change is one row, in however many languages and findings it was told. Pure."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from itertools import product
from typing import Final

from policy_versions.model import Category, ReleaseFinding
from policy_versions.review import Review
from policy_versions.spots import NEAR

Row = tuple[ReleaseFinding, ...]
_BESIDE: Final = 2  # lines from one paragraph to the next
_REACH: Final = (0.0, NEAR / 2, float(NEAR))  # places: the same before those beside it


def ordered(review: Review) -> list[ReleaseFinding]:
    """Return the findings, those that ask for most first, else as they stand in the text."""
    return sorted(review.release.findings, key=lambda f: -f.obligation.level.rank)


def rows(review: Review) -> list[Row]:
    """Return the findings as rows, the strictest first: what several languages say at one place is one change.

    Findings of one rule go together first, then those of one kind: languages say the same by different rules. Where
    places are not known, what reads alike as often in each language goes together in its order. What one edit says
    twice in one way is one row too.
    """
    known = ordered(review)
    rank = {id(f): n for n, f in enumerate(known)}
    made: list[Row] = []
    left = [f for f in known if _spot(review, f) is not None]
    for reach, alike in product(_REACH, (_by_rule, _kind, _sense)):
        found = _at_places(review, left, alike, reach)
        made += found
        left = [f for f in left if not any(f is x for row in found for x in row)]
    made += [(f,) for f in left] + _in_order([f for f in known if _spot(review, f) is None])
    order = list(review.policy.files)
    settled = [tuple(sorted(row, key=lambda f: (-f.obligation.level.rank, order.index(f.language)))) for row in made]
    return _folded(sorted(settled, key=lambda row: min(rank[id(f)] for f in row)))


def _spot(review: Review, found: ReleaseFinding) -> float | None:
    return review.spots.get((found.language, found.finding.fingerprint))


def _kind(found: ReleaseFinding) -> Hashable:
    f = found.finding
    return found.obligation.level, f.category, f.effect, f.direction


def _by_rule(found: ReleaseFinding) -> Hashable:
    return found.finding.rule, _kind(found)


def _sense(found: ReleaseFinding) -> Hashable:
    return found.finding.category, found.finding.direction


def _at_places(
    review: Review, findings: Sequence[ReleaseFinding], alike: Callable[[ReleaseFinding], Hashable], reach: float
) -> list[Row]:
    """Set findings that are alike and stand at one place of two languages (or beside it) side by side."""
    made: list[Row] = []
    used: set[int] = set()
    for one in findings:
        if id(one) in used:
            continue
        row = [one]
        for other in sorted(findings, key=lambda f: _far(review, one, f)):
            fits = alike(other) == alike(one) and _far(review, one, other) <= reach
            if fits and id(other) not in used and other.language not in {f.language for f in row}:
                row.append(other)
        if len(row) > 1:
            used |= {id(f) for f in row}
            made.append(tuple(row))
    return made


def _far(review: Review, one: ReleaseFinding, other: ReleaseFinding) -> float:
    return abs((_spot(review, one) or 0) - (_spot(review, other) or 0))


def _in_order(findings: Sequence[ReleaseFinding]) -> list[Row]:
    """Pair what reads alike by its order alone."""
    kinds: dict[Hashable, list[ReleaseFinding]] = {}
    for found in findings:
        kinds.setdefault(_kind(found), []).append(found)
    made: list[Row] = []
    for alike in kinds.values():
        rest: list[ReleaseFinding] = []
        for rule in dict.fromkeys(f.finding.rule for f in alike):
            group = [f for f in alike if f.finding.rule == rule]
            made, rest = (made + pairs, rest) if (pairs := _pairs(group)) else (made, rest + group)
        made += _pairs(rest) or [(f,) for f in rest]
    return made


def _pairs(findings: Sequence[ReleaseFinding]) -> list[Row]:
    """Set findings of several languages side by side in their order; nothing where one language has more."""
    languages: dict[str, list[ReleaseFinding]] = {}
    for found in findings:
        languages.setdefault(found.language, []).append(found)
    even = len(languages) > 1 and len({len(x) for x in languages.values()}) == 1
    return list(zip(*languages.values(), strict=True)) if even else []


def _folded(made: Sequence[Row]) -> list[Row]:
    """Fold a row into an earlier one that tells the same edit in the same way."""
    kept: list[Row] = []
    for row in made:
        at = next((n for n, one in enumerate(kept) if _again(one, row)), None)
        if at is None:
            kept.append(row)
        else:
            kept[at] = (*kept[at], *row)
    return kept


def _again(one: Row, other: Row) -> bool:
    alike = _sense(one[0]) == _sense(other[0]) and one[0].obligation == other[0].obligation
    languages = {f.language for f in one} == {f.language for f in other}
    judged = {f.finding.category for f in (*one, *other)} != {Category.UNCLASSIFIED}
    return alike and languages and judged and all(any(_same_edit(x, y) for x in one) for y in other)


def _same_edit(one: ReleaseFinding, other: ReleaseFinding) -> bool:
    """Say whether two findings of a language quote the same words, or measures of security in neighbouring lines."""
    if one.language != other.language or one.finding.also or other.finding.also:
        return False
    x, y = one.finding, other.finding
    if (x.evidence_before, x.evidence_after) == (y.evidence_before, y.evidence_after):
        return x.rule == y.rule
    lines = [(f.lines_after.first, f.lines_before.first) for f in (x, y)]
    new, old = (abs(a - b) <= _BESIDE for a, b in zip(*lines, strict=True))
    return x.category is Category.SECURITY and (new if all(n for n, _ in lines) else new and old)
