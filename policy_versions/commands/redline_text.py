"""A redline for terminals and pipes: the signs say everything, colour only helps the eye."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import click

from policy_versions.model import ChangeKind, Clause, ClauseChange, Lines, Segment, SegmentKind
from policy_versions.redline import segments, text

_SIGNS: Final = {ChangeKind.ADDED: ("+", "green"), ChangeKind.REMOVED: ("-", "red"), ChangeKind.MOVED: (">", "cyan")}
_MARKS: Final = {SegmentKind.INSERT: ("{+", "+}", "green"), SegmentKind.DELETE: ("[-", "-]", "red")}


def render(changes: Iterable[ClauseChange]) -> Iterator[str]:
    """Yield `@@ -old +new @@ headings`, then lines with `+` added, `-` removed, `>` moved, `~` [-old-]{+new+} words.

    A clause that says the same in another spelling (Email, E-mail) is shown with its words, though it means no change.
    """
    for change in changes:
        if change.kind is not ChangeKind.UNCHANGED or _respelt(change):
            yield click.style(_place(change), bold=True)
            yield from _body(change)
            yield ""


def _respelt(change: ClauseChange) -> bool:
    """Say whether a clause that stayed or moved differs all the same in its letters, signs or inline markup."""
    kept = change.kind in {ChangeKind.UNCHANGED, ChangeKind.MOVED}
    return kept and text(change.before) != text(change.after)


def _place(change: ClauseChange) -> str:
    where = (change.after or change.before)[0]
    heading = " › ".join(where.path)
    return f"@@ -{_span(change.before)} +{_span(change.after)} @@ {heading}".rstrip()


def _span(clauses: tuple[Clause, ...]) -> str:
    lines = Lines(clauses[0].lines.first, clauses[-1].lines.last) if clauses else Lines()
    return f"{lines.first},{lines.last}" if lines.first != lines.last else f"{lines.first}"


def _body(change: ClauseChange) -> Iterator[str]:
    if change.kind in _SIGNS and not _respelt(change):
        sign, colour = _SIGNS[change.kind]
        for clause in change.after or change.before:
            for line in clause.text.split("\n"):
                yield click.style(f"{sign} {line}", fg=colour)
        return
    sign = ">" if change.kind is ChangeKind.MOVED else "~"
    words = "".join(_word(segment.kind, segment.text) for segment in _segments(change))
    for line in words.split("\n"):
        yield f"{sign} {line}"


def _segments(change: ClauseChange) -> Sequence[Segment]:
    return segments(text(change.before), text(change.after)) if _respelt(change) else change.segments


def _word(kind: SegmentKind, text: str) -> str:
    if kind is SegmentKind.EQUAL:
        return text
    start, end, colour = _MARKS[kind]
    # A run that spans lines is marked on each of them, so that colour and signs never straddle a line end.
    return "\n".join(click.style(f"{start}{part}{end}", fg=colour) if part else "" for part in text.split("\n"))
