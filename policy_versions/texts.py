"""Both whole texts of a change in folded form, to know what stood elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from policy_versions.entities import short_forms
from policy_versions.extent import READ
from policy_versions.facts import Fact
from policy_versions.lexicon import MAX_SCAN, load
from policy_versions.matchers import Match
from policy_versions.naming import Named
from policy_versions.quoting import words


@dataclass(frozen=True, slots=True)
class Texts:
    """Both whole texts in folded form, to know what stood elsewhere."""

    before: str
    after: str
    han: bool = False

    def knows(self, fact: Fact, *, new: bool) -> bool:
        """Say whether the other text names this too."""
        other = self.before if new else self.after
        if fact.group == "e":
            return words(short_forms(fact.surface)) in _tight(other)
        return _stands(fact.surface if self.han else f" {fact.surface}", other)

    def fresh(self, found: Match) -> list[Fact]:
        """Give the facts of a match that the other text does not name in the same words."""
        gained = [f for f in found.gained if not self.knows(f, new=True)]
        return gained + [f for f in found.lost if not self.knows(f, new=False)]

    def names(self, fact: Fact, new: bool) -> bool:
        """Say whether the other text names the concept of a fact, in whichever words."""
        concept = fact.concept.replace("aim.", "purpose.", 1)  # an aim is a purpose that a sentence serves
        return concept in _concepts(self.before if new else self.after, self.han)


def texts_of(before: str, after: str, language: str) -> Texts:
    """Fold both texts of a change."""
    return Texts(_plain(before, language), _plain(after, language), load(language).han)


@lru_cache(maxsize=4)
def _concepts(plain: str, han: bool) -> Named:
    pieces = range(0, min(len(plain), READ), MAX_SCAN)  # what stands further on counts as new, which is the safe side
    return Named("zh" if han else "en", [plain[i : i + MAX_SCAN] for i in pieces])


@lru_cache(maxsize=1024)
def _stands(surface: str, text: str) -> bool:
    return surface in text


@lru_cache(maxsize=4)
def _tight(text: str) -> str:
    return words(short_forms(text))


def _plain(text: str, language: str) -> str:
    lexicon = load(language)
    if lexicon.han:
        return lexicon.fold(text)
    return " ".join(text.lower().replace("-", " ").replace("*", "").replace("’", " ").replace("'", " ").split())
