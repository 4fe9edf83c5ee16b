"""Markdown -> Document: a policy text as clauses with their headings and source lines.

How `Clause.text` relates to the source: it is the source's own characters with block markup left out (bullets and
numbers of Markdown lists, heading signs, `>`, the outer pipes of a table row, whose cells are joined by ` | `, and HTML
block tags), and soft-wrapped lines joined by one space, or by nothing between Chinese. Inline markup (`**`,
`[text](url)`, `<a>`) and plain numbering (一、（一）1、第X条) stay in it. So every substring of `Clause.text` that
stays inside one table cell is verbatim text of the source once white space is squashed: cut evidence from it
(`sentences` gives exact substrings) and never from `alignment.normalise`. `Clause.path` and `Clause.labels` are plain:
emphasis and numbering are taken off, so that they survive renumbering. `Clause.lead` is the text, ending in a colon,
that introduces a list item or a table row ("You may:").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from policy_versions.blocks import blocks
from policy_versions.model import Clause, ClauseKind, Document, Lines
from policy_versions.sentences import sentences
from policy_versions.structure import Block, label
from policy_versions.tables import blank_hidden, html_rows
from policy_versions.wording import signature

__all__ = ["cells", "parse", "sentences"]

MAX_HEADINGS: Final = 12
_LEAD: Final = re.compile(r"[:：][*_\s）)]*$")
_BREAKS: Final = re.compile("\r\n|\r|\u2028|\u2029|\u0085|\x0b|\x0c")
_SCALAR: Final = re.compile(r"([\w.-]+)\s*:\s*(.*)$")


def parse(text: str, language: str = "und") -> Document:
    """Cut a policy text into clauses, in document order.

    Any text is accepted; lines of the result are 1-based and counted at `\\n` only, as git does. No readable line is
    left out: what Markdown's own rules skip (too deep a nesting) becomes paragraphs. Time is linear in the text.
    """
    source, numbers = _lines(text.removeprefix("\ufeff"))
    rows = source.split("\n")
    matter, begin = _front_matter(rows)
    body = "\n".join([""] * begin + rows[begin:])
    tables, body = html_rows(blank_hidden(body))
    found = [(at, b) for at, b in (*blocks(body), *((0, t) for t in tables)) if _readable(b.text)]
    if tables:
        found.sort(key=lambda f: f[0] + f[1].first)
    clauses = _clauses([b for _, b in found], [at for at, _ in found], numbers)
    title = matter.get("title") or next((label(c.text) for c in clauses if c.kind is ClauseKind.HEADING), "")
    return Document(language, title, clauses, matter)


def _readable(text: str) -> bool:
    return text[:1].isalnum() or bool(signature(text))


def cells(clause: Clause) -> tuple[str, ...]:
    """Give the cells of a table row, verbatim; any other clause is one cell."""
    return tuple(clause.text.split(" | ")) if clause.kind is ClauseKind.ROW else (clause.text,)


def _lines(text: str) -> tuple[str, list[int] | None]:
    """Make every kind of line break one `\\n`; give the 0-based source line of each line where they differ."""
    source = text.replace("\r\n", "\n").replace("\0", "\ufffd")
    if not _BREAKS.search(source):
        return source, None
    numbers, at = [0], 0
    for match in re.finditer("[\n\r\u2028\u2029\u0085\x0b\x0c]", source):
        at += match[0] == "\n"
        numbers.append(at)
    return _BREAKS.sub("\n", source), numbers


def _front_matter(rows: Sequence[str]) -> tuple[dict[str, str], int]:
    if not rows or rows[0].rstrip() != "---":
        return {}, 0
    matter: dict[str, str] = {}
    for i, row in enumerate(rows[1:200], 1):
        if row.rstrip() in ("---", "..."):
            return matter, i + 1
        scalar = _SCALAR.match(row.strip("*_ ") if row.startswith(("*", "_")) else row)
        if scalar:
            matter[scalar[1]] = scalar[2].strip().strip("\"'")
        elif row.strip() and not row.startswith((" ", "\t", "-", "#")):
            return {}, 0
    return {}, 0


def _clauses(parts: Sequence[Block], starts: Sequence[int], numbers: Sequence[int] | None) -> tuple[Clause, ...]:
    """Decide which blocks are headings and give each clause the headings above it and what introduces it."""
    clauses: list[Clause] = []
    headings: list[tuple[str, str]] = []
    leads: dict[int, str] = {}
    for i, block in enumerate(parts):
        style = _heading_style(parts, i)
        kind = ClauseKind.HEADING if style else block.kind
        if style:
            _close(headings, style)
            leads.clear()
        path = tuple(name for _, name in headings)
        depth = block.depth + (kind is ClauseKind.ITEM and not block.depth)
        lead = (
            next((leads[d] for d in range(depth - 1, -1, -1) if leads.get(d)), "")
            if depth
            else leads.get(0, "")
            if kind is ClauseKind.ROW
            else ""
        )
        first, last = block.first + starts[i], block.last + starts[i]
        if numbers:
            first, last = numbers[first], numbers[last]
        clauses.append(Clause(path, i, kind, block.text, Lines(first + 1, last + 1), block.labels, lead, block.head))
        if style:
            headings.append((style, label(block.text)))
        elif kind is not ClauseKind.ROW:
            leads = {d: t for d, t in leads.items() if d < depth}
            leads[depth] = block.text if _LEAD.search(block.text[-8:]) else ""
    return tuple(clauses)


def _heading_style(blocks: Sequence[Block], i: int) -> str:
    """Name the kind of heading a block is, '' for none: `h2`, `bold`, or its numbering where no sibling is near."""
    block = blocks[i]
    if block.level:
        return f"h{block.level}"
    if not block.title:
        return ""
    if block.bold:
        return block.style if block.style not in ("", "bullet") else "bold"
    near = [blocks[k] for k in (i - 1, i + 1) if 0 <= k < len(blocks)]
    alone = not any(b.style == block.style and b.depth == block.depth for b in near) and i + 1 < len(blocks)
    return block.style if alone and not blocks[i + 1].level else ""


def _close(headings: list[tuple[str, str]], style: str) -> None:
    """Drop the headings that a new one of this style ends: same style or inside it; Markdown levels by their number."""
    styles = [s for s, _ in headings]
    if re.fullmatch("h[1-6]", style):
        keep = next((k for k, s in enumerate(styles) if not re.fullmatch("h[1-6]", s) or s >= style), len(styles))
    else:
        keep = styles.index(style) if style in styles else len(styles)
    del headings[min(keep, MAX_HEADINGS - 1) :]
