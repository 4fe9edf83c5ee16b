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
    r"|you (?:can|may) (?:still )?(?:view|see|read|find|access) (?:the |our |an? )*(?:previous|prior|earlier|old|older|archived|past) (?:versions? |edition )?(?:of )?(?:the |our |this )*(?:\w+ )?(?:policy|policies|notice|statement|versions?)\b[^.;:?!]*"
    r"|(?:we|[\w ]{2,20}) (?:offers?|provides?|maintains?|keeps?|publish(?:es)?) an? \]?\[?(?:page|overview|list)\] (?:that|which) (?:makes?|shows?|explains?|describes?|lists?)\b[^.;:?!]*"
    r"|(?:more|further|additional|detailed) (?:information|details?)\b[^.;:?!]*\b(?:is|are|can be|may be) (?:available|found|provided|described|set out)\b[^.;:?!]*)[.:!]?\W*"
)
_BEYOND: Final = (
    *("right.access", "right.correct", "right.delete", "right.export", "right.object", "right.optout"),
    *("right.withdraw", "right.close", "right.human", "right.signal", "lim", "contact.complaint", "contact.authority"),
    *("scope.notice", "notice.lead", "notice.weak", "e.email", "e.phone", "e.address", "e.company", "contact.word"),
    *("place.shield", "contact.officer", "act.sell"),
)
"""What makes a sentence that points on state something by itself."""


def points(side: Statement) -> bool:
    """Say whether a sentence only tells where to read on (`For more information, see our Cookie Policy.`)."""
    if side.clause is not None and side.clause.kind is ClauseKind.ROW:
        return False
    text = _LINK.sub("]", side.text.lower()) if len(side.text) <= LONGEST * 4 else side.text
    return len(text) <= LONGEST and bool(_POINTS.fullmatch(text)) and not any(side.has(a) for a in _BEYOND)


_LIABLE: Final = re.compile(
    r"(?:(?:if|where|when|in case|should)\b[^.;]*, )?(?:we|[\w .]{2,40}?) (?:(?:will|shall|may|does|do) )?(?:remains?|be|is|are)(?: fully| jointly| also| still)? liable\b[^.;]*\.?"
)


def liable(side: Statement) -> bool:
    """Say whether a sentence only says that the company answers for others: it states no practice and no right."""
    return len(side.folded) <= LONGEST * 2 and bool(_LIABLE.fullmatch(side.text.lower().strip()))


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
    short, long = sorted((_LINK.sub("]", s.text).strip() for s in (one, other)), key=len)
    if _cut_off(short, long):
        return True
    if not _broken(short) or _broken(long):
        return False
    words = iter(_WORD.findall(long.lower()))
    return all(word in words for word in _WORD.findall(short.lower()))


END: Final = 3
"""So many words at most are lost where a text is cut off before its full stop."""


def _cut_off(short: str, long: str) -> bool:
    """Say whether a sentence lacks its full stop and the last words before it; words that list more are no end."""
    tail = long[len(short) :]
    if not long.startswith(short) or not long.endswith((".", "!")) or not short[-1:].isalpha() or tail[:1] != " ":
        return False
    return len(short) > LONGEST // 3 and len(_WORD.findall(tail)) <= END and not _ADDS.search(tail)


_ADDS: Final = re.compile(r"[,;\d]|\b(?:and|or|to|with|without|unless|except|not|if|for|by|from|only)\b", re.IGNORECASE)


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
