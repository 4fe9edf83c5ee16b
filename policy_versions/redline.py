"""What a reader sees struck out and written in: word by word, whole, and exact on both sides."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final

from policy_versions.alignment import align
from policy_versions.matching import in_order
from policy_versions.model import ChangeKind, Clause, ClauseChange, Document, Segment, SegmentKind
from policy_versions.wording import HAN

_UNITS: Final = "工作日|自然日|小时|分钟|周岁|星期|月|年|日|天|周|岁|次|元|项|款|条"
_WHOLE: Final = (
    rf"[0-9０-９]+(?:[.,][0-9]+)*个?(?:{_UNITS})|[一二三四五六七八九十百千万两半]+个?(?:{_UNITS})"
    "|未经|不会|不得|不能|不再|不可|可能|可以|能够|应当|必须|需要|将会|仅会|第三方|个人信息|我们|您的|以及|或者"
)
TOKEN: Final = re.compile(rf"{_WHOLE}|[{HAN}]|[^\W_{HAN}]+(?:[.\-@_'’][^\W_{HAN}]+)*|\s+|.", re.DOTALL)
_LINE: Final = re.compile(
    r"[^\n。！？；.!?;]*(?:[.!?;]+[^\s。！？；.!?;]+[^\n。！？；.!?;]*)*(?:[\n。！？；]+|[.!?;]+ *|$)"
)
BRIEF: Final = 12_000
"""Changed passages up to so many signs are compared by words at once, longer ones by sentences first."""
Part = tuple[str, str, bool]
"""Old text, new text, and whether they are equal."""
_JOINED: Final = frozenset((ChangeKind.CHANGED, ChangeKind.SPLIT, ChangeKind.MERGED))


def segments(before: str, after: str) -> tuple[Segment, ...]:
    """Compare two texts word by word; deletes before inserts, equal runs between.

    Equals and deletes joined are `before`, equals and inserts joined are `after`, to the character. Latin words,
    numbers, addresses and Chinese quantities, negations and modal words come out whole (六个月→三年, 不会→可能).
    Lines and sentences are matched first and words only inside what differs, so any size takes bounded time; a huge
    run without anything in common is told as one delete and one insert.
    """
    if before == after:
        return (Segment(SegmentKind.EQUAL, before),) if before else ()
    parts: list[Part] = []
    for old, new, same in _lines(before, after):
        if same:
            parts.append((old, new, True))
        else:
            parts += _settle(_runs(TOKEN.findall(old), TOKEN.findall(new), exact=True))
    return tuple(_tidy(parts))


def _lines(before: str, after: str) -> list[Part]:
    """Compare by sentence and line; what lies between the common ends stays one run where words can tell it exactly."""
    old, new = _LINE.findall(before), _LINE.findall(after)
    first = next((k for k, (x, y) in enumerate(zip(old, new, strict=False)) if x != y), min(len(old), len(new)))
    rest = min(len(old), len(new)) - first
    last = next((k for k in range(rest) if old[-1 - k] != new[-1 - k]), rest)
    left, right = old[first : len(old) - last], new[first : len(new) - last]
    x, y = "".join(left), "".join(right)
    middle = [(x, y, False)] if len(x) <= BRIEF and len(y) <= BRIEF else _runs(left, right, by_length=True)
    head, tail = "".join(old[:first]), "".join(old[len(old) - last :])
    return [(head, head, True), *middle, (tail, tail, True)]


def redline(before: Document, after: Document) -> tuple[ClauseChange, ...]:
    """Align two documents and compare the words of each changed, split or merged clause; `text` joins its clauses."""
    return tuple(
        replace(c, segments=segments(text(c.before), text(c.after))) if c.kind in _JOINED else c
        for c in align(before, after)
    )


def text(clauses: Sequence[Clause]) -> str:
    """Give the text that a change's segments are made from."""
    return "\n".join(c.text for c in clauses)


def _runs(old: list[str], new: list[str], *, exact: bool = False, by_length: bool = False) -> list[Part]:
    """Compare two lists of pieces: runs alternately equal and differing, joined."""
    numbers: dict[str, int] = {}
    a = [numbers.setdefault(x, len(numbers)) for x in old]
    b = [numbers.setdefault(x, len(numbers)) for x in new]
    runs: list[Part] = []
    i = j = start = 0  # an equal run goes from `start` to i in the old pieces
    for x, y in [
        *in_order(a, b, exact=exact, weights=[len(p) for p in old] if by_length else None),
        (len(old), len(new)),
    ]:
        if (i, j) != (x, y):
            if start < i:
                text = "".join(old[start:i])
                runs.append((text, text, True))
            runs.append(("".join(old[i:x]), "".join(new[j:y]), False))
            start = x
        i, j = x + 1, y + 1
    if start < len(old):
        text = "".join(old[start:])
        runs.append((text, text, True))
    return runs


def _settle(runs: list[Part]) -> Iterator[Part]:
    """Give up equal islands too small to help a reader: one space or sign between two replaced words."""
    last = len(runs) - 1
    for k, (old, new, same) in enumerate(runs):
        island = same and len(old) == 1 and 0 < k < last and not old.isalnum()
        yield old, new, same and not (island and all(runs[k - 1][:2]) and all(runs[k + 1][:2]))


def _tidy(parts: Sequence[Part]) -> Iterator[Segment]:
    """Join neighbours: between two equal runs at most one delete, then one insert."""
    for same, group in groupby(parts, key=lambda p: p[2]):
        run = list(group)
        for kind, side in ((SegmentKind.EQUAL, 0),) if same else ((SegmentKind.DELETE, 0), (SegmentKind.INSERT, 1)):
            joined = "".join(part[1] if side else part[0] for part in run)
            if joined:
                yield Segment(kind, joined)
