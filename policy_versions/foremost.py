"""Which of the findings in one edit are what it is about, and which only its circumstances."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from policy_versions.findings import Candidate
from policy_versions.matchers import Match
from policy_versions.model import Category, Direction

_FORCE_ORDER: Final = (
    "minors-force",
    "retention-force",
    "notice-force",
    "recipients-force",
    "practice-force",
    "data-force",
    "purpose-force",
)
_ABOUT: Final[dict[Category, frozenset[Category]]] = {
    Category.OWNERSHIP: frozenset(
        {
            Category.RECIPIENTS,
            Category.METHOD,
            Category.RETENTION,
            Category.RIGHTS,
            Category.PURPOSE,
            Category.DATA,
            Category.LEGAL_BASIS,
        }
    ),
    Category.LEGAL_BASIS: frozenset({Category.NOTICE}),
    Category.MINORS: frozenset({Category.RIGHTS, Category.RETENTION, Category.DATA, Category.PURPOSE, Category.SCOPE}),
    Category.RISK: frozenset({Category.METHOD, Category.SECURITY, Category.LEGAL_BASIS, Category.LOCATION}),
}
"""What a sentence is about when it speaks of these: the categories that are then only its circumstances."""


def foremost(found: list[Candidate], faint: Sequence[Candidate] = ()) -> list[Candidate]:
    """Leave out what is only a circumstance of what the sentence is about, said loudly or faintly."""
    said = {c.match.rule.category for c in found if c.match.rule.kind != "force"}
    dropped = {d for category, drops in _ABOUT.items() if category in said for d in drops}
    forces = [c for c in found if c.match.rule.kind == "force"]
    first = min(forces, key=lambda c: _FORCE_ORDER.index(c.match.rule.id), default=None)
    if first and said & {
        Category.OWNERSHIP,
        Category.SECURITY,
        Category.MINORS,
        Category.SCOPE,
        Category.LEGAL_BASIS,
        Category.LOCATION,
    } - {first.match.rule.category}:
        first = (
            first
            if first.match.rule.category in (Category.RECIPIENTS, Category.RETENTION) and said <= {Category.LEGAL_BASIS}
            else None
        )
    ids = {c.match.rule.id for c in found}
    aims = {Category.METHOD} & said
    silenced = {circumstance for rule, circumstance in _CIRCUMSTANCES if rule in ids}
    if _new_practice(found):  # consent to what is only now done is no change of ground
        silenced.add("basis-condition")
    told = {c.match.rule.category for c in found if c.match.rule.id not in _ASIDE and c.match.rule.kind != "force"}
    if any(_awaited(c, found, faint) for c in found if c.match.rule.id == "basis-explicit"):
        silenced.add("basis-explicit")
    others = {c.match.rule.category for c in found if c.match.rule.id not in silenced} - {Category.PURPOSE}
    return [
        c
        for c in found
        if (c.match.rule.kind != "force" or c is first)
        and c.match.rule.category not in dropped
        and c.match.rule.id not in silenced
        and not (c.match.rule.id in _ASIDE and told - {c.match.rule.category} and not _several(c))
        and not (aims and c.match.rule.id == "purpose-stated" and _only_ads(c))
        and not (c.match.rule.category is Category.PURPOSE and guessed(c.match) and _in_passing(c, others))
    ]


FEW: Final = 2
"""So many measures are named in passing; a sentence that names more is about them."""


def _several(candidate: Candidate) -> bool:
    """Say whether several measures are named: then the sentence is about them, whatever else it names."""
    facts = (*candidate.match.lost, *candidate.match.gained)
    return len({f.surface for f in facts if f.group == "sec"}) > FEW


_ASIDE: Final = frozenset(
    {
        "basis-explicit",
        "contact-authority",
        "location-local",
        "method-default-on",
        "notice-channel",
        "scope-prevails",
        "security-measure",
    }
)
"""Rules whose words mostly tell how, by whom or where that happens which the sentence is about."""
_CIRCUMSTANCES: Final = frozenset(
    {
        ("contact-details", "contact-officer"),
        ("location-home", "location-place"),
        ("method-default-off", "rights-stated"),
        ("basis-explicit", "method-default-on"),
        ("basis-condition", "method-default-on"),
        ("rights-signal-honoured", "practice-force"),
        ("rights-signal", "practice-force"),
    }
)
"""(rule, circumstance): what the second finds is then only how the first puts it."""


def _new_practice(found: list[Candidate]) -> bool:
    return any(
        c.match.rule.category in (Category.METHOD, Category.DATA)
        and c.match.direction is Direction.EXPANDS
        and c.match.rule.kind != "force"
        and c.delta.pair
        for c in found
    )


_PRACTICES: Final = frozenset({Category.DATA, Category.METHOD, Category.RECIPIENTS, Category.LOCATION})


def _awaited(consent: Candidate, found: Sequence[Candidate], faint: Sequence[Candidate]) -> bool:
    """Say whether the consent is what a practice waits for that came or went beside it: then it is part of that."""
    beside = found if consent.delta.pair else (*found, *faint)
    practices = [c.match for c in beside if c.match.rule.category in _PRACTICES and c.match.rule.kind != "force"]
    mine = consent.match
    return any((m.gained and mine.gained) or (m.lost and mine.lost) for m in practices)


_SERVED: Final = frozenset({Category.DATA, Category.METHOD, Category.RECIPIENTS})


def _in_passing(candidate: Candidate, others: set[Category]) -> bool:
    """Say whether an aim that no word list knows is only how something else is put; a new practice has its aim."""
    return bool(others) and (candidate.delta.pair or not others <= _SERVED)


def _only_ads(candidate: Candidate) -> bool:
    facts = (*candidate.match.lost, *candidate.match.gained)
    return all(f.concept in ("aim.advertising", "aim.personalise") for f in facts)


def guessed(found: Match) -> bool:
    """Say whether all that matched is known by its place only, and by no word list."""
    return all(f.concept.endswith(".other") for f in (*found.lost, *found.gained))
