"""Two texts -> the rows of a redline page: changes numbered, long unchanged runs folded, moves marked at both ends."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache, lru_cache
from typing import Final

from markupsafe import Markup, escape

from archive import render
from archive.strings import Strings, load
from policy_versions import document, redline
from policy_versions.alignment import align
from policy_versions.model import ChangeKind, Clause, ClauseChange, ClauseKind, Document, Segment, SegmentKind

FOLD: Final = 3
"""So many unchanged clauses in a row are folded."""
LONG: Final = 24
"""Of a longer run only the clauses next to the changes are on the page; the rest is left to the full text."""
CONTEXT: Final = 4
"""So many clauses at each end of a long run are on the page."""
_LINK: Final = re.compile(r"(?<!!)\[([^\[\]\n]+)\]\(([^()\s]*)\)")
_JOINED: Final = frozenset((ChangeKind.CHANGED, ChangeKind.SPLIT, ChangeKind.MERGED))
_MARKERS: Final = re.compile(r"\*\*|__|(?<!\w)\*(?=\S)|(?<=\S)\*(?!\w)")


class RowKind(StrEnum):
    """What a row of a redline shows."""

    UNCHANGED = "unchanged"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"
    SPLIT = "split"
    MERGED = "merged"
    TYPOGRAPHY = "typography"
    MOVED_AWAY = "moved-away"


@dataclass(frozen=True, slots=True)
class Row:
    """One clause, or several that belong together; `number` counts changes from 1 and is 0 for what did not change."""

    kind: RowKind
    before: tuple[Clause, ...]
    after: tuple[Clause, ...]
    segments: tuple[Segment, ...] = ()
    number: int = 0

    @property
    def clause(self) -> Clause:
        """Return the clause that says where this row stands."""
        return (self.after or self.before)[0]

    @property
    def heading(self) -> bool:
        """Say whether this is a heading of the text."""
        return self.clause.kind is ClauseKind.HEADING


@dataclass(frozen=True, slots=True)
class Block:
    """A run of rows for the page: folded ones are all unchanged; `where` names the section when it was folded away.

    Of a long folded run `left_out` rows are missing after the first CONTEXT ones.
    """

    rows: tuple[Row, ...]
    folded: bool = False
    where: str = ""
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """All rows of a redline in the order of the new text."""

    rows: tuple[Row, ...]

    @property
    def changes(self) -> tuple[Row, ...]:
        """Return the rows that differ, numbered from 1."""
        return tuple(r for r in self.rows if r.number)


@lru_cache(maxsize=8)
def parsed(text: str, language: str) -> Document:
    """Cut a text into clauses, remembering the last few: a timeline compares each text twice."""
    return document.parse(text, language)


@lru_cache(maxsize=6)
def compare(before: str, after: str, language: str) -> Comparison:
    """Compare two texts of one language."""
    changes = align(parsed(before, language), parsed(after, language))
    rows = _with_departures([_row(c) for c in changes])
    numbered, count = [], 0
    for row in rows:
        changed = row.kind not in (RowKind.UNCHANGED, RowKind.MOVED_AWAY)
        count += changed
        numbered.append(replace(row, number=count if changed else 0))
    return Comparison(tuple(numbered))


def _row(change: ClauseChange) -> Row:
    if change.kind is ChangeKind.UNCHANGED and _source(change.before) != _source(change.after):
        return Row(RowKind.TYPOGRAPHY, change.before, change.after, _compared(change))
    segments = _compared(change) if change.kind in _JOINED else ()
    return Row(RowKind(change.kind), change.before, change.after, segments)


def _compared(change: ClauseChange) -> tuple[Segment, ...]:
    """Compare the words of a change; a link whose address is on both sides is its words, unless it is the change."""
    before, after = redline.text(change.before), redline.text(change.after)
    same = {m[2] for m in _LINK.finditer(before)} & {m[2] for m in _LINK.finditer(after)}
    if same:
        old, new = (_LINK.sub(lambda m: m[1] if m[2] in same else m[0], side) for side in (before, after))
        if old != new:
            return redline.segments(old, new)
    return redline.segments(before, after)


def _source(clauses: Sequence[Clause]) -> list[str]:
    return [" ".join(c.text.split()) for c in clauses]


def _with_departures(rows: list[Row]) -> list[Row]:
    """Put a row where each moved clause stood, so that its leaving is seen too."""
    stood: dict[int, int] = {}
    for at, row in enumerate(rows):
        if row.kind is not RowKind.MOVED:
            stood.update((c.ordinal, at) for c in row.before)
    behind: dict[int, list[Row]] = {}
    known = sorted(stood)
    for row in rows:
        if row.kind is RowKind.MOVED and row.before:
            place = max((o for o in known if o < row.before[0].ordinal), default=-1)
            behind.setdefault(stood.get(place, -1), []).append(Row(RowKind.MOVED_AWAY, row.before, row.after))
    result = list(behind.get(-1, ()))
    for at, row in enumerate(rows):
        result += [row, *behind.get(at, ())]
    return result


def blocks(comparison: Comparison) -> Iterator[Block]:
    """Group the rows for the page: runs of unchanged clauses are folded, a heading right before a change is not."""
    run: list[Row] = []
    for row in comparison.rows:
        if row.kind is RowKind.UNCHANGED:
            run.append(row)
            continue
        last = run.pop() if run and run[-1].heading else None
        folded = len(run) >= FOLD
        if run:
            yield _run(run)
        if last:
            yield Block((last,))
        path = row.clause.path
        yield Block((row,), where=path[-1] if path and folded and not last and not row.heading else "")
        run = []
    if run:
        yield _run(run)


def _run(rows: Sequence[Row]) -> Block:
    """Fold a run of unchanged rows if it is worth it, and leave out the middle of a long one."""
    if len(rows) <= LONG:
        return Block(tuple(rows), len(rows) >= FOLD)
    return Block((*rows[:CONTEXT], *rows[-CONTEXT:]), folded=True, left_out=len(rows) - 2 * CONTEXT)


def inline(row: Row, t: Strings) -> Markup:
    """Render a row in one column, with `<ins>` and `<del>` and the words that screen readers say."""
    if row.segments:
        return _segments(row.segments, t)
    if row.kind in (RowKind.REMOVED, RowKind.MOVED_AWAY):
        return _whole("del", row.before, t) if row.kind is RowKind.REMOVED else _words(row.before)
    return _whole("ins", row.after, t) if row.kind is RowKind.ADDED else _words(row.after)


def side(row: Row, t: Strings, *, new: bool) -> Markup:
    """Render one side of a row for two columns; empty where that side has nothing."""
    clauses = row.after if new else row.before
    if not clauses:
        return Markup()
    if row.segments:
        dropped = SegmentKind.DELETE if new else SegmentKind.INSERT
        return _segments([s for s in row.segments if s.kind is not dropped], t)
    if row.kind in (RowKind.ADDED, RowKind.REMOVED):
        return _whole("ins" if new else "del", clauses, t)
    return _words(clauses)


def _segments(segments: Iterable[Segment], t: Strings) -> Markup:
    return Markup().join(_segment(s, t) for s in segments)


def _segment(segment: Segment, t: Strings) -> Markup:
    text = readable(segment.text)
    if segment.kind is SegmentKind.EQUAL:
        return escape(text)
    return _tagged("ins" if segment.kind is SegmentKind.INSERT else "del", escape(text), t)


def readable(text: str) -> str:
    """Drop emphasis marks, unless they are all there is: then they are the change."""
    bare = _MARKERS.sub("", text)
    return bare if bare.strip() or not text.strip() else text


def _whole(tag: str, clauses: Sequence[Clause], t: Strings) -> Markup:
    return _tagged(tag, _words(clauses), t)


def _tagged(tag: str, inner: Markup, t: Strings) -> Markup:
    before, after = _brackets(tag, t.language)
    return Markup(f"{before}{inner}{after}")  # noqa: S704 - `inner` is markup already


@cache
def _brackets(tag: str, language: str) -> tuple[str, str]:
    """Give what stands around an insertion or a deletion, with the words that screen readers say."""
    t = load(language)
    word = escape(t("redline.added" if tag == "ins" else "redline.removed") + t("layout.colon"))
    return f'<{tag}><span class="hidden">[{word}</span>', f'<span class="hidden">]</span></{tag}>'


def _words(clauses: Sequence[Clause]) -> Markup:
    return Markup("\n").join(render.inline(c.text) for c in clauses)


def first_lines(comparison: Comparison) -> Iterator[tuple[Row, int]]:
    """Give for each change the line of the new text where its mark belongs; a removal's is that of what follows it."""
    waiting: list[Row] = []
    last = 1
    for row in comparison.rows:
        if not row.after or row.kind is RowKind.MOVED_AWAY:
            waiting += [row] if row.number else []
            continue
        line = row.after[0].lines.first
        if row.number:
            yield row, line
        yield from ((r, line) for r in waiting)
        waiting, last = [], row.after[-1].lines.first
    yield from ((r, last) for r in waiting)
