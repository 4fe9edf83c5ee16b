"""Markdown -> safe HTML: headings and clauses with permanent anchors, margin marks, nothing that loads or runs.

Raw HTML in a policy is kept where it is harmless (a table, a line break) and dropped where it is not. Images, and links
that lead nowhere from here, become words. Ids and classes of our own carry a key made from the text's hash
until the sanitiser has run, so that raw HTML cannot pass for them.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from typing import Final

import nh3
from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token
from markupsafe import Markup, escape

from archive import pieces
from archive.pieces import Piece, Spot

_TAGS: Final = {
    "a", "abbr", "b", "blockquote", "br", "caption", "code", "dd", "del", "details", "div", "dl", "dt", "em",
    "h2", "h3", "h4", "h5", "h6", "hr", "i", "ins", "li", "ol", "p", "pre", "q", "s", "small", "span",
    "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
_ATTRIBUTES: Final[dict[str, set[str]]] = {
    "*": {"id", "class", "lang"},
    "a": {"href", "title", "aria-label"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
_SCHEMES: Final = {"http", "https", "mailto", "tel"}
_IMAGE: Final = re.compile(r"\0w(\d+)\0")
_Place = tuple[int, int]
_PUNCTUATION: Final = re.compile(r"[^\w\- ]")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the text: depth from 1, words and anchor."""

    depth: int
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A margin mark on the clause that begins at a source line (1-based)."""

    line: int
    href: str
    word: str
    label: str


@dataclass(frozen=True, slots=True)
class Words:
    """The few words that the HTML of a text needs, in the language of the page."""

    anchor: str = "#"
    image: Callable[[str], str] = field(default=lambda alt: alt)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text as safe HTML with its headings and the anchor at each source line (1-based) where a clause begins."""

    html: Markup
    headings: tuple[Heading, ...]
    anchors: Mapping[int, str]


def slug(text: str) -> str:
    """Make an anchor from a heading as GitHub does: lower case, Han kept, punctuation dropped, spaces as hyphens."""
    return _PUNCTUATION.sub("", text.strip().lower()).replace(" ", "-") or "section"


def document(text: str, *, marks: Sequence[Mark] = (), words: Words | None = None) -> Rendered:
    """Render a policy text; its outermost heading becomes h2 and no level is skipped below it."""
    key = "k" + hashlib.sha256(text.encode()).hexdigest()[:16]
    page = _Page(list(pieces.pieces(text.removeprefix("\ufeff"))), key, words or Words())
    page.outline()
    page.anchor_clauses()
    page.place(marks)
    return Rendered(_clean("".join(page.html()), key), tuple(page.headings), page.anchors)


@lru_cache(maxsize=4096)
def inline(text: str) -> Markup:
    """Render the inline markup of one clause; what stays the same between versions is rendered once."""
    if not re.search(r"[*_`\[<~&\\]", text):
        return escape(text)
    tokens = pieces.parser().parseInline(text)
    _settle_images(tokens[0].children or [], Words())
    return _clean(str(pieces.parser().renderer.render(tokens, pieces.parser().options, {})), "k-none")


def _clean(html: str, key: str) -> Markup:
    """Sanitise; of ids and classes only those that carry the key survive, without it."""

    def keep(_tag: str, attribute: str, value: str) -> str | None:
        if attribute in ("id", "class"):
            return value.removeprefix(key) if value.startswith(key) else None
        if attribute == "href" and value.startswith(key):
            return value.removeprefix(key)
        if attribute == "href" and not (value.startswith("#") or value.partition(":")[0].lower() in _SCHEMES):
            return None
        return value

    cleaned = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=keep,
        url_schemes=_SCHEMES,
        link_rel=None,
        clean_content_tags={"script", "style", "iframe", "object", "embed", "noscript", "template", "title"},
    )
    return Markup(cleaned)  # noqa: S704 - what the sanitiser let through


def _settle_images(children: Sequence[Token], words: Words) -> None:
    """Turn images into words: the archive loads nothing from elsewhere."""
    for token in children:
        if token.type == "image":
            token.type, token.content, token.children = "text", words.image(token.content), None


class _Page:
    """One text on its way from pieces to HTML; a spot is told by its piece and its number there."""

    def __init__(self, parts: Sequence[Piece], key: str, words: Words) -> None:
        self.parts, self.key, self.words = parts, key, words
        self.headings: list[Heading] = []
        self.anchors: dict[int, str] = {}
        self._by_line: dict[int, _Place] = {}
        self._names: dict[_Place, str] = {}
        self._depths: dict[_Place, int] = {}
        self._marks: dict[_Place, str] = {}
        self._used: Counter[str] = Counter()
        self._starts = list(accumulate((p.lines for p in parts), initial=1))

    def outline(self) -> None:
        """Give headings their depth in the outline and an anchor of their words."""
        above: list[int] = []
        for place, spot in self._spots():
            if not spot.level:
                continue
            while above and above[-1] >= spot.level:
                above.pop()
            above.append(spot.level)
            self._depths[place] = min(len(above), 5)
            images = self.parts[place[0]].images
            text = _IMAGE.sub(lambda m, images=images: self.words.image(images[int(m[1])]), spot.text).strip()  # type: ignore[misc]
            self._names[place] = self._unique(slug(text))
            self.headings.append(Heading(self._depths[place], text, self._names[place]))

    def anchor_clauses(self) -> None:
        """Number the clauses below each heading: paragraph, item, row; the innermost block of a line has the anchor."""
        section, number = "p", 0
        for place, spot in self._spots():
            if spot.level:
                section, number = self._names[place], 0
            else:
                number += 1
                self._names[place] = self._unique(f"{section}.{number}")
            line = self._starts[place[0]] + spot.line
            self.anchors[line] = self._names[place]
            self._by_line[line] = place

    def place(self, marks: Sequence[Mark]) -> None:
        """Put each mark at the start of the block that covers its line, once a block."""
        starts = sorted(self._by_line)
        for mark in marks if starts else ():
            place = self._by_line[starts[max(bisect_right(starts, mark.line) - 1, 0)]]
            if place not in self._marks:
                self._marks[place] = (
                    f'<a class="{self.key}mark" href="{self.key}{escape(mark.href)}" '
                    f'aria-label="{escape(mark.label)}">{escape(mark.word)}</a>'
                )

    def html(self) -> Iterator[str]:
        """Give the HTML with all places filled in."""
        for at, piece in enumerate(self.parts):
            for odd, part in enumerate(piece.parts):
                yield self._fill(at, part[0], int(part[1:])) if odd % 2 else part

    def _fill(self, at: int, kind: str, number: int) -> str:
        if kind == "w":
            return escapeHtml(self.words.image(self.parts[at].images[number]))
        if kind == "h":
            return f"h{self._depths[at, number] + 1}"
        marked = self._marks.get((at, number), "")
        if kind == "m":
            return marked
        return self.key + self._names[at, number] + (f'" class="{self.key}changed' if marked else "")

    def _spots(self) -> Iterator[tuple[_Place, Spot]]:
        for at, piece in enumerate(self.parts):
            for number, spot in enumerate(piece.spots):
                yield (at, number), spot

    def _unique(self, anchor: str) -> str:
        self._used[anchor] += 1
        return anchor if self._used[anchor] == 1 else self._unique(f"{anchor}-{self._used[anchor] - 1}")
