"""Longest common orders of two sequences of numbers, exact where that is cheap and bounded where it is not."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

EXACT: Final = 20_000_000
"""Below this product of lengths a gap without unique elements is solved exactly (a bit matrix of 2.5 MB)."""
RARE: Final = 32
"""A gap too big for that whose rarest common element stands in it more often than this is given up."""


def in_order(
    a: Sequence[int], b: Sequence[int], *, exact: bool = False, weights: Sequence[int] | None = None
) -> list[tuple[int, int]]:
    """Pair equal elements of two sequences without crossing, by patience; ascending, each index at most once.

    With `exact`, every gap small enough is solved exactly at once: the most is paired, and nothing is preferred.
    `weights` (of a's elements, positive) say what matters most where unique elements cross.

    Common ends first, then elements unique on both sides by longest increasing run, then each gap again; a gap without
    unique elements exactly if it is small, else by its rarest elements. Time is O(n log n) outside exact gaps.
    """
    pairs: list[tuple[int, int]] = []
    stack = [(0, len(a), 0, len(b))]
    while stack:
        al, ah, bl, bh = stack.pop()
        while al < ah and bl < bh and a[al] == b[bl]:
            pairs.append((al, bl))
            al, bl = al + 1, bl + 1
        while al < ah and bl < bh and a[ah - 1] == b[bh - 1]:
            ah, bh = ah - 1, bh - 1
            pairs.append((ah, bh))
        if al < ah and bl < bh:
            small = exact and (ah - al) * (bh - bl) <= EXACT
            anchors = None if small else _anchors(a, b, (al, ah, bl, bh), weights)
            if anchors is None:
                pairs += _exact(a, b, al, ah, bl, bh)
            elif anchors:
                stack += _gaps(anchors, al, ah, bl, bh)
                pairs += anchors
    return sorted(pairs)


def _gaps(anchors: list[tuple[int, int]], al: int, ah: int, bl: int, bh: int) -> Iterator[tuple[int, int, int, int]]:
    for i, j in [*anchors, (ah, bh)]:
        if al < i and bl < j:
            yield al, i, bl, j
        al, bl = i + 1, j + 1


def _anchors(
    a: Sequence[int], b: Sequence[int], gap: tuple[int, int, int, int], weights: Sequence[int] | None
) -> list[tuple[int, int]] | None:
    """Give what certainly corresponds; None asks for the exact method, an empty list gives the gap up."""
    al, ah, bl, bh = gap
    ca, cb = Counter(a[al:ah]), Counter(b[bl:bh])
    common = ca.keys() & cb.keys()
    if not common:
        return []
    rare = {x for x in common if ca[x] == 1 == cb[x]}
    if not rare:
        if (ah - al) * (bh - bl) <= EXACT:
            return None
        least = min(max(ca[x], cb[x]) for x in common)
        if least > RARE:
            return []
        rare = {x for x in common if max(ca[x], cb[x]) == least}
    places: dict[int, list[int]] = {}
    for j in range(bh - 1, bl - 1, -1):
        if b[j] in rare:
            places.setdefault(b[j], []).append(j)
    points = [(i, places[a[i]].pop()) for i in range(al, ah) if a[i] in rare and places[a[i]]]
    return increasing(points) if weights is None else heaviest(points, [weights[i] for i, _ in points])


def increasing(points: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Give the longest run of points, sorted by their first number, whose second numbers rise."""
    tails: list[int] = []
    ends: list[int] = []
    back: list[int] = []
    for k, (_, j) in enumerate(points):
        at = bisect_left(tails, j)
        back.append(ends[at - 1] if at else -1)
        tails[at : at + 1] = [j]
        ends[at : at + 1] = [k]
    return _trail(points, back, ends[-1] if ends else -1)


def heaviest(points: Sequence[tuple[int, int]], weights: Sequence[int]) -> list[tuple[int, int]]:
    """Give the run as `increasing` does whose weights, one a point, have the greatest sum."""
    rank = {j: k for k, j in enumerate(sorted({j for _, j in points}), 1)}
    best: list[tuple[int, int]] = [(0, -1)] * (len(rank) + 1)  # a Fenwick tree of (sum, last point) by second number
    back: list[int] = []
    for k, (_, j) in enumerate(points):
        total, last, at = 0, -1, rank[j] - 1
        while at > 0:
            if best[at][0] > total:
                total, last = best[at]
            at -= at & -at
        back.append(last)
        at = rank[j]
        while at < len(best):
            if best[at][0] < total + weights[k]:
                best[at] = (total + weights[k], k)
            at += at & -at
    return _trail(points, back, max(best)[1])


def _trail(points: Sequence[tuple[int, int]], back: Sequence[int], k: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    while k >= 0:
        found.append(points[k])
        k = back[k]
    return found[::-1]


def _exact(a: Sequence[int], b: Sequence[int], al: int, ah: int, bl: int, bh: int) -> Iterator[tuple[int, int]]:
    from rapidfuzz.distance import LCSseq  # noqa: PLC0415 - loaded when something differs

    for block in LCSseq.opcodes(a[al:ah], b[bl:bh]):
        if block.tag == "equal":
            yield from zip(
                range(al + block.src_start, al + block.src_end),
                range(bl + block.dest_start, bl + block.dest_end),
                strict=True,
            )
