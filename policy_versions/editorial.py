"""Why an edit means nothing new; and whether one that no rule explains says something that a person must judge."""

# ruff: noqa: E501 - a regular expression is read best in one piece

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from policy_versions.compare import Delta
from policy_versions.facts import Fact, Statement
from policy_versions.model import ClauseKind
from policy_versions.wording import strip_number

_MONTH: Final = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
_DATE: Final = re.compile(
    r"(?:19|20)?\d{2}\s?[-./年]\s?\d{1,2}(?:\s?[-./月]\s?\d{1,4}日?)?"
    # `13 may` alone is a threshold and a verb more often than a day
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?!may\b(?!,? ?\d{{4}})){_MONTH},? ?(?:\d{{4}})?"
    rf"|\b{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?\b,? ?(?:\d{{4}})?|\b{_MONTH} \d{{4}}|\bv?\d+(?:\.\d+)+\b"
)
_URL: Final = re.compile(r"(?:https?://|www\.)\S+?(?=[\s)\]>\"'，。；]|$)|\]\([^)\s]*\)")
LONGEST_TITLE: Final = 120
_DIGITS: Final = re.compile(r"\d+")
_REFERENCE: Final = re.compile(
    r"(?:sections?|articles?|clauses?|parts?|annex(?:es)?|appendix|paragraphs?|§+) ?\d[\d.]*|第 ?\d[\d.]* ?[条款章节部项]|附件 ?\d+|\[\d+\]|\(\d{1,2}\)|\b20\d\d\b"
)
_NOT_WORD: Final = re.compile(r"[\W_]+")


def editorial_kind(delta: Delta) -> str:
    """Name the kind of editorial change, '' when the words must be judged."""
    side = delta.after or delta.before
    if side is None:
        return "empty"
    if _title(side) and not _names_recipient(side):
        return "heading"
    if delta.before is not None and delta.after is not None:
        return _pair_kind(delta.before, delta.after)
    return _single_kind(side)


def _title(side: Statement) -> bool:
    """Say whether a text is a heading; a whole sentence that stands where one is expected says something."""
    if side.clause is None or side.clause.kind is not ClauseKind.HEADING:
        return False
    return len(side.folded) <= LONGEST_TITLE and not side.text.rstrip("*_ \u00a0").endswith((".", "。", ";", "；"))


def _names_recipient(side: Statement) -> bool:
    """Say whether a heading is itself an entry of a list of recipients, such as the name of an SDK."""
    return "field.recipient" in side.context and (
        side.has("party.brand") or side.has("party.ai") or side.has("e.company")
    )


def _pair_kind(before: Statement, after: Statement) -> str:
    if _words(before.folded) == _words(after.folded):
        return "typography" if _hosts(before) == _hosts(after) else ""
    if _words(_DATE.sub("", before.folded)) == _words(_DATE.sub("", after.folded)):
        return "date"
    if _words(_URL.sub("", before.text)) == _words(_URL.sub("", after.text)) and _hosts(before) == _hosts(after):
        return "link-path"
    if before.has("edit.date") and after.has("edit.date") and len(after.folded) < 90:
        return "date"
    if before.has("edit.metric") and after.has("edit.metric"):
        return "metric"
    return ""


def _hosts(side: Statement) -> set[str]:
    """Give the sites and addresses that a statement points to."""
    sites = {".".join(f.surface.split(".")[-2:]) for f in side.facts if f.concept == "e.url"}
    return sites | {f.surface for f in side.facts if f.concept in ("e.email", "e.phone")}


def _single_kind(side: Statement) -> str:
    bare = _words(_DATE.sub("", side.folded))
    if len(bare) < 2 and not side.has("e"):
        return "numbering"
    if side.has("edit.date") and _DATE.search(side.folded) and len(side.folded) < 80:
        return "date"
    if side.has("edit.metric"):
        return "metric"
    return next((kind for kind in _IDLE if side.has(f"edit.{kind}") and not _serious(side)), "")


