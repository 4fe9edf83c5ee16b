"""Sentences that were only cut differently: a part of the one side that is a sentence of its own on the other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from policy_versions.alignment import Edit

WORDS: Final = 4
"""So many words make a part that can be recognised."""
MANY: Final = 400
"""In a change of more edits, parts are not looked for."""
_WORD: Final = re.compile(r"\w+")
_JOINT: Final = re.compile(r"[,;:.—–(]|\b(?:and|but|or|nor|while)\b", re.IGNORECASE)
_JOINING: Final = frozenset({"and", "but", "or", "so", "while", "also", "then"})
_DEPENDS: Final = re.compile(
    r"\b(?:if|unless|only|except|excluding|where|when|provided|until|without|not|never|no|cannot|subject|as long|"
    r"which|who|that|for|to|in|with)\b",
    re.IGNORECASE,
)
"""Words by which the rest says when, or whether, the part holds at all: then the part alone says something else."""
_LIMITS: Final = re.compile(r"\b(?:if|unless|only|except|provided)\b", re.IGNORECASE)
_SUBJECTS: Final = frozenset({"we", "you", "they", "it", "our", "your", "the", "this", "these", "nobody", "nothing"})
"""Words with which a part begins that has a subject of its own: what is denied before it is not denied in it."""
_BINDS: Final = re.compile(r"\b(?:if|unless|only|except|provided|not|never|no|cannot|without)\b", re.IGNORECASE)


def recut(found: Sequence[Edit]) -> tuple[Edit, ...]:
    """Take a sentence that came, or went, and its words in a longer sentence of the other text out of the edits.

    What is left of the longer sentence is an exact substring of it. A part whose rest limits or denies it stays.
    """
    edits = list(found)
    if len(edits) > MANY:
        return tuple(edits)
    for single in [e for e in edits if bool(e.before) != bool(e.after)]:
        came = bool(single.after)
        words = _words(single.after or single.before)
        if len(words) < WORDS:
            continue
        for n, other in enumerate(edits):
            whole = other.before if came else other.after
            rest = _rest(whole, words) if other is not single and not other.label else ""
            if rest:
                edits[n] = replace(other, before=rest) if came else replace(other, after=rest)
                edits.remove(single)
                break
    return tuple(edits)


def _words(text: str) -> list[str]:
    words = [m[0].casefold() for m in _WORD.finditer(text)]
    return words[1:] if words and words[0] in _JOINING else words


def _rest(whole: str, part: Sequence[str]) -> str:
    """Give what is left of a sentence once a part is taken from its beginning or its end; '' where that cannot be."""
    places = list(_WORD.finditer(whole))
    said = [m[0].casefold() for m in places]
    size = len(part)
    if len(said) <= size:
        return ""
    if said[:size] == list(part):
        gap = whole[places[size - 1].end() :]
        begin = next((m.start() for m in places[size:] if m[0].casefold() not in _JOINING), len(whole))
        rest = whole[begin:]
        joined = _JOINT.match(gap.strip()) is not None
        return rest if joined and not _DEPENDS.match(rest) else ""
    if said[-size:] == list(part):
        rest = whole[: places[-size].start()]
        joined = _JOINT.search(rest[-8:]) is not None
        bound = (_LIMITS if part[0] in _SUBJECTS else _BINDS).search(rest)
        return rest.rstrip() if joined and not bound else ""
    return ""
