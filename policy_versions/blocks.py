"""Markdown -> blocks, with markdown-it for what Markdown knows and our own rules for the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from policy_versions.model import ClauseKind
from policy_versions.structure import Block, cut, label
from policy_versions.wording import HAN

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

KEEP: Final = 20_000
"""Pieces of at most so many signs are kept in memory for the next text that has them too."""
_BORDER: Final = re.compile(
    rf"\n[ \t]*\n(?=[A-Za-z{HAN}“《【（]|#{{1,6}} )|\n(?=#{{1,6}} )"
    r"|^ {0,3}(?P<fence>`{3,}|~{3,})(?P<info>[^\n]*)",
    re.MULTILINE,
)
_HIDDEN_FENCE: Final = re.compile(
    r"^[ \t]*(?:[-*+>]|\d+[.)])[^\n]*(?:```|~~~)|^(?: {4}|\t)[ \t]*(?:```|~~~)", re.MULTILINE
)
"""A fence inside a list or a quote: what is open where cannot be told by lines."""
_PROSE: Final = re.compile(rf"\n*(?:[A-Za-z{HAN}“《【（][^\n|]*(?:\n|$))*\n*")


_WIDE: Final = re.compile(r"^(?:[^\n|]*\|){400}", re.MULTILINE)
"""No table has so many columns; read as one, a line of pipes would cost seconds."""


@cache
def _markdown(*, tables: bool = True) -> MarkdownIt:
    from markdown_it import MarkdownIt  # noqa: PLC0415 - 60 ms that `--help` need not pay

    # Indented text is prose in policies, HTML is cut by our own rules, and reference definitions are visible text.
    return (
        MarkdownIt("commonmark")
        .enable(["table"] if tables else [])
        .disable(["code", "html_block", "reference", "inline", "text_join"], ignoreInvalid=True)
    )


def blocks(source: str) -> Iterator[tuple[int, Block]]:
    """Give the blocks of a Markdown text in order, each with the 0-based line that its own lines count from.

    The text is parsed in pieces that begin where no list, quote, table or fence can be open, and equal pieces once.
    """
    at = 0
    for piece in _pieces(source):
        found = known(piece) if len(piece) <= KEEP else _parse(piece)
        for block in found:
            yield at, block
        at += piece.count("\n")


def _pieces(source: str) -> Iterator[str]:
    if _HIDDEN_FENCE.search(source):
        yield source
        return
    start = 0
    fence = ""
    for match in _BORDER.finditer(source):
        mark = match["fence"]
        if mark:
            if not fence:
                fence = mark
            elif mark.startswith(fence) and not match["info"].strip():
                fence = ""
        elif not fence and match.end() > start:
            yield source[start : match.end()]
            start = match.end()
    yield source[start:]


@lru_cache(maxsize=8192)
def known(piece: str) -> tuple[Block, ...]:
    """Give the blocks of a piece that another text may have as well."""
    return _parse(piece)


def _parse(piece: str) -> tuple[Block, ...]:
    if _PROSE.fullmatch(piece):  # nothing but a paragraph, as most pieces are
        text = piece.strip("\n")
        first = len(piece) - len(piece.lstrip("\n"))
        return tuple(cut("\n".join(map(str.strip, text.split("\n"))), first, ClauseKind.PARAGRAPH)) if text else ()
    walk = _Walk()
    return tuple(
        b for token in _markdown(tables=not _WIDE.search(piece)).parse(piece) for b in walk.step(token)
    ) + tuple(walk.missed(piece.split("\n")))


@dataclass(slots=True)
class _Walk:
    """What is open around the current Markdown token."""

    lists: list[str] = field(default_factory=list)  # the style of each open list
    fresh: bool = False  # at the first text of a list item
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
                ClauseKind.ROW,
                " | ".join(row),
                self.span[0],
                self.span[1] - 1,
                labels=() if self.head else self.labels,
                head=self.head or not any(self.labels),
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
