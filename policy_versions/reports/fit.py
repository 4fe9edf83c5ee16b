"""A report with a size limit: whole pieces only, important ones first, and instead of the rest how many they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

Size = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report: what frames it, its pieces, and what is said when some of them (so many) are left out.

    Sections of a lower `rank` get room first; where the frame itself finds none, the section is left out whole and
    `more` says how many pieces it had.
    """

    items: tuple[str, ...]
    more: Callable[[int], str]
    head: str = ""
    foot: str = ""
    rank: int = 0

    def show(self, count: int) -> str:
        """Return the section with its first pieces."""
        rest = len(self.items) - count
        return self.head + "".join(self.items[:count]) + (self.more(rest) if rest else "") + self.foot


def fit(sections: Sequence[Section], room: int, size: Size = len) -> str:
    """Show as many pieces as `room` holds, sections in the order given; never a part of a piece.

    Longer than `room` only where the frames of rank 0 are.
    """
    counts = [0] * len(sections)
    kept, framed = _framed(sections, room, size)
    left = room - framed
    for n in sorted(kept, key=lambda n: (sections[n].rank, n)):
        section = sections[n]
        notice = size(section.more(len(section.items))) if section.items else 0
        for item in section.items:
            last = counts[n] + 1 == len(section.items)
            if size(item) > left + (notice if last else 0):
                break
            counts[n] += 1
            left -= size(item)
        left += notice if counts[n] == len(section.items) else 0
    return "".join(
        s.show(counts[n]) if n in kept else s.more(len(s.items)) if s.items else "" for n, s in enumerate(sections)
    )


def _framed(sections: Sequence[Section], room: int, size: Size) -> tuple[set[int], int]:
    """Choose the sections whose frame and notice have room: all, else without the last of the highest rank.

    Returns them and the room that they and the notices of the others take.
    """
    kept = set(range(len(sections)))
    bare = [size(s.more(len(s.items))) if s.items else 0 for s in sections]
    total = sum(size(s.show(0)) for s in sections)
    for n in sorted(kept, key=lambda n: (-sections[n].rank, -n)):
        if total <= room or sections[n].rank == 0:
            break
        total -= size(sections[n].show(0)) - bare[n]
        kept.discard(n)
    return kept, total