_IDLE: Final = ("meaning", "translation", "reading", "marketing", "advice")
_SERIOUS: Final = (
    *("right", "lim", "risk", "basis", "notice", "scope", "place", "owner", "minor.age", "minor.parent", "sec.weak"),
    *("e.email", "e.phone", "e.company", "q.duration", "q.money", "contact.authority", "method.default-on", "act.sell"),
)


def _serious(side: Statement) -> bool:
    """Say whether a sentence that explains, praises or guides also states what is done or may be asked."""
    if any(side.has(a) for a in _SERIOUS):
        return True
    return side.has("actor.we") and any(side.has(a) for a in _PRACTICE)


def _words(text: str) -> str:
    return _NOT_WORD.sub("", text)


_PRACTICE: Final = (
    "act.collect",
    "act.use",
    "act.share",
    "act.sell",
    "act.publish",
    "act.retain",
    "act.delete",
    "act.track",
    "act.combine",
)
_SUBJECT: Final = (
    "data",
    "party",
    "place.country",
    "place.abroad",
    "method",
    "minor",
    "risk",
    "lim",
    "basis.without",
    "basis.deemed",
)


_STATED: Final = (
    *_PRACTICE,
    "act.notify",
    "right",
    "sec",
    "notice",
    "scope",
    "minor",
    "place",
    "owner",
    "risk",
    "lim",
    "purpose",
)


def substance(delta: Delta, known: Callable[[Fact, bool], bool], *, large: bool) -> bool:
    """Say whether an edit that no rule explains still says something about personal data that a person must judge.

    `known` tells of a fact whether the other text names it somewhere (True: a fact of the new text). In a `large`
    change, which moves and rewords much, a sentence of its own must name something that the other text does not.
    """
    if any(f.concept.removeprefix("edit.") in _IDLE for f in (*delta.gained, *delta.lost)):
        return False
    if delta.before is not None and delta.after is not None:
        return _pair_substance(delta, delta.before, delta.after, known)
    side = delta.after or delta.before
    if side is None or not any(side.has(a) for a in _STATED):
        return False
    subjects = [f for f in side.facts if f.concept != "data.any" and f.concept.startswith(_SUBJECT)]
    if not large and side.has("actor.we") and any(side.has(a) for a in _SERIOUS):
        return True
    spoken = side.has("actor.we") and any(side.has(a) for a in _PRACTICE)
    return spoken and any(not known(f, delta.after is not None) for f in subjects)


def _pair_substance(delta: Delta, before: Statement, after: Statement, known: Callable[[Fact, bool], bool]) -> bool:
    """Judge two wordings of one sentence: another figure or promise is substance even where the words are common."""
    if _figures(before) != _figures(after):
        return True
    fresh = [f for f in delta.gained if not known(f, True)] + [f for f in delta.lost if not known(f, False)]
    if any(f.concept != "data.any" and f.concept.startswith(_SUBJECT) for f in fresh):
        return True
    return any(before.has(a) for a in (*_PRACTICE, "owner")) and _lists_more(before.folded, after.folded)


_LISTED: Final = re.compile(r"[、,，]|以及|和|及|与|\b(?:and|or)\b")


def _lists_more(before: str, after: str) -> bool:
    """Say whether one wording is the other with an item of an enumeration put in: a list's words are its substance."""
    short, long = sorted((before, after), key=len)
    head = _common(short, long)
    tail = _common(short[head:][::-1], long[head:][::-1])
    put_in = long[head : len(long) - tail]
    return head + tail >= len(short) and len(_words(put_in)) >= 2 and bool(_LISTED.search(put_in))


def _common(one: str, other: str) -> int:
    """Count the signs with which both begin."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _figures(side: Statement) -> tuple[str, list[tuple[str, float]]]:
    """Give digits outside dates, links, references and numbering, and quantities by value: `30` and `thirty` agree."""
    bare = _REFERENCE.sub("", _URL.sub("", _DATE.sub("", strip_number(side.folded))))
    amounts = [f for f in side.facts if f.group == "q"]
    for amount in amounts:
        bare = bare.replace(amount.surface, " ")
    return "".join(_DIGITS.findall(bare)), sorted((f.concept, f.value) for f in amounts)
