"""Which concepts a long text names, found out only as far as is asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from policy_versions.index import Index
from policy_versions.lexicon import Hit, load


class Named:
    """The concepts that pieces of a text name; `concept in named` reads on until it is found, and never twice.

    What is asked for mostly stands near the beginning. Where it does not, the rest of the text is looked through for
    that concept alone, which is much less work than to find all that the rest names.
    """

    def __init__(self, language: str, pieces: Sequence[str]) -> None:
        self._language, self._pieces = language, pieces
        self._found: set[str] = set()
        self._absent: set[str] = set()
        self._read = 0
        self._hits: Iterator[Hit] = iter(())

    def __contains__(self, concept: str) -> bool:
        """Say whether a concept is named."""
        if concept in self._found:
            return True
        if concept in self._absent or concept not in load(self._language).concepts:
            return False
        if self._until(concept, self._hits):
            return True
        while self._read < len(self._pieces):
            if self._read and not self._likely(concept, self._pieces[self._read :]):
                break
            self._hits = load(self._language).hits(self._pieces[self._read])
            self._read += 1
            if self._until(concept, self._hits):
                return True
        self._absent.add(concept)
        return False

    def _until(self, concept: str, hits: Iterable[Hit]) -> bool:
        for hit in hits:
            self._found.add(hit.concept)
            if hit.concept == concept:
                return True
        return False

    def _likely(self, concept: str, pieces: Iterable[str]) -> bool:
        """Say whether a pattern of the concept matches at all (within a longer one it may count for nothing)."""
        index = _alone(self._language).get(concept)
        return index is not None and any(next(index.named(piece), None) for piece in pieces)


@cache
def _alone(language: str) -> dict[str, Index]:
    """Give an index for each concept by itself."""
    statements = load(language).statements
    tables: defaultdict[str, Index] = defaultdict(lambda: Index(statements.han))
    for literal, concepts in statements.whole.items():
        for concept in concepts:
            tables[concept].whole[literal] = [concept]
    for literal, concepts in statements.stems.items():
        for concept in concepts:
            tables[concept].stems[literal] = [concept]
    for key, starts in statements.starts.items():
        for start in starts:
            tables[start[2]].starts.setdefault(key, []).append(start)
    return {concept: index.seal() for concept, index in tables.items()}
