"""How alike two passages are, and which of many are worth comparing; bounded for any number and any length."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from heapq import nlargest
from math import log
from typing import Final

from policy_versions.wording import HAN

LONG: Final = 3000
"""Signatures longer than this are compared by their shingles and not sign by sign."""
COMMON: Final = 40
"""A shingle that stands in more passages than this proposes none of them."""
PROPOSALS: Final = 4
_SHINGLE: Final = re.compile(rf"(?=([{HAN}]{{3}}|[^{HAN}]{{5}}))")


@lru_cache(maxsize=16384)
def shingles(sign: str) -> frozenset[str]:
    """Give the overlapping short runs of a signature: three ideographs or five other signs."""
    found = _SHINGLE.findall(sign)
    return frozenset(found) if found else frozenset((sign,))


def likeness(a: str, b: str) -> float:
    """Give 0..1: the share of both signatures that a common subsequence covers (long ones: that shingles share)."""
    if a == b:
        return 1.0
    if len(a) > LONG or len(b) > LONG:
        x, y = shingles(a), shingles(b)
        return 2 * len(x & y) / (len(x) + len(y))
    from rapidfuzz.distance import Indel  # noqa: PLC0415 - loaded when something differs

    return Indel.normalized_similarity(a, b)


def containment(part: str, whole: str) -> float:
    """Give 0..1: the share of the part's shingles that stand in the whole."""
    return 1.0 if part in whole else len(shingles(part) & shingles(whole)) / len(shingles(part))


class Likeness:
    """Proposes pairs of two lists of signatures by the rare shingles that they share."""

    def __init__(self, old: Sequence[str], new: Sequence[str], *, inside: bool = False) -> None:
        self.old, self.new, self.inside = old, new, inside

    def pairs(self) -> list[tuple[float, int, int]]:
        """Give (likeness, index in old, index in new) of the few best proposals for each passage of either side."""
        places: defaultdict[str, list[int]] = defaultdict(list)
        for y, sign in enumerate(self.new):
            for shingle in shingles(sign):
                places[shingle].append(y)
        proposed: set[tuple[int, int]] = set()
        for x, sign in enumerate(self.old):
            votes: defaultdict[int, float] = defaultdict(float)
            for shingle in shingles(sign):
                found = places.get(shingle, ())
                if 0 < len(found) <= COMMON:
                    weight = 1 / log(2 + len(found))
                    for y in found:
                        votes[y] += weight
            proposed.update((x, y) for y in nlargest(PROPOSALS, votes, key=votes.__getitem__))
        measure = containment if self.inside else likeness
        return [(measure(self.old[x], self.new[y]), x, y) for x, y in sorted(proposed)]
