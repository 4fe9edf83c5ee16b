"""How much of a change is judged sentence by sentence; the rest is told as one finding, never left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from policy_versions.errors import TextError

if TYPE_CHECKING:
    from policy_versions.alignment import Edit

FEW: Final = 5
"""Up to so many edits each is judged for itself: a sentence that the other text lacks says something."""
LARGE: Final = 14
"""From so many edits on, what names nothing new to the document is no finding: a rewording repeats much."""
READ: Final = 70_000
"""So many signs of changed sentences are judged: a long policy written anew; it takes about a second."""
EACH: Final = 60
"""What a sentence costs besides its signs."""
LARGEST: Final = 2_000_000
"""Bytes beyond which a text is no policy: the longest known has a quarter of that."""


def within(edits: Sequence[Edit]) -> int:
    """Say how many of the edits, in their order, are judged one by one."""
    left = READ
    for n, edit in enumerate(edits):
        left -= len(edit.before) + len(edit.after) + EACH
        if left < 0:
            return max(1, n)
    return len(edits)


def limit(size: int, name: str = "") -> None:
    """Refuse a text that no policy can be, in words; `size` counts bytes. Raises TextError naming size and limit."""
    if size > LARGEST:
        at = f"{name}: " if name else ""
        raise TextError(f"{at}{size:,} bytes are too many for a policy text (allowed: up to {LARGEST:,})")
