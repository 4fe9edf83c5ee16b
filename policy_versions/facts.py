"""What a statement says: the concepts it names, affirmed or denied, its quantities, its names, and where it sits."""

# ruff: noqa: E501 - a regular expression is read best in one piece

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from policy_versions.entities import entities
from policy_versions.lexicon import Hit, Lexicon, load
from policy_versions.listed import aims, unknown
from policy_versions.mentions import HARMED, TOLD, abroad, by_the_person, harm, told_of
from policy_versions.model import Clause, ClauseKind
from policy_versions.quantities import quantities


class Fact(NamedTuple):
    """One thing that a statement names; `negated`: in the reach of a denial; `at` is its place, 0 to 1."""

    concept: str
    surface: str
    negated: bool
    at: float
    value: float = 0.0

    @property
    def group(self) -> str:
        """Give the first word of the concept's name."""
        return self.concept.split(".", 1)[0]


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence, item or table cell with its facts; `context` names what its headings and labels announce.

    Of a cell, `place` names row and column; of the cell that names a row which came or went, `detail` tells the others.
    `around`: what else is said there, folded, where the other wording is a row that says all in one piece.
    """

    text: str
    folded: str
    facts: tuple[Fact, ...]
    names: frozenset[str]
    context: frozenset[str]
    clause: Clause | None
    parts: tuple[tuple[float, frozenset[str]], ...] = ()
    place: str = ""
    detail: str = ""
    around: str = ""

    def near(self, fact: Fact, atom: str) -> bool:
        """Say whether a concept is named in the same part of the sentence as this fact, or announced above it."""
        if atom.startswith(("field.", "label.")):
            return atom in self.context
        for end, names in self.parts:
            if fact.at < end:
                return atom in names
        return atom in self.names

    def has(self, atom: str) -> bool:
        """Say whether a concept, or a narrower one, is named here or announced by the headings (`field.…`)."""
        if atom.startswith(("field.", "label.")):
            return atom in self.context
        return atom in self.names


@lru_cache(maxsize=2048)
def widened(concept: str) -> tuple[str, ...]:
    """Give a concept and all broader ones: `data.location.precise` -> `data`, `data.location`, …"""
    parts = concept.split(".")
    return tuple(".".join(parts[:n]) for n in range(1, len(parts) + 1))


@lru_cache(maxsize=4096)
def said(concept: str, *, negated: bool) -> frozenset[str]:
    """Give every name of a concept in a statement: it and all broader ones, plain and as affirmed `+` or denied `-`."""
    sign = "-" if negated else "+"
    return frozenset(name for broad in widened(concept) for name in (broad, sign + broad))


_OTHER_AIMS: Final = frozenset({"field.method", "field.recipient"})
"""Lists of permissions and of recipients give each its use: that is no further aim of the company."""


def statement(text: str, clause: Clause | None, language: str, labels: tuple[str, ...] = ()) -> Statement:
    """Read a statement; `labels` are the titles of the column that a table cell stands in."""
    lexicon = load(language)
    folded = lexicon.fold(text)
    facts = _facts(text, folded, lexicon)
    context = _context(folded, clause, labels, lexicon)
    if context & _OTHER_AIMS:
        facts = tuple(f for f in facts if f.concept not in ("purpose.other", "aim.other"))
    return Statement(text, folded, facts, _names(facts), context, clause, _parts(folded, facts, lexicon.language))


def _names(facts: Iterable[Fact]) -> frozenset[str]:
    return frozenset[str]().union(*(said(f.concept, negated=f.negated) for f in facts))


_PART: Final = {
    "zh": re.compile(r"[,;。!?|](?![^()]{0,40}\))"),
    "en": re.compile(
        r"[;!?|]|\.(?= )|,(?= (?:and |but |or |so )?(?:we|you|they|it|this|which|where|if|unless|our|your|in which) )"
    ),
}


def _parts(folded: str, facts: tuple[Fact, ...], language: str) -> tuple[tuple[float, frozenset[str]], ...]:
    """Cut a long sentence into its clauses: where each ends (0 to 1) and what it names."""
    size = max(1, len(folded))
    ends = [m.start() / size for m in _PART[language].finditer(folded)]
    if not ends:
        return ()
    found, begin = [], 0.0
    for end in [*ends, 1.01]:
        found.append((end, _names(f for f in facts if begin <= f.at < end)))
        begin = end
    return tuple(found)


@lru_cache(maxsize=4096)
def _facts_of(text: str, folded: str, language: str) -> tuple[Fact, ...]:
    lexicon = load(language)
    told, harms = ([], []) if lexicon.han else (told_of(folded), harm(folded))
    hits = [
        h
        for h in _outside(lexicon.scan(folded), folded, han=lexicon.han)
        if not _attribute(h, folded) and not (h.group in TOLD and _inside(h, told))
    ]
    if language == "en":
        hits = [
            h
            for h in abroad(hits, folded)
            if not by_the_person(h, folded) and not (h.group in HARMED and _inside(h, harms))
        ]
    hits += unknown(folded, hits) if lexicon.han else aims(folded, hits)
    denied = _denied(folded, lexicon)
    size = max(1, len(folded))
    found = [Fact(h.concept, h.surface, _inside(h, denied), h.start / size) for h in hits]
    found += [Fact(f"aim.{f.concept[8:]}", *f[1:]) for f in found if _aimed(f, folded, language)]
    found += [Fact(f"q.{q.kind}", q.surface, False, q.start / size, q.value) for q in quantities(folded, lexicon)]
    found += [Fact(e.concept, e.value, False, e.start / max(1, len(text))) for e in entities(text, lexicon)]
    return tuple(found)


def _facts(text: str, folded: str, lexicon: Lexicon) -> tuple[Fact, ...]:
    return _facts_of(text, folded, lexicon.language)


def _attribute(hit: Hit, folded: str) -> bool:
    """Say whether a verb only qualifies what follows (共享的信息: the information that is shared anyway)."""
    return hit.concept == "act.share" and folded[hit.end : hit.end + 1] == "的"


_AIM: Final = {
    "zh": re.compile(
        r"(?:用于|用来|用以|用作|用途:|应用于|为了?(?!准|何|您|你|用户)|以便?(?!上|下|后|前|外|内|及)|便于|目的(?:是|在于|为|包括)?|旨在|服务于|从而"
        r"|(?<![本原未以后])来(?!自|源|电|访|信|说)|作为|进行|开展)[^,。;]{0,30}$|(?:其中|包括|会|可)[^,。;]{0,10}$"
    ),
    "en": re.compile(
        r"(?:\bto|\bfor|\bfeeds?|\bserves?|purposes? of|\bin order to|\band|\bor|,|:|used in|\bby|helps?|help us|\bso (?:that )?we(?: can| may)?)"
        r"(?: [a-z0-9()/]+){0,5} ?$"
    ),
}


_DOER: Final = re.compile(
    r" (?:partners?|providers?|compan(?:y|ies)|vendors?|processors?|agenc(?:y|ies)|firms?|teams?|staff|department|networks?)\b"
)
"""Who does something is named by it (`our payment processing partner`): no aim."""
_ASKED: Final = re.compile(
    r"\b(?:(?:your|any|such|a|the|each|these|consumer|verifiable) (?:privacy |access |deletion |consumer )?requests?\b(?! additional)|requests? (?:to|for) (?:access|delet|correct|know|exercise)|exercis\w+)"
)
SHORT_ITEM: Final = 40
"""An item of a list of aims is shorter; a longer sentence that begins with an aim names a function in passing."""


def _aimed(fact: Fact, folded: str, language: str) -> bool:
    """Say whether a purpose is named as an aim (`for …`, `用于…`) and not in passing."""
    if fact.group != "purpose" or fact.concept in ("purpose.word", "purpose.limit"):
        return False
    start = round(fact.at * max(1, len(folded)))
    if language == "en" and _DOER.match(folded, start + len(fact.surface)):
        return False
    if language == "en" and fact.concept == "purpose.other":
        return True
    if language == "en" and fact.concept == "purpose.verification" and _ASKED.search(folded):
        return False  # who asks for something must show who they are: how a right is used
    return (start < 3 and len(folded) < SHORT_ITEM) or bool(_AIM[language].search(folded[max(0, start - 48) : start]))


def _outside(hits: tuple[Hit, ...], folded: str, *, han: bool) -> list[Hit]:
    """Drop verbs that are only a piece of the name of a kind of data or of a recipient."""
    held = [(h.start, h.end) for h in hits if h.group in ("data", "party")]
    shared = [(h.start, h.end) for h in hits if h.concept == "act.share"]
    ground = [(h.start, h.end) for h in hits if h.concept.startswith("basis.")]
    aims = [m.span() for m in _USE.finditer(folded)] if han else []
    return [
        h
        for h in hits
        if not _for_use(h, hits, aims)
        and (
            h.group not in ("act", "contact", "sec")
            or not any(a <= h.start and h.end <= b and b - a > h.end - h.start for a, b in held)
        )
        and (h.group != "data" or not any(a <= h.start and h.end <= b for a, b in ground))
        and not (han and h.concept == "act.provide" and any(a < h.start < b for a, b in shared))  # 向银行提供您的
    ]


_USE: Final = re.compile(r"(?:用于|用来|用以|以便|以进行|以实现|为了实现|为实现|为您提供|向您提供)[^,。;:()|]{1,30}")
_TAKING: Final = ("act.collect", "act.share", "act.retain", "act.provide", "act.gets", "act.publish")
_KEPT: Final = ("data.any", "data.biometric", "data.health", "data.preferences")


def _for_use(hit: Hit, hits: tuple[Hit, ...], aims: list[tuple[int, int]]) -> bool:
    """Say whether a kind of data only tells what other data is used for (用于发送短信), with nothing taken there."""
    if hit.group != "data" or hit.concept in _KEPT:
        return False
    return any(a < hit.start < b and not any(a <= h.start < b and h.concept in _TAKING for h in hits) for a, b in aims)


def _inside(hit: Hit, denied: list[tuple[int, int]]) -> bool:
    return any(start < hit.start < end for start, end in denied)


_END: Final = {"zh": re.compile(r"[。;!?\n|]"), "en": re.compile(r"[;!?\n|]|\.(?= |$)")}


def _denied(folded: str, lexicon: Lexicon) -> list[tuple[int, int]]:
    """Give the spans that a denial reaches: from the negator to a contrast or the end of the sentence."""
    signs = lexicon.polarity(folded)
    spans = []
    masked = [(s.start, s.end) for s in signs if s.concept == "unnegated"]
    for sign in signs:
        if sign.concept != "negators" or any(a <= sign.start < b for a, b in masked):
            continue
        stop = _END[lexicon.language].search(folded, sign.end)
        ends = [stop.start() if stop else len(folded)]
        ends += [s.start for s in signs if s.concept == "scope-ends" and s.start >= sign.end][:1]
        opened, closed = folded.rfind("(", 0, sign.start), folded.find(")", sign.end)
        if opened > folded.rfind(")", 0, sign.start) and closed >= 0:
            ends.append(closed)
        if sign.surface == "without":
            ends.append(sign.end + 40)
        spans.append((sign.start, min(ends)))
    return spans


_LABEL: Final = re.compile(r"^[^:。;.]{1,24}:")


@lru_cache(maxsize=2048)
def _announced(text: str, language: str) -> frozenset[str]:
    lexicon = load(language)
    return lexicon.headings(lexicon.fold(text))


def _listed(found: set[str], labels: tuple[str, ...], language: str) -> set[str]:
    """Read a company beside columns of data or purposes as one that receives them: it is not the one who publishes."""
    columns = {name for label in labels for name in _announced(label, language)}
    if not columns & {"field.data", "field.purpose"}:
        return found
    return found - {"field.owner", "label.owner"} | {"field.recipient", "label.recipient"}


def _context(folded: str, clause: Clause | None, labels: tuple[str, ...], lexicon: Lexicon) -> frozenset[str]:
    found: set[str] = set()
    if len(folded) < (30 if lexicon.han else 70):
        found.add("field.short")
    label = _LABEL.match(folded)
    if label:
        own = lexicon.headings(label[0])
        found |= own | {f"label.{name[6:]}" for name in own}
    if clause is not None:
        nearest = clause.path[-2:] if clause.path else ()
        for title in (*nearest, *labels, clause.lead[-160:]):
            found |= _announced(title, lexicon.language)
        for title in labels:
            found |= {f"label.{name[6:]}" for name in _announced(title, lexicon.language)}
        if clause.kind is ClauseKind.ROW:
            found.add("field.row")
            found = _listed(found, clause.labels, lexicon.language) if "label.owner" in found else found
        if clause.kind is ClauseKind.HEADING:
            found.add("field.heading")
        if clause.kind is ClauseKind.ITEM:
            found.add("field.item")
    return frozenset(found)
