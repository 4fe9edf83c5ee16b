"""Edits that a reader sees to be nothing: a sentence that only points on, a text torn by a copying program, a count."""

# ruff: noqa: E501 - a regular expression is read best in one piece

from __future__ import annotations

import re
from typing import Final

from policy_versions.facts import Statement
from policy_versions.model import ClauseKind

LONGEST: Final = 300
"""A longer sentence says something besides where to read on."""
_LINK: Final = re.compile(r"\]\([^)\s]{0,500}(?: \"[^\"]{0,200}\")?\)|(?:https?://|www\.)[^\s)\]>]+")
_POINTS: Final = re.compile(
    r"\W*(?:(?:for|to (?:get|find|see|obtain|learn|read|find out|understand|know))(?: a| much| even)? (?:(?:more|further|additional|detailed|full|complete) )+[^.;:?!]*?\b(?:please |kindly |you (?:can|may|should|could) )?(?:see|view|visit|refer|read|consult|review|check|take a look|look|go|click|follow)\b[^.;:?!]*"
    r"|(?:please |kindly )?(?:see|refer(?: back)? to|consult|learn more|find out more|read more)\b[^.;:?!]*"
    r"|you (?:can|may) (?:learn|read|find(?: out)?|see|get) (?:more|further|additional|details)\b[^.;:?!]*"
    r"|(?:more|further|additional|detailed) (?:information|details?)\b[^.;:?!]*\b(?:is|are|can be|may be) (?:available|found|provided|described|set out)\b[^.;:?!]*)[.:!]?\W*"
)
_BEYOND: Final = (
    *("right.access", "right.correct", "right.delete", "right.export", "right.object", "right.optout"),
    *("right.withdraw", "right.close", "right.human", "right.signal", "lim", "contact.complaint", "contact.authority"),
    *("scope.notice", "notice.lead", "notice.weak", "e.email", "e.phone", "e.address", "e.company", "contact.word"),
    *("place.safeguard", "place.shield", "contact.officer", "act.sell"),
)
"""What makes a sentence that points on state something by itself."""


def points(side: Statement) -> bool:
    """Say whether a sentence only tells where to read on (`For more information, see our Cookie Policy.`)."""
    if side.clause is not None and side.clause.kind is ClauseKind.ROW:
        return False
    text = _LINK.sub("]", side.text.lower()) if len(side.text) <= LONGEST * 4 else side.text
    return len(text) <= LONGEST and bool(_POINTS.fullmatch(text)) and not any(side.has(a) for a in _BEYOND)


_HOLE: Final = re.compile(
    r"(?:^|[\s(])(?:your|our|the|an?|to|of|in|on|at|by|with|from|using|can|via|visit|form:|here:|this) ?[.,;)](?=\s|$)|,\s,| \.(?=\s|$)",
    re.IGNORECASE,
)
_CUT: Final = re.compile(
    r"\b(?:your|our|the|an?|to|of|in|on|at|by|with|from|about|and|or|for|that|which|legal|is|are)$", re.IGNORECASE
)
_WORD: Final = re.compile(r"\w+")


def torn(one: Statement, other: Statement) -> bool:
    """Say whether one wording is the other with a hole or without its end: a program that copied it lost the words."""
    short, long = sorted((_LINK.sub("]", s.text) for s in (one, other)), key=len)
    if not _broken(short) or _broken(long):
        return False
    words = iter(_WORD.findall(long.lower()))
    return all(word in words for word in _WORD.findall(short.lower()))


def _broken(text: str) -> bool:
    return bool(_HOLE.search(text)) or bool(_CUT.search(text.rstrip()))


_NUMBER: Final = re.compile(r"[\d.,\s%<>~]+|n/?a|-+", re.IGNORECASE)
_COUNTED: Final = re.compile(
    r"\b(?:requests? (?:received|to|for|denied|complied)|number of|complied|denied)\b", re.IGNORECASE
)


def counted(before: Statement, after: Statement) -> bool:
    """Say whether a cell of a table that counts requests holds another figure."""
    clause = after.clause
    if clause is None or clause.kind is not ClauseKind.ROW:
        return False
    figures = _NUMBER.fullmatch(before.text.strip()) and _NUMBER.fullmatch(after.text.strip())
    return bool(figures) and bool(_COUNTED.search(" | ".join((*clause.labels, *clause.path[-2:], clause.text))))
