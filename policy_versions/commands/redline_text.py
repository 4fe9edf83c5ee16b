"""A redline for terminals and pipes: the signs say everything, colour only helps the eye."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import click

from policy_versions.model import ChangeKind, Clause, ClauseChange, Lines, SegmentKind

_SIGNS: Final = {ChangeKind.ADDED: ("+", "green"), ChangeKind.REMOVED: ("-", "red"), ChangeKind.MOVED: (">", "cyan")}
_MARKS: Final = {SegmentKind.INSERT: ("{+", "+}", "green"), SegmentKind.DELETE: ("[-", "-]", "red")}


def render(changes: Iterable[ClauseChange]) -> Iterator[str]:
    """Yield `@@ -old +new @@ headings`, then lines with `+` added, `-` removed, `>` moved, `~` [-old-]{+new+} words."""
    for change in changes:
        if change.kind is not ChangeKind.UNCHANGED:
            yield click.style(_place(change), bold=True)
            yield from _body(change)
            yield ""


def _place(change: ClauseChange) -> str:
    where = (change.after or change.before)[0]
    heading = " › ".join(where.path)
    return f"@@ -{_span(change.before)} +{_span(change.after)} @@ {heading}".rstrip()


def _span(clauses: tuple[Clause, ...]) -> str:
    lines = Lines(clauses[0].lines.first, clauses[-1].lines.last) if clauses else Lines()
    return f"{lines.first},{lines.last}" if lines.first != lines.last else f"{lines.first}"


def _body(change: ClauseChange) -> Iterator[str]:
    if change.kind in _SIGNS:
        sign, colour = _SIGNS[change.kind]
        for clause in change.after or change.before:
            for line in clause.text.split("\n"):
                yield click.style(f"{sign} {line}", fg=colour)
        return
    words = "".join(_word(segment.kind, segment.text) for segment in change.segments)
    for line in words.split("\n"):
        yield f"~ {line}"


def _word(kind: SegmentKind, text: str) -> str:
    if kind is SegmentKind.EQUAL:
        return text
    start, end, colour = _MARKS[kind]
    # A run that spans lines is marked on each of them, so that colour and signs never straddle a line end.
    return "\n".join(click.style(f"{start}{part}{end}", fg=colour) if part else "" for part in text.split("\n"))
