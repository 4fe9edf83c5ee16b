"""HTML left in Markdown: tables become rows, what no reader sees is blanked, and lines stay where they are."""

from __future__ import annotations

import re
from typing import Final

from policy_versions.model import ClauseKind
from policy_versions.structure import Block
from policy_versions.wording import visible

_HIDDEN: Final = (("<!--", "-->"), ("<script", "</script>"), ("<style", "</style>"))
_ROW: Final = re.compile(r"<tr\b[^<>]*>", re.IGNORECASE)
_CELL: Final = re.compile(r"<(t[dh])\b[^<>]*>", re.IGNORECASE)
_STRUCTURE: Final = re.compile(
    r"</?(?:table|thead|tbody|tfoot|tr|td|th|colgroup|col|caption|p|div|center)\b[^<>]*>", re.IGNORECASE
)
_NOT_NEWLINE: Final = re.compile(r"[^\n]+")
_SPACE: Final = re.compile(r"\s+")


def blank_hidden(source: str) -> str:
    """Blank comments, scripts and style sheets, lines kept; one without an end is left as it stands."""
    lower = source.lower() if "<" in source else ""
    for opening, closing in _HIDDEN:
        if opening not in lower:
            continue
        kept: list[str] = []
        at = 0
        while (start := lower.find(opening, at)) >= 0 and (end := lower.find(closing, start)) >= 0:
            kept += [source[at:start], "\n" * source.count("\n", start, end)]
            at = end + len(closing)
        source = "".join([*kept, source[at:]])
        lower = source.lower()
    return source


def html_rows(source: str) -> tuple[list[Block], str]:
    """Take the HTML tables out: their rows as blocks, and the source with their place blank."""
    lower = source.lower() if "<" in source else ""
    if "<table" not in lower or len(lower) != len(source):
        return [], source
    blocks: list[Block] = []
    kept, at, line = [], 0, 0
    while (start := lower.find("<table", at)) >= 0 and (end := lower.find("</table", start)) >= 0:
        line += source.count("\n", at, start)
        end = lower.find(">", end) + 1 or len(source)
        kept += [source[at:start], _NOT_NEWLINE.sub("", source[start:end])]
        blocks += _rows(source[start:end], line)
        line += source.count("\n", start, end)
        at = end
    return blocks, "".join([*kept, source[at:]])


def _rows(table: str, line: int) -> list[Block]:
    starts = [m.start() for m in _ROW.finditer(table)] or [0]
    caption = _words(table[: starts[0]])
    blocks = [Block(ClauseKind.PARAGRAPH, caption, line, line + table.count("\n", 0, starts[0]))] if caption else []
    labels: tuple[str, ...] = ()
    line += table.count("\n", 0, starts[0])
    for start, end in zip(starts, [*starts[1:], len(table)], strict=True):
        row = table[start:end]
        before, *rest = _CELL.split(row)
        kinds = {kind.lower() for kind in rest[::2]}
        texts = [_words(piece) for piece in rest[1::2]]
        if stray := _words(before):
            texts.insert(0, stray)
        head = start == starts[0] and bool(kinds) and (kinds == {"th"} or len(starts) > 2)
        closing = row.lower().find("</tr")
        last = line + (row[:closing].count("\n") if closing >= 0 else row.rstrip().count("\n"))
        blocks.append(Block(ClauseKind.ROW, " | ".join(texts), line, last, labels=() if head else labels, head=head))
        if head:
            labels = tuple(map(visible, texts))
        line += row.count("\n")
    return blocks


def _words(piece: str) -> str:
    return _SPACE.sub(" ", _STRUCTURE.sub("", piece)).strip()
