"""Where in a text a change stands, so that two languages of one policy can be compared place by place. Pure.

A place is the old clause that changed, or the gap between two old clauses for what is new. Where both old texts have
the same clauses, clauses correspond; else, where they have the same headings, the sections under them do; else nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import Final, TypeVar

from policy_versions import alignment, document
from policy_versions.model import ChangeKind, ClauseChange, ClauseKind, Document, Finding, ReleaseFinding

SAME: Final = frozenset({ChangeKind.UNCHANGED, ChangeKind.MOVED})
_APART: Final = 10  # places from one section to the next: more than NEAR, so that none is beside another
NEAR: Final = 1  # places: what is new may have gone into the clause beside
Spot = float
"""The old clause's place; halfway between two for what is new."""


@lru_cache(maxsize=8)
def _aligned(before: str, after: str, language: str) -> tuple[Document, tuple[ClauseChange, ...]]:
    """Cut both texts and align them once: the report asks for places, and the lint asks again."""
    old = document.parse(before, language)
    return old, alignment.align(old, document.parse(after, language))


@dataclass
class Sides:
    """One language of a policy before and after; `sections`: count places by section, not by clause."""

    language: str
    before: str
    after: str
    sections: bool = False

    @cached_property
    def old(self) -> Document:
        return _aligned(self.before, self.after, self.language)[0]

    @cached_property
    def changes(self) -> tuple[ClauseChange, ...]:
        return _aligned(self.before, self.after, self.language)[1]

    @cached_property
    def spots(self) -> dict[int, Spot]:
        """Map each change (by its index) to the place of its old clause, or between the two that it came between."""
        placed: dict[int, Spot] = {}
        last = -1
        for index, change in enumerate(self.changes):
            if change.before:
                last = change.before[0].ordinal
            placed[index] = self._place(last, new=not change.before)
        return placed

    @cached_property
    def touched(self) -> frozenset[Spot]:
        """Return the places at which anything changed."""
        changed = {c.ordinal for change in self.changes if change.kind not in SAME for c in change.before}
        return frozenset(self._place(x, new=False) for x in changed) | frozenset(
            self.spots[i] for i, change in enumerate(self.changes) if change.kind not in SAME
        )

    def spot(self, finding: Finding) -> Spot | None:
        """Return the place of the clause that a finding is about."""
        new = bool(finding.lines_after.first)
        lines = finding.lines_after if new else finding.lines_before
        for index, change in enumerate(self.changes):
            clauses = change.after if new else change.before
            if change.kind not in SAME and any(c.lines.first <= lines.first <= c.lines.last for c in clauses):
                return self.spots[index]
        return None

    def line_of(self, spot: Spot) -> tuple[int, str]:
        """Return line and words, in the new text, of the clause (or heading) at or, for a gap, before a place."""
        for index, change in enumerate(self.changes):
            if change.before and change.after and self.spots[index] == int(spot):
                return change.after[0].lines.first, change.after[0].text
        return 1, ""

    @cached_property
    def _section(self) -> list[int]:
        """Number the section of each old clause: how many headings stand before it, its own included."""
        return list(accumulate(c.kind is ClauseKind.HEADING for c in self.old.clauses))

    def _place(self, ordinal: int, *, new: bool) -> Spot:
        if self.sections:
            return float(_APART * self._section[ordinal]) if ordinal >= 0 else 0.0
        return ordinal + 0.5 if new else float(ordinal)


T = TypeVar("T", bound=Sides)


def corresponding(one: T, two: T) -> tuple[T, T] | None:
    """Return both sides so that their places correspond, None where the old texts are of other shapes."""
    if [c.kind for c in one.old.clauses] == [c.kind for c in two.old.clauses]:
        return one, two
    headings = [[len(c.path) for c in x.old.clauses if c.kind is ClauseKind.HEADING] for x in (one, two)]
    if headings[0] == headings[1] and len(headings[0]) > 1:
        return replace(one, sections=True), replace(two, sections=True)
    return None


def near(one: Spot, other: Spot) -> bool:
    """Say whether two places correspond, or stand beside each other."""
    return abs(one - other) <= NEAR


def places(found: ReleaseFinding) -> list[ReleaseFinding]:
    """Return a finding once for each place that it stands for, told by the words there."""
    finding = found.finding
    return [replace(found, finding=replace(finding, also=()))] + [
        replace(
            found,
            finding=replace(
                finding,
                evidence_before=p.before,
                evidence_after=p.after,
                lines_before=p.lines_before,
                lines_after=p.lines_after,
                also=(),
            ),
        )
        for p in finding.also
    ]


def of_findings(sides: Mapping[str, Sides], lead: str, found: Sequence[ReleaseFinding]) -> dict[tuple[str, str], Spot]:
    """Say at which place of the text that leads each finding stands, by language and fingerprint, where that is known.

    Languages of another shape than the lead's have no places. Where one corresponds by sections, all count by them.
    """
    pairs = {x: corresponding(sides[lead], side) for x, side in sides.items() if x != lead}
    known = {x: pair[1] for x, pair in pairs.items() if pair is not None}
    if not known:
        return {}
    sections = any(side.sections for side in known.values())
    known[lead] = sides[lead]
    if sections:
        known = {x: replace(side, sections=True) for x, side in known.items()}
    spots = {
        (f.language, f.finding.fingerprint): known[f.language].spot(f.finding) for f in found if f.language in known
    }
    return {key: spot for key, spot in spots.items() if spot is not None}
