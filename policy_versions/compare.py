"""Two statements of the same place, or one that came or went: what was gained and what was lost."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

from policy_versions.entities import short_forms
from policy_versions.facts import Fact, Statement
from policy_versions.paraphrase import stands
from policy_versions.quoting import words
from policy_versions.wording import COMMON_HAN

BY_NAME: Final = frozenset({"e", "q"})
"""Groups in which another value is another fact."""
NOUNS: Final = frozenset({"data", "party", "sec"})
"""Groups of things: what both sides call by the same word is on both, even where one wording hides it from a list."""
NAMED: Final = (
    "party.brand",
    "party.ai",
    "place.country",
    "data",
    "party",
    "method.permission",
    "basis.vital",
    "basis.obligation",
    "basis.contract",
    "basis.legitimate",
    "purpose",
    "contact.authority",
    "minor.age",
    "notice.lead",
    "sec.measure",
    "aim",
    "contact.complaint",
    "scope.people",
)
"""Concepts whose instances count: one more of them is something new although the concept was there before."""


@dataclass(frozen=True, slots=True)
class Delta:
    """One edit seen as facts; a side that has no text has no statement.

    `flipped`: a cell turned from yes to no or back, whose facts are what its column says of its row. `renamed`: the new
    side is compared under the old name of a party that goes by another one throughout.
    """

    before: Statement | None
    after: Statement | None
    gained: tuple[Fact, ...]
    lost: tuple[Fact, ...]
    flipped: bool = False
    renamed: bool = False

    @property
    def pair(self) -> bool:
        """Say whether both sides have text."""
        return self.before is not None and self.after is not None

    @property
    def told(self) -> Statement | None:
        """Give the statement by which the edit is told: the new one, of what is gone the old."""
        return self.after or self.before

    def side(self, *, new: bool) -> Statement | None:
        """Give the statement of one side."""
        return self.after if new else self.before

    def fresh(self, *, new: bool) -> tuple[Fact, ...]:
        """Give the facts that only one side has."""
        return self.gained if new else self.lost


def compare(before: Statement | None, after: Statement | None) -> Delta:
    """Say which facts only one of two statements has."""
    if before is None or after is None:
        return Delta(before, after, after.facts if after else (), before.facts if before else ())
    return Delta(before, after, _only(after, before), _only(before, after))


def _only(mine: Statement, theirs: Statement) -> tuple[Fact, ...]:
    known = {(f.concept, f.negated) for f in theirs.facts}
    values = {(f.concept, f.surface) for f in theirs.facts}
    more = _more(mine, theirs)
    han = bool(COMMON_HAN.search(mine.folded))
    found = []
    for fact in mine.facts:
        if fact.group in BY_NAME:
            fresh = (fact.concept, fact.surface) not in values and not _same_value(fact, theirs)
        elif (fact.concept, fact.negated) not in known:
            fresh = not _hidden(fact, theirs) and not (
                han and (fact.concept, not fact.negated) not in known and stands(fact.surface, theirs.folded)
            )
        else:
            fresh = (
                fact.concept in more
                and (fact.concept, fact.surface) not in values
                and fact.surface not in theirs.folded
                and not _also_called(fact, theirs)
            )
        if fresh:
            found.append(fact)
    return tuple(found)


def _hidden(fact: Fact, theirs: Statement) -> bool:
    """Say whether the other wording has the same word, though no list knows it there or nothing shows it as an aim."""
    if fact.group == "aim":
        return f"purpose.{fact.concept[4:]}" in theirs.names and fact.surface in theirs.folded
    return fact.group in NOUNS and fact.concept not in theirs.names and fact.surface in theirs.folded


_PLACES: Final = (
    frozenset({"south korea", "korea", "republic of korea"}),
    frozenset({"united states", "united states of america", "usa", "america"}),
    frozenset({"united kingdom", "uk", "great britain"}),
    frozenset({"china", "mainland china", "chinese mainland", "prc", "people s republic of china"}),
    frozenset({"netherlands", "the netherlands"}),
    frozenset({"united arab emirates", "uae"}),
    frozenset({"hong kong", "hong kong sar"}),
)
"""Names of one country."""


def _also_called(fact: Fact, theirs: Statement) -> bool:
    """Say whether the other statement names the same country by another name."""
    if fact.concept != "place.country":
        return False
    names = next((n for n in _PLACES if fact.surface in n), frozenset())
    return any(f.concept == "place.country" and f.surface in names for f in theirs.facts)


_UNIT: Final = re.compile(r"[^\W\d_零〇一二两三四五六七八九十百千万半]+$")


def _near(one: Fact, other: Fact) -> bool:
    """Say whether two amounts are the same: in one unit by value, in two (12 months, one year) about so."""
    units = [_UNIT.search(f.surface.rstrip("s)")) for f in (one, other)]
    alike = units[0] and units[1] and units[0][0] == units[1][0]
    return abs(one.value - other.value) < (1e-6 if alike else 0.03) * max(1.0, one.value)


def _same_value(fact: Fact, theirs: Statement) -> bool:
    if fact.concept == "q.age" and re.search(rf"(?<![\d.,]){fact.value:g}(?![\d%]|[.,]\d)", theirs.folded):
        return True  # `between 13 and 16` names the ages that `between the ages of 13 and 16` names
    if fact.group == "q":
        return any(f.concept == fact.concept and _near(fact, f) for f in theirs.facts)
    if fact.concept == "e.phone":  # an extension may be written behind the number or told apart from it
        return any(f.concept == "e.phone" and _extends(f.surface, fact.surface) for f in theirs.facts)
    if fact.concept == "e.url":  # a link within the site is written with its host or without
        return bool(_WITHIN.search(theirs.text))
    if fact.concept == "e.address":
        return fact.surface in words(short_forms(theirs.folded)) or any(
            f.concept == "e.address" and _street(f.surface) == _street(fact.surface) for f in theirs.facts
        )
    return fact.concept in ("e.name", "e.person") and fact.surface in "".join(theirs.folded.split())


_PROVINCE: Final = re.compile(r"^(?:中国|中华人民共和国)?(?:[\u4e00-\u9fff]{2,3}(?:省|自治区))?|(?:室|号)$")


def _street(address: str) -> str:
    """Give an address without the province before it and the last word after its number."""
    return _PROVINCE.sub("", address)


_WITHIN: Final = re.compile(r"\]\((?:\.{0,2}/|#)")


def _extends(one: str, other: str) -> bool:
    """Say whether one number is the other with up to five digits behind it."""
    short, long = sorted((one, other), key=len)
    return len(short) >= 8 and long.startswith(short) and len(long) - len(short) <= 5


def _more(mine: Statement, theirs: Statement) -> set[str]:
    """Name the instance concepts of which one side has more different instances, and those that were swapped."""
    ours, others = (
        Counter(c for c, _ in {(f.concept, f.surface) for f in s.facts if _named(f)}) for s in (mine, theirs)
    )
    swapped = {c for c in ours if c in ("party.brand", "party.ai", "place.country", "contact.authority")}
    return {c for c in ours if ours[c] > others[c]} | swapped


def _named(fact: Fact) -> bool:
    return any(fact.concept == n or fact.concept.startswith(n + ".") for n in NAMED)


def put_in(one: str, other: str) -> str:
    """Give what must be put into the shorter of two texts to make the longer one, '' where that is not all."""
    short, long = sorted((one, other), key=len)
    head, tail = ends(short, long)
    return long[head : len(long) - tail] if head + tail >= len(short) else ""


def ends(short: str, long: str) -> tuple[int, int]:
    """Count the signs with which both begin, and those with which the rests end."""
    head = _common(short, long)
    return head, _common(short[head:][::-1], long[head:][::-1])


def _common(one: str, other: str) -> int:
    """Count the signs with which both begin."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
