"""Where words stand and what they were and are: the smallest nouns, on which the others rest."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lines:
    """A span of source lines, 1-based, both ends included; `(0, 0)` means nowhere on that side."""

    first: int = 0
    last: int = 0


@dataclass(frozen=True, slots=True)
class Passage:
    """One more place of a change: verbatim quotes of both sides, empty where there is none."""

    before: str
    after: str
    lines_before: Lines
    lines_after: Lines
