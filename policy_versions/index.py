"""Which patterns of a lexicon match at the places of a text: literals by look-up, others only where they can begin.

What may stand at a place is looked up by how it begins and by what follows that: an English text by two words, a
Chinese one by three signs. Both answers are remembered; most of them are `nothing`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Final, NamedTuple

from policy_versions.heads import RUN, heads
from policy_versions.patterns import Pattern, literals

KNOWN: Final = 60_000
"""So many ways to begin are remembered with what may stand there."""
LONGEST: Final = 40
"""No word of a lexicon is longer: more signs of a longer one need not be looked at."""
WORD: Final = re.compile(r"[a-z0-9$€£]+")
REACH: Final = 1500
"""So far a pattern looks ahead: further than any sentence, and not to the end of a text without full stops."""
_HAN_START: Final = re.compile(r"[^\sa-zA-Z0-9]|[a-zA-Z0-9]+")
_NO_LETTER: Final = frozenset("$€£")

Loose = tuple[str, str, tuple[str, ...]]
"""A pattern that cannot be spelt out: its concept, its source, and with what its matches begin."""
Start = tuple[tuple[int, int], int, str, str, str]
"""How a pattern may begin: the rank of its concept, its own, its concept, its source and one beginning."""
OPEN: Final = "*"
"""Stands behind a beginning whose first word need not end with it."""
Match = Callable[[str, int, int], re.Match[str] | None]
Found = list[tuple[int, str]]
"""What is named at a place: (end, concept), longest first."""


@dataclass(slots=True)
class Way:
    """One pattern for a concept: with which of these it begins at a place, its source, and what looks for it."""

    begins: tuple[str, ...]
    source: str
    match: Match | None = None  # compiled when a text first begins like it


Ways = tuple[tuple[str, tuple[Way, ...]], ...]
"""Concepts with their patterns, of which the first that matches counts."""


class Possible(NamedTuple):
    """What may stand at a place: lengths of literals, longest first, and patterns; and the same by what follows."""

    lengths: tuple[int, ...]
    patterns: Ways
    after: dict[str, Possible]


IDLE: Final = Possible((), (), {})


@dataclass(slots=True)
class Index:
    """Patterns of some concepts, by how they begin: Chinese by the first signs, Latin by the first words."""

    han: bool
    whole: dict[str, list[str]] = field(default_factory=dict)  # literal -> concepts, ends at a word end
    stems: dict[str, list[str]] = field(default_factory=dict)  # literal -> concepts, any ending
    lengths: dict[str, dict[str, list[int]]] = field(default_factory=dict)  # first word -> second -> of literals
    starts: dict[str, list[Start]] = field(default_factory=dict)  # first word or signs -> patterns
    loose: dict[str, list[Loose]] = field(default_factory=dict)  # first signs -> patterns, while it is made
    compiled: dict[str, Match] = field(default_factory=dict)
    known: dict[str, Possible] = field(default_factory=dict)  # how a place begins -> what may stand there
    size: int = 0  # how much is known
    runs: tuple[str, ...] = ()  # how the second word begins where a pattern's first may be any

    def __post_init__(self) -> None:
        """Note which second words let any word begin a pattern."""
        self.runs = self._runs()

    def _runs(self) -> tuple[str, ...]:
        begins = {start[-1][2:] for key, starts in self.starts.items() if key[:1] == RUN for start in starts}
        words = (WORD.match(begin) for begin in begins)
        return tuple({word[0] if word else "" for word in words})

    def add(self, concept: str, pattern: Pattern) -> None:
        """Take one pattern in."""
        spelt = literals(pattern.source)
        if spelt is None:
            begins = heads(pattern.source)
            source = pattern.source + ("" if pattern.open else r"(?![a-z0-9])")
            for key in pattern.keys:
                self.loose.setdefault(key, []).append((concept, source, begins))
            return
        for word in spelt:
            if word:
                (self.stems if pattern.open else self.whole).setdefault(word, []).append(concept)

    def seal(self) -> Index:
        """Sort the literals by how they begin and what follows that: Chinese by the third sign, Latin by a word."""
        found: defaultdict[str, defaultdict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
        for literal in (*self.whole, *self.stems):
            first, second = (literal[:2], literal[2:3]) if self.han else _two_words(literal)
            if first and first != literal:
                found[first][second].add(len(literal))
            elif self.han:
                found[first][""].add(len(literal))
        self.lengths = {first: {k: sorted(v) for k, v in seconds.items()} for first, seconds in found.items()}
        for key, patterns in self.loose.items():
            ranks = {concept: n for n, concept in enumerate(dict.fromkeys(p[0] for p in patterns))}
            for n, (concept, source, begins) in enumerate(patterns):
                for begin in filter(None, (_narrowed(b, key) for b in begins)):
                    start = ((len(key), ranks[concept]), n, concept, source, begin)
                    self.starts.setdefault(self._key(begin, key), []).append(start)
        self.runs = self._runs()
        return self

    def _key(self, begin: str, key: str) -> str:
        """Give under what a beginning is looked up."""
        if begin[0] == RUN:
            return RUN + key
        if self.han:
            return begin[:2] if len(begin) > 1 else begin + OPEN
        first = WORD.match(begin)
        return first[0] if first and first[0] != begin else begin + OPEN

    def tables(self) -> tuple[object, ...]:
        """Give what an index is made of, to be kept."""
        return self.whole, self.stems, self.lengths, self.starts

    def named(self, text: str) -> Iterator[tuple[int, Found]]:
        """Give each place of a text at which something is named, in order, with all that is."""
        for i, possible in self._han_places(text) if self.han else self._places(text):
            found = self._found(text, i, possible)
            if found:
                yield i, found

    def at(self, text: str, i: int, word: str) -> Found:
        """Give all that is named at one place; `word` is how it begins."""
        return self._found(text, i, self.known.get(RUN + word) or self._possible(RUN + word))

    def _places(self, text: str) -> Iterator[tuple[int, Possible]]:
        """Give every place at which a word begins and something may stand."""
        known = self.known
        words = [(m.start(), m[0]) for m in WORD.finditer(text)]
        for (i, word), (k, following) in zip(words, chain(words[1:], [(-1, "")]), strict=False):
            begin = RUN + word if following.startswith(self.runs) else word
            place = known.get(begin) or self._possible(begin[:LONGEST])
            if place is IDLE:
                continue
            if k == i + len(word) + 1 and text[k - 1] == " " and len(word) < LONGEST > len(following):
                place = place.after.get(following) or self._after(place, following, f"{word} {following}")
                if place is IDLE:
                    continue
            yield i, place

    def _han_places(self, text: str) -> Iterator[tuple[int, Possible]]:
        """Give every place but those inside a Latin word at which something may stand."""
        known = self.known
        for match in _HAN_START.finditer(text):
            i, end = match.span()
            word = match[0][:3] if end - i > 1 else text[i : i + 2]
            place = known.get(word) or self._possible(word)
            if place is IDLE:
                continue
            following = text[i + len(word) : i + len(word) + 1]
            if following:
                place = place.after.get(following) or self._after(place, following, word + following)
                if place is IDLE:
                    continue
            yield i, place

    def _found(self, text: str, i: int, possible: Possible) -> Found:
        found: Found = []
        for length in possible.lengths:
            end = i + length
            literal = text[i:end]
            if literal in self.stems and end <= len(text):
                found += [(end, c) for c in self.stems[literal]]
            if literal in self.whole and end <= len(text) and not _goes_on(text, end):
                found += [(end, c) for c in self.whole[literal]]
        if not possible.patterns:
            return found
        for concept, ways in possible.patterns:
            for way in ways:
                if text.startswith(way.begins, i) and (match := (way.match or self._ready(way))(text, i, i + REACH)):
                    if match.end() > i:
                        found.append((match.end(), concept))
                    break
        return sorted(found, key=lambda f: -f[0])

    def _ready(self, way: Way) -> Match:
        """Compile a pattern, once for all places."""
        match = self.compiled.get(way.source)
        if match is None:
            match = self.compiled[way.source] = re.compile(way.source).match
        way.match = match
        return match

    def _possible(self, word: str) -> Possible:
        """Find what may begin like this, and remember it; RUN before it asks for what any word may begin as well."""
        begin, word = word, word.removeprefix(RUN)
        starts = [(start, start[-1]) for n in range(len(word) + 1) for start in self.starts.get(word[:n] + OPEN, ())]
        starts += [(start, start[-1]) for start in self.starts.get(word[:2] if self.han else word, ())]
        if begin is not word and len(word) < LONGEST:
            keys = {word[:1], word[:2], word[:3]}
            starts += [(start, word + start[-1][1:]) for key in keys for start in self.starts.get(RUN + key, ())]
        units: dict[tuple[tuple[int, int], str], dict[int, Way]] = {}
        for (rank, n, concept, source, _), said in sorted(starts):
            if not self.han or said.startswith(word) or word.startswith(said):
                ways = units.setdefault((rank, concept), {})
                ways[n] = Way((*ways[n].begins, said) if n in ways else (said,), source)
        if self.size >= KNOWN:
            self.known.clear()
            self.size = 0
        self.size += 1
        patterns = tuple((concept, tuple(ways.values())) for (_, concept), ways in units.items())
        self.known[begin] = found = _possible(self._lengths(word), patterns)
        return found

    def _after(self, place: Possible, following: str, both: str) -> Possible:
        """Find what may still stand at a place once it is known how it goes on, and remember it."""
        first, second = (both[:2], both[2:3]) if self.han else (both[: -len(following) - 1], following)
        longer = self.lengths.get(first, {}).get(second, ())
        lengths = {n for n in place.lengths if (self._literal(both[:n]) if n <= len(both) else n in longer)}
        patterns = []
        for concept, ways in place.patterns:
            left = [Way(b, w.source, w.match) for w in ways if (b := self._fitting(w.begins, both))]
            patterns += [(concept, tuple(left))] if left else []
        self.size += 1
        place.after[following] = found = _possible(lengths, tuple(patterns))
        return found

    def _lengths(self, word: str) -> set[int]:
        """Give the lengths of the literals that may stand where a place begins like this."""
        if self.han:
            seconds = self.lengths.get(word[:2], {})
            near = seconds if len(word) < 3 else ("", word[2])
            found = {n for second in near for n in seconds.get(second, ())}
            return found | {n for n in (1, 2) if self._literal(word[:n]) and n <= len(word)}
        found = {n for lengths in self.lengths.get(word, {}).values() for n in lengths}
        return found | {n for n in range(1, len(word) + 1) if self._stands(word, n)}

    def _literal(self, text: str) -> bool:
        return text in self.stems or text in self.whole

    def _stands(self, word: str, n: int) -> bool:
        """Say whether the first signs of a Latin word are a literal that may end there."""
        at_end = n == len(word) or not _NO_LETTER.isdisjoint(word[n - 1 : n + 1])
        return word[:n] in self.stems or (at_end and word[:n] in self.whole)

    def _fitting(self, begins: tuple[str, ...], text: str) -> tuple[str, ...]:
        """Give those beginnings that a place may have that goes on with this text, whose last word is whole."""
        return tuple(
            b
            for b in begins
            if text.startswith(b) or (b.startswith(text) and (self.han or not WORD.match(b, len(text))))
        )


def _narrowed(begin: str, key: str) -> str:
    """Give the beginning of those matches that begin with the key as well, '' where there are none."""
    if begin.startswith((key, RUN)):
        return begin
    return key if key.startswith(begin) else ""


def _possible(lengths: set[int], patterns: Ways) -> Possible:
    return Possible(tuple(sorted(lengths, reverse=True)), patterns, {}) if lengths or patterns else IDLE


def _two_words(literal: str) -> tuple[str, str]:
    """Give the first word of a Latin literal, and the second where only a blank stands between them."""
    first = WORD.match(literal)
    if first is None:
        return "", ""
    second = WORD.match(literal, first.end() + 1) if literal[first.end() : first.end() + 1] == " " else None
    return first[0], second[0] if second else ""


def _goes_on(text: str, end: int) -> bool:
    """Say whether a Latin word goes on here."""
    return (
        end < len(text)
        and text[end].isascii()
        and text[end].isalnum()
        and text[end - 1].isascii()
        and text[end - 1].isalnum()
    )
