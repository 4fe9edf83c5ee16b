"""Markdown -> Document: a policy text as clauses with their headings and source lines.

How `Clause.text` relates to the source: it is the source's own characters with block markup left out (bullets and
numbers of Markdown lists, heading signs, `>`, the outer pipes of a table row, whose cells are joined by ` | `, and HTML
block tags), and soft-wrapped lines joined by one space, or by nothing beside Chinese. Inline markup (`**`,
`[text](url)`, `<a>`) and plain numbering (一、（一）1、第X条) stay in it. So every substring of `Clause.text` that
stays inside one table cell is verbatim text of the source once white space is squashed: cut evidence from it
(`sentences` gives exact substrings) and never from `alignment.normalise`. `Clause.path` and `Clause.labels` are plain:
emphasis and numbering are taken off, so that they survive renumbering. `Clause.lead` is the text, ending in a colon,
that introduces a list item or a table row ("You may:").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Final

from policy_versions.model import Clause, ClauseKind, Document, Lines
from policy_versions.sentences import sentences
from policy_versions.structure import Block, cut, unnumbered
from policy_versions.tables import blank_hidden, html_rows
from policy_versions.wording import signature, visible

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

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
    blocks = [b for b in sorted([*_blocks(body), *tables], key=lambda b: b.first) if _readable(b.text)]
    clauses = _clauses(blocks, numbers)
    title = matter.get("title") or next((label(c.text) for c in clauses if c.kind is ClauseKind.HEADING), "")
    return Document(language, title, clauses, matter)


def _readable(text: str) -> bool:
    return text[:1].isalnum() or bool(signature(text))


def cells(clause: Clause) -> tuple[str, ...]:
    """Give the cells of a table row, verbatim; any other clause is one cell."""
    return tuple(clause.text.split(" | ")) if clause.kind is ClauseKind.ROW else (clause.text,)


def label(text: str) -> str:
    """Give a heading's words without emphasis and numbering, as they stand in `Clause.path`."""
    return unnumbered(visible(text)).strip(" :：")


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


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt  # noqa: PLC0415 - 60 ms that `--help` need not pay

    # Indented text is prose in policies, HTML is cut by our own rules, and reference definitions are visible text.
    return (
        MarkdownIt("commonmark")
        .enable("table")
        .disable(["code", "html_block", "reference", "inline", "text_join"], ignoreInvalid=True)
    )


def _blocks(source: str) -> Iterator[Block]:
    walk = _Walk()
    for token in _markdown().parse(source):
        yield from walk.step(token)
    yield from walk.missed(source.split("\n"))


@dataclass(slots=True)
class _Walk:
    """What is open around the current Markdown token."""

    lists: list[str] = field(default_factory=list)  # the style of each open list
    fresh: bool = False  # at the first text of a list item
    single: list[bool] = field(default_factory=list)
    quotes: int = 0
    level: int = 0
    labels: tuple[str, ...] = ()
    head: bool = False
    row: list[str] | None = None
    span: tuple[int, int] = (0, 0)
    seen: list[tuple[int, int]] = field(default_factory=list)

    def step(self, token: Token) -> Iterator[Block]:
        kind = token.type
        if kind == "inline":
            yield from self._inline(token)
        elif kind in ("fence", "code_block") and token.map:
            self.seen.append((token.map[0], token.map[1]))
            yield from cut(token.content, token.map[0] + (kind == "fence"), ClauseKind.CODE)
        elif kind.startswith(("tr_", "thead_", "table_")):
            yield from self._table(token)
        elif kind == "hr" and token.map:
            self.seen.append((token.map[0], token.map[1]))
        else:
            self._container(token)

    def _container(self, token: Token) -> None:
        kind = token.type
        if kind in ("bullet_list_open", "ordered_list_open"):
            self.lists.append("bullet" if kind[0] == "b" else "num")
        elif kind in ("bullet_list_close", "ordered_list_close"):
            self.lists.pop()
        elif kind == "list_item_open":
            self.fresh = True
        elif kind == "blockquote_open":
            self.quotes += 1
        elif kind == "blockquote_close":
            self.quotes -= 1
        elif kind == "heading_open":
            self.level = int(token.tag[1])

    def _inline(self, token: Token) -> Iterator[Block]:
        first, end = token.map or (0, 0)
        self.seen.append((first, end))
        if self.row is not None:
            self.row.append(token.content.strip())
            return
        if self.level:
            level, self.level = self.level, 0
            text = " ".join(token.content.split("\n"))
            yield Block(ClauseKind.HEADING, text, first, end - 1, level=level)
            return
        kind = ClauseKind.QUOTE if self.quotes else ClauseKind.PARAGRAPH
        style = ""
        if self.lists and self.fresh:
            kind, style, self.fresh = (ClauseKind.QUOTE if self.quotes else ClauseKind.ITEM), self.lists[-1], False
        yield from cut(token.content, first, kind, len(self.lists), style)

    def _table(self, token: Token) -> Iterator[Block]:
        if token.type == "table_open":
            self.labels = ()
        if token.map and token.nesting == 1:
            self.span = (token.map[0], token.map[1])
            self.seen.append(self.span)
        if token.type == "tr_open":
            self.row = []
        elif token.type in ("thead_open", "thead_close"):
            self.head = token.nesting == 1
        elif token.type == "tr_close" and self.row is not None:
            row, self.row = self.row, None
            yield Block(
                ClauseKind.ROW, " | ".join(row), self.span[0], self.span[1] - 1, labels=() if self.head else self.labels
            )
            if self.head or not any(self.labels):
                self.labels = tuple(map(label, row))

    def missed(self, rows: Sequence[str]) -> Iterator[Block]:
        """Give the readable lines that no token covers, so that nothing falls through."""
        at = 0
        for first, end in sorted([*self.seen, (len(rows), len(rows))]):
            if first > at and any(c.isalnum() for c in "".join(rows[at:first])):
                yield from cut("\n".join(row.strip(" \t>") for row in rows[at:first]), at, ClauseKind.PARAGRAPH)
            at = max(at, end)


def _clauses(blocks: Sequence[Block], numbers: Sequence[int] | None) -> tuple[Clause, ...]:
    """Decide which blocks are headings and give each clause the headings above it and what introduces it."""
    clauses: list[Clause] = []
    headings: list[tuple[str, str]] = []
    leads: dict[int, str] = {}
    for i, block in enumerate(blocks):
        style = _heading_style(blocks, i)
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
        first, last = (numbers[block.first], numbers[block.last]) if numbers else (block.first, block.last)
        clauses.append(Clause(path, i, kind, block.text, Lines(first + 1, last + 1), block.labels, lead))
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
