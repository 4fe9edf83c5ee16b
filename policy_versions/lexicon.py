"""One language as data: concept -> patterns, compiled for one pass over a text.

Patterns are regular expressions over folded text. Those that can only match finitely many strings (nearly all) are
spelt out into dictionaries; the others are compiled when their first letters are first met. So loading is fast and
scanning is linear.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from typing import Final, NamedTuple, cast

from policy_versions.patterns import FOLDER, Pattern, fold, literals, prepare, read

MAX_SCAN: Final = 20_000
"""Longer statements are scanned in their first part only: no sentence is that long, an enormous table cell is."""


class Hit(NamedTuple):
    """A place in folded text where a concept is named."""

    concept: str
    start: int
    end: int
    surface: str

    @property
    def group(self) -> str:
        """Give the first word of the concept's name."""
        return self.concept.split(".", 1)[0]


@dataclass(slots=True)
class Index:
    """Patterns of some concepts, by how they begin."""

    han: bool
    whole: dict[str, list[str]] = field(default_factory=dict)  # literal -> concepts, ends at a word end
    stems: dict[str, list[str]] = field(default_factory=dict)  # literal -> concepts, any ending
    lengths: dict[str, list[int]] = field(default_factory=dict)  # first sign -> lengths of literals, longest first
    loose: dict[str, list[tuple[str, str]]] = field(default_factory=dict)  # first sign -> (concept, pattern)
    compiled: dict[str, list[tuple[str, re.Pattern[str]]]] = field(default_factory=dict)

    def add(self, concept: str, pattern: Pattern) -> None:
        """Take one pattern in."""
        spelt = literals(pattern.source)
        if spelt is None:
            for key in pattern.keys:
                self.loose.setdefault(key, []).append(
                    (concept, pattern.source + ("" if pattern.open else r"(?![a-z0-9])"))
                )
            return
        for word in spelt:
            if word:
                (self.stems if pattern.open else self.whole).setdefault(word, []).append(concept)

    def seal(self) -> Index:
        """Note which lengths begin with which sign (in Latin text: with which two)."""
        sets: defaultdict[str, set[int]] = defaultdict(set)
        width = 1 if self.han else 2
        for word in (*self.whole, *self.stems):
            sets[word[:width]].add(len(word))
        self.lengths = {sign: sorted(found, reverse=True) for sign, found in sets.items()}
        return self

    def at(self, text: str, i: int) -> list[tuple[int, str]]:
        """Give (end, concept) of all that is named at this place, longest first."""
        found: list[tuple[int, str]] = []
        sign = text[i]
        for length in self.lengths.get(sign if self.han else text[i : i + 2], ()):
            word = text[i : i + length]
            if len(word) < length:
                continue
            if word in self.stems:
                found += [(i + length, c) for c in self.stems[word]]
            if word in self.whole and not _goes_on(text, i + length):
                found += [(i + length, c) for c in self.whole[word]]
        if sign in self.loose:
            for concept, pattern in self._patterns(sign):
                match = pattern.match(text, i)
                if match and match.end() > i:
                    found.append((match.end(), concept))
        return sorted(found, key=lambda f: -f[0])

    def _patterns(self, sign: str) -> list[tuple[str, re.Pattern[str]]]:
        if sign not in self.compiled:
            joined: defaultdict[str, list[str]] = defaultdict(list)
            for concept, source in self.loose[sign]:
                joined[concept].append(source)
            self.compiled[sign] = [
                (c, re.compile("|".join(f"(?:{s})" for s in sources))) for c, sources in joined.items()
            ]
        return self.compiled[sign]


def _goes_on(text: str, end: int) -> bool:
    """Say whether a Latin word goes on here."""
    return (
        end < len(text)
        and text[end].isascii()
        and text[end].isalnum()
        and text[end - 1].isascii()
        and text[end - 1].isalnum()
    )


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of one language."""

    language: str
    concepts: dict[str, tuple[str, ...]]
    statements: Index
    fields: Index
    signs: Index
    units: tuple[tuple[str, str], ...]
    numerals: dict[str, str]
    han: bool

    def fold(self, text: str) -> str:
        """Bring a text into the form that patterns are written for; offsets are not kept."""
        return fold(text, self.language)

    def scan(self, folded: str) -> tuple[Hit, ...]:
        """Find what a folded statement names: at each place the longest of each group, nothing inside a longer one."""
        return _scan(self.statements, folded[:MAX_SCAN], self.han)

    def headings(self, folded: str) -> frozenset[str]:
        """Name the kinds of section that a folded heading, column title or field label announces."""
        return frozenset(h.concept for h in _scan(self.fields, folded[:400], self.han))

    def polarity(self, folded: str) -> tuple[Hit, ...]:
        """Find negators, what merely looks like one, and what ends the reach of one."""
        return _scan(self.signs, folded[:MAX_SCAN], self.han, whole=True)


_WORD: Final = re.compile(r"[a-z0-9$€£]+")


def _scan(index: Index, text: str, han: bool, *, whole: bool = False) -> tuple[Hit, ...]:
    found: list[Hit] = []
    reach: dict[str, tuple[int, int]] = {}
    starts = _han_starts(text) if han else (m.start() for m in _WORD.finditer(text))
    for i in starts:
        for end, concept in index.at(text, i):
            group = "" if whole else concept.split(".", 1)[0]
            if end > reach.get(group, (0, 0))[1] or (i, end) == reach.get(group):
                reach[group] = (i, end)
                found.append(Hit(concept, i, end, text[i:end]))
    return tuple(found)


def _han_starts(text: str) -> list[int]:
    """Give every sign but those inside a Latin word."""
    return [
        i
        for i, c in enumerate(text)
        if not c.isspace()
        and not (i and c.isascii() and c.isalnum() and text[i - 1].isascii() and text[i - 1].isalnum())
    ]


def languages() -> tuple[str, ...]:
    """Name the languages there is a lexicon for."""
    return tuple(sorted(f.stem for f in FOLDER.glob("*.yaml")))


def family(language: str) -> str:
    """Name the lexicon that serves a language tag; English serves what has none of its own."""
    head = language.lower().replace("_", "-").split("-")[0]
    return head if head in languages() else "en"


@cache
def load(language: str) -> Lexicon:
    """Load and compile the lexicon of a language (a tag such as `zh-CN` will do), once for all its tags."""
    return _load(family(language))


@cache
def _load(name: str) -> Lexicon:
    data = read(name)
    han = name == "zh"
    concepts = {c: tuple(_split(p)) for c, p in cast("dict[str, str]", data["concepts"]).items()}
    indexes = {"field": Index(han), "": Index(han)}
    for concept, patterns in concepts.items():
        index = indexes["field" if concept.startswith("field.") else ""]
        for source in patterns:
            for pattern in prepare(source, name):
                index.add(concept, pattern)
    signs = Index(han)
    for concept in ("negators", "unnegated", "scope-ends"):
        for source in _split(cast(str, data[concept])):
            for pattern in prepare(source, name):
                signs.add(concept, pattern)
    units = tuple((unit, source) for unit, source in cast("dict[str, str]", data["units"]).items())
    numerals = dict(part.split("=") for part in _split(cast(str, data["numerals"])))
    return Lexicon(name, concepts, indexes[""].seal(), indexes["field"].seal(), signs.seal(), units, numerals, han)


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split("; ") if part.strip()]
