"""How alike two passages are, and which of many are worth comparing; bounded for any number and any length."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from heapq import nlargest
from typing import Final

from policy_versions.wording import HAN, signature

LONG: Final = 3000
"""Passages with a longer signature are compared by their terms and not sign by sign."""
COMMON: Final = 24
"""A term that stands in more passages than this proposes none of them."""
TERMS: Final = 32
"""So many of a passage's rarest terms propose partners."""
PROPOSALS: Final = 4
_WORD: Final = re.compile(rf"[^\W_{HAN}]+|[{HAN}]+")


@lru_cache(maxsize=8192)
def terms(text: str) -> frozenset[str]:
    """Give what a passage is recognised by: pairs of neighbouring words, and runs of three ideographs."""
    found: set[str] = set()
    last = ""
    for word in _WORD.findall(text.casefold()):
        if word[0] < "\u2e80":
            found.add(f"{last} {word}")
            last = word
        else:
            found.update(map("".join, zip(word, word[1:], word[2:], strict=False)) if len(word) > 2 else (word,))
            last = ""
    return frozenset(found)


def likeness(a: str, b: str, cutoff: float = 0.0) -> float:
    """Give 0..1: the share of both texts that a common subsequence of their signatures covers.

    Long ones are measured by the terms they share. Below the cutoff the result is 0.
    """
    x, y = signature(a), signature(b)
    if x == y:
        return 1.0
    if len(x) > LONG or len(y) > LONG:
        p, q = terms(a), terms(b)
        score = 2 * len(p & q) / max(1, len(p) + len(q))
        return score if score >= cutoff else 0.0
    from rapidfuzz.distance import Indel  # noqa: PLC0415 - loaded when something differs

    return Indel.normalized_similarity(x, y, score_cutoff=cutoff or None)


def containment(part: str, whole: str) -> float:
    """Give 0..1: the share of the part's terms that stand in the whole."""
    p = terms(part)
    return 1.0 if signature(part) in signature(whole) else len(p & terms(whole)) / max(1, len(p))


def proposals(
    old: Sequence[str], new: Sequence[str], cutoff: float, *, inside: bool = False
) -> list[tuple[float, int, int]]:
    """Give (likeness, index in old, index in new) for the few passages that share the most rare terms.

    Only likeness from the cutoff up counts. With `inside` it is how far the old passage is contained in the new one.
    """
    places: defaultdict[str, list[int]] = defaultdict(list)
    for y, text in enumerate(new):
        for term in terms(text):
            places[term].append(y)
    rare = {term: (len(standing), standing) for term, standing in places.items() if len(standing) <= COMMON}
    found: list[tuple[float, int, int]] = []
    for x, text in enumerate(old):
        votes: defaultdict[int, float] = defaultdict(float)
        for size, standing in sorted([rare[t] for t in terms(text) if t in rare])[:TERMS]:
            for y in standing:
                votes[y] += 1 / size
        for y in sorted(nlargest(PROPOSALS, votes, key=votes.__getitem__)):
            score = containment(text, new[y]) if inside else likeness(text, new[y], cutoff)
            if score >= cutoff:
                found.append((score, x, y))
    return found
