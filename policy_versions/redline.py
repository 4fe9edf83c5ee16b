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

_TOKEN: Final = re.compile(rf"[{HAN}]|[^\W_{HAN}]+(?:[.\-@_'’][^\W_{HAN}]+)*|\s+|.", re.DOTALL)
_LINE: Final = re.compile(r"[^\n。！？；]*(?:[\n。！？；]|$)|(?s:.)")
_UNIT: Final = re.compile(
    r"[0-9０-９一二三四五六七八九十百千万两半]+(?:个?(?:工作日|自然日|小时|分钟|周岁|星期|月|年|日|天|周|岁|次|元|项|款|条))?"
)
_WHOLE: Final = re.compile(
    _UNIT.pattern
    + r"|未经|不会|不得|不能|不再|不可|可能|可以|能够|应当|必须|需要|将会|仅会|仅|不"
    + r"|第三方|个人信息|我们|您的|以及|或者|或|和|及|与"
)
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
    parts: list[tuple[SegmentKind, str]] = []
    for old, new in _runs(_cut(_LINE, before), _cut(_LINE, after)):
        if old == new:
            parts.append((SegmentKind.EQUAL, "".join(old)))
        else:
            parts += _words("".join(old), "".join(new))
    return tuple(_tidy(parts))


def redline(before: Document, after: Document) -> tuple[ClauseChange, ...]:
    """Align two documents and compare the words of each changed, split or merged clause; `text` joins its clauses."""
    return tuple(
        replace(c, segments=segments(text(c.before), text(c.after))) if c.kind in _JOINED else c
        for c in align(before, after)
    )


def text(clauses: Sequence[Clause]) -> str:
    """Give the text that a change's segments are made from."""
    return "\n".join(c.text for c in clauses)


def _cut(pattern: re.Pattern[str], value: str) -> list[str]:
    return [m[0] for m in pattern.finditer(value) if m[0]]


def _runs(old: list[str], new: list[str]) -> Iterator[tuple[list[str], list[str]]]:
    """Give alternating runs of pieces: equal ones as the same list twice, differing ones as they stand."""
    numbers: dict[str, int] = {}
    a = [numbers.setdefault(x, len(numbers)) for x in old]
    b = [numbers.setdefault(x, len(numbers)) for x in new]
    i = j = 0
    for x, y in [*in_order(a, b), (len(old), len(new))]:
        if i < x or j < y:
            yield old[i:x], new[j:y]
        if x < len(old):
            yield [old[x]], [new[y]]
        i, j = x + 1, y + 1


def _words(before: str, after: str) -> Iterator[tuple[SegmentKind, str]]:
    for old, new, same in _settle(list(_runs(_tokens(before), _tokens(after)))):
        if same:
            yield SegmentKind.EQUAL, old
        else:
            yield from ((SegmentKind.DELETE, old), (SegmentKind.INSERT, new))


def _tokens(value: str) -> list[str]:
    """Cut into words; what must stay whole in Chinese is one token."""
    found: list[str] = []
    at = 0
    for match in _WHOLE.finditer(value):
        if match.start() < at or (
            match.start()
            and value[match.start() - 1].isascii()
            and value[match.start() - 1].isalnum()
            and match[0][0].isascii()
        ):
            continue
        found += _cut(_TOKEN, value[at : match.start()])
        found.append(match[0])
        at = match.end()
    return found + _cut(_TOKEN, value[at:])


def _settle(runs: list[tuple[list[str], list[str]]]) -> Iterator[tuple[str, str, bool]]:
    """Give up equal islands too small to help a reader: one space or sign between two replaced words."""
    joined: list[tuple[str, str, bool]] = []
    for same, group in groupby(runs, key=lambda r: r[0] == r[1]):
        pieces = list(group)
        joined.append(("".join("".join(o) for o, _ in pieces), "".join("".join(n) for _, n in pieces), same))
    for k, (old, new, same) in enumerate(joined):
        island = same and len(old) == 1 and not old.isalnum() and 0 < k < len(joined) - 1
        between = island and all(joined[k - 1][:2]) and all(joined[k + 1][:2])
        yield old, new, same and not between


def _tidy(parts: Sequence[tuple[SegmentKind, str]]) -> Iterator[Segment]:
    """Join neighbours: between two equal runs at most one delete, then one insert."""
    for equal, group in groupby(parts, key=lambda p: p[0] is SegmentKind.EQUAL):
        run = list(group)
        kinds = (SegmentKind.EQUAL,) if equal else (SegmentKind.DELETE, SegmentKind.INSERT)
        for kind in kinds:
            joined = "".join(value for k, value in run if k is kind)
            if joined:
                yield Segment(kind, joined)
