"""One language as data: concept -> patterns, compiled for one pass over a text.

Patterns are regular expressions over folded text. Those that can only match finitely many strings (nearly all) are
spelt out into dictionaries; the others are compiled when their first letters are first met. So loading is fast and
scanning is linear.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple, cast

from policy_versions import patterns
from policy_versions.compiled import compiled
from policy_versions.patterns import FOLDER, Pattern, fold, literals, prepare, read

MAX_SCAN: Final = 20_000
"""Longer statements are scanned in their first part only: no sentence is that long, an enormous table cell is."""


KNOWN: Final = 20_000
"""So many first words are remembered with what they may begin."""


_WORD: Final = re.compile(r"[a-z0-9$€£]+")


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


Possible = tuple[list[int], list[tuple[str, re.Pattern[str]]]]
"""The lengths of the literals, and the patterns with their concepts, that may match at a place."""
IDLE: Final[Possible] = ([], [])


@dataclass(slots=True)
class Index:
    """Patterns of some concepts, by how they begin: Chinese by the first two signs, Latin by the first word."""

    han: bool
    whole: dict[str, list[str]] = field(default_factory=dict)  # literal -> concepts, ends at a word end
    stems: dict[str, list[str]] = field(default_factory=dict)  # literal -> concepts, any ending
    literals: dict[str, list[str]] = field(default_factory=dict)  # first two signs -> literals, longest first
    loose: dict[str, list[tuple[str, str]]] = field(default_factory=dict)  # first signs -> (concept, pattern)
    compiled: dict[str, list[tuple[str, re.Pattern[str]]]] = field(default_factory=dict)
    known: dict[str, Possible] = field(default_factory=dict)  # how a place begins -> what may stand there

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
        """Sort the literals by how they begin."""
        sets: defaultdict[str, set[str]] = defaultdict(set)
        for word in (*self.whole, *self.stems):
            first = None if self.han else _WORD.match(word)
            sets[(first[0] if first else word)[:2]].add(word)
        self.literals = {sign: sorted(found, key=lambda w: (-len(w), w)) for sign, found in sets.items()}
        return self

    def tables(self) -> tuple[object, ...]:
        """Give what an index is made of, to be kept."""
        return self.whole, self.stems, self.literals, self.loose

    def at(self, text: str, i: int, word: str) -> list[tuple[int, str]]:
        """Give (end, concept) of all that is named at this place, longest first; `word` is how the place begins."""
        lengths, patterns = self.known.get(word) or self._possible(word)
        found: list[tuple[int, str]] = []
        for length in lengths:
            end = i + length
            literal = text[i:end] if end <= len(text) else ""
            if literal in self.stems:
                found += [(end, c) for c in self.stems[literal]]
            if literal in self.whole and not _goes_on(text, end):
                found += [(end, c) for c in self.whole[literal]]
        for concept, pattern in patterns:
            match = pattern.match(text, i)
            if match and match.end() > i:
                found.append((match.end(), concept))
        return sorted(found, key=lambda f: -f[0]) if patterns else found

    def _possible(self, word: str) -> Possible:
        """Find what may begin like this, the lengths of literals longest first, and remember it."""
        near = [*self.literals.get(word[:2], ()), *(self.literals.get(word[:1], ()) if len(word) > 1 else ())]
        lengths = sorted({len(w) for w in near if w.startswith(word) or word.startswith(w)}, reverse=True)
        keys = dict.fromkeys((word[:1], word[:2], word[:3]))
        patterns = [p for key in keys if key in self.loose for p in self._patterns(key)]
        if len(self.known) >= KNOWN:
            self.known.clear()
        self.known[word] = lengths, patterns
        return lengths, patterns

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


_HAN_START: Final = re.compile(r"[^\sa-zA-Z0-9]|[a-zA-Z0-9]+")
LONGEST: Final = 40
"""No word of a lexicon is longer: more signs of a longer one need not be looked at."""


def _scan(index: Index, text: str, han: bool, *, whole: bool = False) -> tuple[Hit, ...]:
    found: list[Hit] = []
    reach: dict[str, tuple[int, int]] = {}
    known = index.known
    for i, word in _han_starts(text) if han else ((m.start(), m[0][:LONGEST]) for m in _WORD.finditer(text)):
        if known.get(word) == IDLE:  # as most places are
            continue
        for end, concept in index.at(text, i, word):
            group = "" if whole else concept.split(".", 1)[0]
            if end > reach.get(group, (0, 0))[1] or (i, end) == reach.get(group):
                reach[group] = (i, end)
                found.append(Hit(concept, i, end, text[i:end]))
    return tuple(found)


def _han_starts(text: str) -> Iterator[tuple[int, str]]:
    """Give every place but those inside a Latin word, with its first two signs (of a Latin word three)."""
    for match in _HAN_START.finditer(text):
        i = match.start()
        yield i, match[0][:3] if match.end() - i > 1 else text[i : i + 2]


@cache
def languages() -> tuple[str, ...]:
    """Name the languages there is a lexicon for."""
    return tuple(sorted(f.stem for f in FOLDER.glob("*.yaml")))


def family(language: str) -> str:
    """Name the lexicon that serves a language tag; English serves what has none of its own."""
    return _primary(language) if understood(language) else "en"


def understood(language: str) -> bool:
    """Say whether there is a lexicon for a language tag."""
    return _primary(language) in languages()


def _primary(language: str) -> str:
    """Give the primary subtag (RFC 5646)."""
    return language.lower().replace("_", "-").split("-")[0]


@cache
def load(language: str) -> Lexicon:
    """Load and compile the lexicon of a language (a tag such as `zh-CN` will do), once for all its tags."""
    return _load(family(language))


@cache
def _load(name: str) -> Lexicon:
    sources = (FOLDER / f"{name}.yaml", FOLDER / "zh.yaml", Path(__file__), Path(patterns.__file__))
    concepts, indexes, units, numerals = compiled(f"{name}-index", sources, lambda: _made(name))
    statements, fields, signs = (Index(name == "zh", *tables) for tables in indexes)
    return Lexicon(name, concepts, statements, fields, signs, units, numerals, name == "zh")


def _made(name: str) -> tuple[object, ...]:
    """Read a data file and sort its patterns."""
    data = read(name)
    han = name == "zh"
    concepts = {c: tuple(_split(p)) for c, p in cast("dict[str, str]", data["concepts"]).items()}
    indexes = {"": Index(han), "field": Index(han), "sign": Index(han)}
    signs = {c: _split(cast(str, data[c])) for c in ("negators", "unnegated", "scope-ends")}
    for concept, sources in (*concepts.items(), *signs.items()):
        kind = "sign" if concept in signs else "field" if concept.startswith("field.") else ""
        for source in sources:
            for pattern in prepare(source, name):
                indexes[kind].add(concept, pattern)
    units = tuple((unit, source) for unit, source in cast("dict[str, str]", data["units"]).items())
    numerals = dict(part.split("=") for part in _split(cast(str, data["numerals"])))
    return concepts, [i.seal().tables() for i in indexes.values()], units, numerals


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split("; ") if part.strip()]
