"""One language as data: concept -> patterns, compiled for one pass over a text.

Patterns are regular expressions over folded text. Those that can only match finitely many strings (nearly all) are
spelt out into dictionaries; each of the others is compiled when a text first begins like it. So loading is fast and
scanning is linear.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple, cast

from policy_versions import heads, index, patterns
from policy_versions.compiled import compiled, pack, unpack
from policy_versions.index import Index
from policy_versions.patterns import FOLDER, fold, prepare, read

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


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of one language."""

    language: str
    concepts: dict[str, tuple[str, ...]]
    packed: bytes  # the tables of `statements`: most of a lexicon, and not needed to fold a text or to read numbers
    fields: Index
    signs: Index
    units: tuple[tuple[str, str], ...]
    numerals: dict[str, str]
    han: bool

    @property
    def statements(self) -> Index:
        """Give the patterns of what statements name, loaded when they are first asked for."""
        return _statements(self.language)

    def fold(self, text: str) -> str:
        """Bring a text into the form that patterns are written for; offsets are not kept."""
        return fold(text, self.language)

    def scan(self, folded: str) -> tuple[Hit, ...]:
        """Find what a folded statement names: at each place the longest of each group, nothing inside a longer one."""
        return tuple(self.hits(folded))

    def hits(self, folded: str) -> Iterator[Hit]:
        """Find the same one by one."""
        return _hits(self.statements, folded[:MAX_SCAN])

    def headings(self, folded: str) -> frozenset[str]:
        """Name the kinds of section that a folded heading, column title or field label announces."""
        return frozenset(h.concept for h in _hits(self.fields, folded[:400]))

    def polarity(self, folded: str) -> tuple[Hit, ...]:
        """Find negators, what merely looks like one, and what ends the reach of one."""
        return tuple(_hits(self.signs, folded[:MAX_SCAN], whole=True))


def _hits(index: Index, text: str, *, whole: bool = False) -> Iterator[Hit]:
    reach: dict[str, tuple[int, int]] = {}
    for i, named in index.named(text):
        for end, concept in named:
            group = "" if whole else concept.split(".", 1)[0]
            if end > reach.get(group, (0, 0))[1] or (i, end) == reach.get(group):
                reach[group] = (i, end)
                yield Hit(concept, i, end, text[i:end])


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
    modules = (__file__, patterns.__file__, index.__file__, heads.__file__)
    sources = (FOLDER / f"{name}.yaml", FOLDER / "zh.yaml", *map(Path, modules))
    concepts, indexes, units, numerals = compiled(f"{name}-index", sources, lambda: _made(name))
    packed, *others = indexes
    fields, signs = (Index(name == "zh", *tables) for tables in others)
    return Lexicon(name, concepts, packed, fields, signs, units, numerals, name == "zh")


@cache
def _statements(name: str) -> Index:
    return Index(name == "zh", *unpack(_load(name).packed))


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
    statements, *others = (i.seal().tables() for i in indexes.values())
    return concepts, [pack(statements), *others], units, numerals


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split("; ") if part.strip()]
