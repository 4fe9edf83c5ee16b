"""Rows of which everything but the place reads the same, for a table that shows them as one."""

from __future__ import annotations

from typing import Final

from policy_versions.model import ReleaseFinding
from policy_versions.reports import summary as said
from policy_versions.reports.pairing import rows
from policy_versions.reports.words import Words
from policy_versions.review import Review

ALIKE: Final = 6
"""Changes that stand in one row at most: a row must fit into a comment."""


def alike(review: Review, say: Words) -> list[list[tuple[ReleaseFinding, ...]]]:
    """Put rows together that agree in sentences, kind, duty, day and decision.

    Each finding is still decided by its own fingerprint.
    """
    groups: dict[tuple[object, ...], list[tuple[ReleaseFinding, ...]]] = {}
    for row in rows(review):
        groups.setdefault(tuple(_reading(review, found, say) for found in row), []).append(tuple(row))
    return [group[n : n + ALIKE] for group in groups.values() for n in range(0, len(group), ALIKE)]


def _reading(review: Review, found: ReleaseFinding, say: Words) -> tuple[object, ...]:
    judged, duty = said.as_judged(review, found), found.obligation
    words = (said.explained(found.finding, say), said.sentence(review, found, say), said.decision(review, found, say))
    asked = (duty.level, duty.guardian, duty.law, said.wait(review, found))
    day = review.dates.get(found.finding.fingerprint, "")
    return (found.language, *words, judged.category, judged.direction, *asked, day)
