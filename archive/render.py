"""Markdown -> safe HTML: headings and clauses with permanent anchors, margin marks, nothing that loads or runs.

Raw HTML in a policy is kept where it is harmless (a table, a line break) and dropped where it is not. Images, and links
that lead nowhere from here, become words. Ids and classes of our own carry a key made from the text's hash
until the sanitiser has run, so that raw HTML cannot pass for them.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Final

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape
from mdit_py_plugins.front_matter import front_matter_plugin

from archive import emphasis

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
_OPENERS: Final = frozenset(("paragraph_open", "list_item_open", "tr_open", "fence", "code_block", "blockquote_open"))
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


@cache
def _parser() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return emphasis.install(made).use(front_matter_plugin)


def slug(text: str) -> str:
    """Make an anchor from a heading as GitHub does: lower case, Han kept, punctuation dropped, spaces as hyphens."""
    return _PUNCTUATION.sub("", text.strip().lower()).replace(" ", "-") or "section"


def document(text: str, *, marks: Sequence[Mark] = (), words: Words | None = None) -> Rendered:
    """Render a policy text; its outermost heading becomes h2 and no level is skipped below it."""
    tokens = _parser().parse(text.removeprefix("\ufeff"))
    page = _Page(tokens, "k" + hashlib.sha256(text.encode()).hexdigest()[:16], words or Words())
    page.outline()
    page.anchor_clauses()
    page.place(marks)
    html = str(_parser().renderer.render(tokens, _parser().options, {}))
    return Rendered(_clean(html, page.key), tuple(page.headings), page.anchors)


@lru_cache(maxsize=10_000)
def inline(text: str) -> Markup:
    """Render the inline markup of one clause; what stays the same between versions is rendered once."""
    if not re.search(r"[*_`\[<~&\\]", text):
        return escape(text)
    tokens = _parser().parseInline(text)
    _settle_links(tokens[0].children or [], Words())
    return _clean(str(_parser().renderer.render(tokens, _parser().options, {})), "k-none")


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


def _settle_links(children: Sequence[Token], words: Words) -> None:
    """Turn images into words: the archive loads nothing from elsewhere."""
    for token in children:
        if token.type == "image":
            token.type, token.content, token.children = "text", words.image(token.content), None


class _Page:
    """One text on its way from tokens to HTML."""

    def __init__(self, tokens: list[Token], key: str, words: Words) -> None:
        self.tokens, self.key, self.words = tokens, key, words
        self.headings: list[Heading] = []
        self.anchors: dict[int, str] = {}
        self._by_line: dict[int, Token] = {}
        self._used: Counter[str] = Counter()
        for token in tokens:
            _settle_links(token.children or [], words)

    def outline(self) -> None:
        """Give headings their depth in the outline and an anchor of their words."""
        above: list[int] = []
        for at, token in enumerate(self.tokens):
            if token.type != "heading_open":
                continue
            level = int(token.tag[1])
            while above and above[-1] >= level:
                above.pop()
            above.append(level)
            depth = min(len(above), 5)
            text = _plain(self.tokens[at + 1])
            anchor = self._unique(slug(text))
            token.tag = self.tokens[at + 2].tag = f"h{depth + 1}"
            self._name(token, anchor)
            self.headings.append(Heading(depth, text, anchor))

    def anchor_clauses(self) -> None:
        """Number the clauses below each heading: paragraph, item, row; the innermost block of a line has the anchor."""
        section, number = "p", 0
        for at, token in enumerate(self.tokens):
            if token.type == "heading_open":
                section, number = str(token.attrs["id"]).removeprefix(self.key), 0
            if token.type not in _OPENERS or not token.map or token.hidden or self._wraps(at):
                continue
            number += 1
            self._name(token, self._unique(f"{section}.{number}"))

    def place(self, marks: Sequence[Mark]) -> None:
        """Put each mark at the start of the block that covers its line, once a block."""
        starts = sorted(self._by_line)
        done: set[int] = set()
        for mark in marks:
            line = max((s for s in starts if s <= mark.line), default=starts[0] if starts else 0)
            token = self._by_line.get(line)
            if token is None or line in done:
                continue
            done.add(line)
            token.attrs["class"] = f"{self.key}changed"
            link = Token("html_inline", "", 0)
            link.content = (
                f'<a class="{self.key}mark" href="{self.key}{escape(mark.href)}" '
                f'aria-label="{escape(mark.label)}">{escape(mark.word)}</a>'
            )
            inner = self._inline_of(token)
            if inner is not None:
                inner.children = [link, *(inner.children or [])]

    def _wraps(self, at: int) -> bool:
        """Say whether a block only holds others that begin on its own line and carry the anchor themselves."""
        following = self.tokens[at + 1 : at + 2]
        return bool(
            following
            and following[0].type in _OPENERS
            and not following[0].hidden
            and following[0].map
            and self.tokens[at].map
            and self.tokens[at].type in ("list_item_open", "blockquote_open")
            and following[0].map[0] == self.tokens[at].map[0]  # type: ignore[index]
        )

    def _name(self, token: Token, anchor: str) -> None:
        token.attrs["id"] = self.key + anchor
        line = (token.map or [0])[0] + 1
        self.anchors[line] = anchor
        self._by_line[line] = token

    def _unique(self, anchor: str) -> str:
        self._used[anchor] += 1
        return anchor if self._used[anchor] == 1 else self._unique(f"{anchor}-{self._used[anchor] - 1}")

    def _inline_of(self, token: Token) -> Token | None:
        at = next(i for i, t in enumerate(self.tokens) if t is token)
        return next((t for t in self.tokens[at : at + 6] if t.type == "inline"), None)


def _plain(token: Token) -> str:
    """Give the words of an inline token without its markup."""
    return "".join(t.content for t in token.children or [] if t.type in ("text", "code_inline")).strip()
