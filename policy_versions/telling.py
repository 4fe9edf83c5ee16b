"""Which matches become findings of their own: of those that say the same one stands for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from policy_versions.findings import Candidate
from policy_versions.model import Category, Clause

MOST: Final = 40
"""How many findings of one category `classify` tells at most, so that its answer stays bounded."""


@dataclass(slots=True)
class Told:
    """A match that is told, and its doubles: others of the same category that say the same."""

    head: Candidate
    doubles: list[Candidate] = field(default_factory=list)


def told(candidates: Sequence[Candidate], most: int | None) -> list[Told]:
    """Choose what is told, one for each change of substance, in document order.

    Of the matches that say the same the most telling stands for the others. `most`: so many of each category at the
    most, the most telling ones; None for all, and then every candidate is told or a double of one that is.
    """
    kept: list[tuple[int, Told]] = []
    by: dict[Category, list[tuple[int, Candidate]]] = {}
    for n, c in enumerate(candidates):
        by.setdefault(c.match.rule.category, []).append((n, c))
    for found in by.values():
        said: dict[tuple[object, ...], Told] = {}
        chosen: list[Told] = []
        for n, c in sorted(found, key=lambda p: (-p[1].score, p[0])):
            keys = _substance(c)
            same = next((said[k] for k in keys if k in said), None)
            if same is not None:
                same.doubles.append(c)
            elif most is None or len(chosen) < most:
                chosen.append(one := Told(c))
                kept.append((n, one))
                said |= dict.fromkeys(keys, one)
        _alone(chosen)
    ordered = [one for _, one in sorted(kept, key=lambda p: p[0])]
    return ordered if most is not None else _rows(ordered)


def _rows(told_of: list[Told]) -> list[Told]:
    """Fold the name of a row that no rule explains under what the row's other cells say: they are told by its name."""
    left: list[Told] = []
    for one in told_of:
        side = one.head.delta.told
        named = side is not None and side.detail and one.head.match.rule.category is Category.UNCLASSIFIED
        first = next((o for o in told_of if o is not one and _row(o) is _row(one)), None) if named else None
        if first is None or first.head.match.rule.category is Category.UNCLASSIFIED:
            left.append(one)
        else:
            first.doubles += [one.head, *one.doubles]
    return left


def _row(one: Told) -> Clause | None:
    side = one.head.delta.told
    return side.clause if side else None


def _alone(chosen: Sequence[Told]) -> None:
    """Take from the doubles those whose sentence is told of the same category by itself anyway."""
    heads = {id(one.head.delta) for one in chosen}
    for one in chosen:
        one.doubles = [c for c in one.doubles if id(c.delta) not in heads or c.delta is one.head.delta]


def _substance(candidate: Candidate) -> list[tuple[object, ...]]:
    """Give the keys under which two matches tell the same: the same sentence, or the same words the same way."""
    found, delta = candidate.match, candidate.delta
    side = delta.told
    cell = side.place if side and delta.flipped else ""
    place = (cell, delta.before.text if delta.before else "", delta.after.text if delta.after else "")
    if found.rule.kind == "quantity" and delta.before and delta.after:
        return [(found.direction, *place)]  # a period or an age of two things is two changes, though both read alike
    surfaces = tuple(sorted({f.surface for f in found.gained})), tuple(sorted({f.surface for f in found.lost}))
    if not any(surfaces):
        return [place]
    return [(found.direction, *place), (found.rule.id, found.direction, cell, *surfaces)]
