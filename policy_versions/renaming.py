"""A party that goes by another name throughout: told apart from another party by what the whole texts say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Final

from policy_versions.compare import Delta, compare
from policy_versions.facts import Statement, statement
from policy_versions.model import ClauseKind

SHORT: Final = range(2, 9)
"""A term has so many signs."""
LONGEST: Final = 400
"""Longer sentences are not searched for a term that changed."""
PAIRS: Final = 60
TWICE: Final = 2
_UNKNOWN_OTHER: Final = ("party.third", "party.brand", "party.ai", "e", "q", "data", "place", "minor", "method")


def renamed(read: Sequence[Delta], before: str, after: str, language: str) -> list[Delta]:
    """Compare both wordings of a sentence under the old name of a party that has another one throughout.

    `before` and `after` are the folded texts. Quotes stay verbatim: only what a sentence is compared by changes.
    """
    names = _names(read, before, after, language)
    return [_under(delta, names, language) for delta in read] if names else list(read)


def _names(read: Sequence[Delta], before: str, after: str, language: str) -> dict[str, str]:
    """Give new name -> old name of the terms that gave way to another in all of the text."""
    found: Counter[tuple[str, str]] = Counter()
    for delta in [d for d in read if d.pair][:PAIRS]:
        if delta.before and delta.after and max(len(delta.before.folded), len(delta.after.folded)) <= LONGEST:
            found.update(set(_swapped(delta.before.folded, delta.after.folded)))
    return {
        new: old
        for (old, new), times in found.items()
        if times >= TWICE and _throughout(old, new, before, after) and _party(old, language) and _party(new, language)
    }


def _swapped(before: str, after: str) -> list[tuple[str, str]]:
    swaps = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        one = b < len(before) and min(b - a, d - c) == 1  # 甲 and 委托 of 甲方 and 委托方
        if kind == "replace":
            swaps.append((before[a : b + one], after[c : d + one]))
    return [(old, new) for old, new in swaps if len(old) in SHORT and len(new) in SHORT]


def _throughout(old: str, new: str, before: str, after: str) -> bool:
    return old not in after and after.count(new) - before.count(new) >= before.count(old) - 1


def _party(term: str, language: str) -> bool:
    """Say whether a term is one for a side of the agreement, and nothing else."""
    said = statement(term, None, language)
    return said.has("actor") and not any(said.has(c) for c in _UNKNOWN_OTHER)


def _under(delta: Delta, names: dict[str, str], language: str) -> Delta:
    old, new = delta.before, delta.after
    if old is None or new is None or (new.clause and new.clause.kind is ClauseKind.ROW):
        return delta
    text = new.folded
    for name, was in names.items():
        text = text.replace(name, was)
    return delta if text == new.folded else replace(compare(old, _read(text, new, language)), renamed=True)


def _read(text: str, new: Statement, language: str) -> Statement:
    return replace(statement(text, new.clause, language), text=new.text)
