"""Markdown -> HTML in pieces that texts have in common: each is parsed once, and only its anchors differ by place.

A text is cut where no list, quote, table or HTML block can be open; one in which a part may reach further (a reference
definition, a fence, an HTML comment) is one piece. What depends on where a piece stands is left open in it: depths of
headings, anchors, margin marks, words for images. The places left open stand between NULs, which no Markdown text has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.front_matter import front_matter_plugin

from archive import emphasis

KEEP: Final = 20_000
"""Pieces of at most so many signs are kept in memory for the next text that has them too."""
_OPENERS: Final = frozenset(("paragraph_open", "list_item_open", "tr_open", "fence", "code_block", "blockquote_open"))
_FAR: Final = re.compile(r"\]:|```|~~~|<(?:script|pre|style|textarea|[?!])", re.IGNORECASE)
"""What may matter beyond the next blank line."""
_BORDER: Final = re.compile(r"\n[ \t]*\n(?=[A-Za-z\u4e00-\u9fff“《【（]|#{1,6} )")
_MATTER: Final = re.compile(r"---[ \t]*\n(?:.*\n)*?---[ \t]*(?:\n|$)")
_OPEN: Final = re.compile(r"\0([hamw]\d+)\0")


@dataclass(frozen=True, slots=True)
class Spot:
    """A block that gets an anchor: its 0-based line in the piece; `level` is 0 unless it is a heading with words."""

    line: int
    level: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """HTML with open places: `parts` are text and names of places in turn (`h` depth, `a` anchor, `m` mark, `w` words).

    The number of a place counts spots, for `w` it counts images; `lines` is how many lines the piece has.
    """

    parts: tuple[str, ...]
    spots: tuple[Spot, ...]
    images: tuple[str, ...]
    lines: int


@cache
def parser() -> MarkdownIt:
    """Set up Markdown: CommonMark with tables, strikethrough, front matter, and emphasis that works beside Chinese."""
    made = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return emphasis.install(made).use(front_matter_plugin)


def pieces(text: str) -> Iterator[Piece]:
    """Cut a text and compile each piece, or take it from memory."""
    source = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    for part in cut(source):
        yield _known(part) if len(part) <= KEEP else compile_(part)


def cut(source: str) -> Iterator[str]:
    """Cut a text where nothing can be open; joined, the pieces are the text."""
    start = 0
    matter = _MATTER.match(source) if source.startswith("---") else None
    if not _FAR.search(source) and (matter or not source.startswith("---")):
        for border in _BORDER.finditer(source, matter.end() if matter else 0):
            yield source[start : border.end()]
            start = border.end()
    yield source[start:]


@lru_cache(maxsize=2048)
def _known(part: str) -> Piece:
    return compile_(part)


def compile_(part: str) -> Piece:
    """Parse a piece and leave open what depends on where it stands."""
    tokens = parser().parse(part)
    images: list[str] = []
    for token in tokens:
        _open_images(token.children or [], images)
    spots: list[Spot] = []
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            level = int(token.tag[1])
            token.tag = tokens[at + 2].tag = f"\0h{len(spots)}\0"
            _leave_open(tokens, at, len(spots))
            spots.append(Spot((token.map or [0])[0], level, _plain(tokens[at + 1])))
        elif token.type in _OPENERS and token.map and not token.hidden and not _wraps(tokens, at):
            _leave_open(tokens, at, len(spots))
            spots.append(Spot(token.map[0]))
    html = str(parser().renderer.render(tokens, parser().options, {}))
    return Piece(tuple(_OPEN.split(html)), tuple(spots), tuple(images), part.count("\n"))


def _leave_open(tokens: Sequence[Token], at: int, number: int) -> None:
    token = tokens[at]
    token.info = ""  # a language's class would stand in the way of our own
    token.attrs["id"] = f"\0a{number}\0"
    inner = next((t for t in tokens[at : at + 6] if t.type == "inline"), None)
    if inner is not None and token.type not in ("fence", "code_block"):
        mark = Token("html_inline", "", 0, content=f"\0m{number}\0")
        inner.children = [mark, *(inner.children or [])]


def _open_images(children: Sequence[Token], images: list[str]) -> None:
    for token in children:
        if token.type == "image":
            images.append(token.content)
            token.type, token.content, token.children = "text", f"\0w{len(images) - 1}\0", None


def _wraps(tokens: Sequence[Token], at: int) -> bool:
    """Say whether a block only holds others that begin on its own line and carry the anchor themselves."""
    token, following = tokens[at], tokens[at + 1] if at + 1 < len(tokens) else None
    if following is None or token.type not in ("list_item_open", "blockquote_open"):
        return False
    inside = following.type in _OPENERS and not following.hidden
    return bool(inside and following.map and token.map and following.map[0] == token.map[0])


def _plain(token: Token) -> str:
    """Give the words of an inline token without its markup; places of images stay open."""
    return "".join(t.content for t in token.children or [] if t.type in ("text", "code_inline")).strip()
