"""Whether a sentence that came or went says what the other text says somewhere else: then it moved or was doubled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from policy_versions.facts import Statement, statement
from policy_versions.likeness import containment, terms
from policy_versions.model import Clause, ClauseKind

ALIKE: Final = 0.8
"""So great a part of a sentence's terms stands in the clause that says it too."""
SHORTEST: Final = 10
"""Of a shorter sentence too few terms stand anywhere to tell."""
_CONTACTS: Final = ("e.email", "e.phone", "e.address")
_BESIDE: Final = frozenset({"actor", "contact", "e", "edit", "force", "scope", "change", "cond"})
_BY_THE_WAY: Final = frozenset({"actor", "right", "force"})
_ASKING: Final = frozenset(
    {
        *("data.any", "data.email", "data.phone", "data.address", "right.word", "right.route", "act.notify"),
        *("purpose.support", "act.use", "act.provide"),
    }
)
"""What a sentence may name that only says how to ask."""


def survives(side: Statement, others: Sequence[Clause], language: str) -> bool:
    """Say whether one of these clauses, which stand in both texts, says the same or gives the same way to ask.

    Under a heading that only one text has it does not: there the same words are said of others.
    """
    clause = side.clause
    if len(side.folded) < SHORTEST or clause is None or clause.kind is not ClauseKind.PARAGRAPH:
        return False
    if clause.path and not any(c.path == clause.path for c in others):
        return False
    contacts = {f.surface for f in side.facts if f.concept in _CONTACTS}
    if contacts and all(f.group in _BESIDE or f.concept in _ASKING or f.concept in _CONTACTS for f in side.facts):
        return contacts <= {f.surface for c in others for f in statement(c.text, c, language).facts}
    mine = {(f.concept, f.negated) for f in side.facts if f.group not in _BY_THE_WAY or f.negated}
    return bool(mine) and any(_says(side, mine, clause, language) for clause in others)


def _says(side: Statement, mine: set[tuple[str, bool]], clause: Clause, language: str) -> bool:
    if len(clause.text) < len(side.text) * ALIKE or terms(side.text).isdisjoint(terms(clause.text)):
        return False
    if containment(side.text, clause.text) < ALIKE:
        return False
    theirs = statement(clause.text, clause, language).facts
    values = {(f.concept, f.surface) for f in theirs}
    return mine <= {(f.concept, f.negated) for f in theirs} and all(
        (f.concept, f.surface) in values for f in side.facts if f.group in ("e", "q")
    )
