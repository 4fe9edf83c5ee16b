"""Foreign text in GitHub's Markdown: shown letter by letter, never obeyed as markup, mention, reference or link."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from policy_versions.decisions import Block
from policy_versions.model import SegmentKind
from policy_versions.redline import segments
from policy_versions.reports.words import Words, beside

_SPECIAL: Final = frozenset("\\`*_[]{}<>&#|~^!@=")
_DOLLAR: Final = "<span>$</span>"  # what GitHub's manual says: an escaped dollar may still begin a formula
_BREAK: Final = "&#8203;"  # no width: mentions, references and links are looked for after escapes are undone
# What GitHub makes links, mentions and pictures of in finished text; a break goes after the first group.
_ALIVE: Final = re.compile(
    r"(@)|(#)(?=\d|\Z)|(\bGH-)(?=\d|\Z)|(:)(?=[\w+-]+:)|(\b\w+:)(?=//)|(\bwww)(?=\.)|(\b(?:mailto|xmpp):)",
    re.IGNORECASE,
)
_HIDDEN: Final = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad")
_SPACE: Final = re.compile(r"\s+")
_OPENED: Final = "… "  # before and after a quote that was cut out of its sentence: no part of either text
_CLOSED: Final = " …"
_START: Final = re.compile(r"([-+])|[0-9]{1,9}([.)])")


def visible(text: str) -> str:
    """Drop what has no width and spell out what would reorder or hide the text around it (as ⟨U+202E⟩)."""
    return text if text.isascii() and text.isprintable() else "".join(map(_visible, text))


def _visible(sign: str) -> str:
    if sign in _HIDDEN:
        return ""
    if sign in "\n\r\t" or unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn"):
        return sign
    return f"⟨U+{ord(sign):04X}⟩"


def plain(text: str) -> str:
    """Escape a passage for the middle of a line; runs of white space become one space."""
    shown = _SPACE.sub(" ", visible(text))
    pieces, at = [], 0
    for match in _ALIVE.finditer(shown):
        pieces += [_escaped(shown[at : match.end()]), _BREAK]
        at = match.end()
    return "".join([*pieces, _escaped(shown[at:])])


def _escaped(text: str) -> str:
    return "".join(_DOLLAR if sign == "$" else f"&#{ord(sign)};" if sign in _SPECIAL else sign for sign in text)


def line(text: str) -> str:
    """Escape a passage that begins a line, where a number or a dash would begin a list."""
    return _begun(plain(visible(text).strip()))


def _begun(shown: str) -> str:
    match = _START.match(shown)
    if match is None:
        return shown
    at = match.start(1 if match[1] else 2)
    return f"{shown[:at]}&#{ord(shown[at])};{shown[at + 1 :]}"


def code(text: str) -> str:
    """Show a command or a name as code, whatever signs are in it."""
    return f"<code>{plain(text)}</code>"


def marked(say: Words, key: str, args: Mapping[str, str]) -> str:
    """Say a sentence of ours with its commands and names as code; what it is given is foreign text."""
    return "".join(code(text) if command else plain(text) for command, text in say.parts(key, args))


def block(one: Block, say: Words) -> str:
    """Say in each language what stands in the way and how to clear it; a name in front begins no list."""
    keys = tuple(say.key(one, part) for part in ("what", "how"))
    return _begun(say.each(lambda words: beside(*(marked(words, key, one.args) for key in keys)), "<br>"))


def redline(before: str, after: str, added: str, removed: str) -> str:
    """Show two quotes as one redline where they have much in common, else struck out and then written in, both whole.

    `added` and `removed` say in words what a side that is empty means: nothing rests on the line's style alone.
    """
    before, after = before.strip(), after.strip()
    for mark, cut in ((_OPENED, str.removeprefix), (_CLOSED, str.removesuffix)):
        if before and after and (cut(before, mark) != before or cut(after, mark) != after):
            inner = redline(cut(before, mark), cut(after, mark), added, removed)
            return f"{mark}{inner}" if mark is _OPENED else f"{inner}{mark}"
    if not before or not after:
        tag, word = ("del", removed) if before else ("ins", added)
        return f"{plain(word)} <{tag}>{plain(before or after).strip()}</{tag}>"
    parts = segments(before, after)
    kept = sum(len(s.text) for s in parts if s.kind is SegmentKind.EQUAL)
    if kept * 2 < max(len(before), len(after)):
        return f"<del>{plain(before).strip()}</del><br>→ <ins>{plain(after).strip()}</ins>"
    tags = {SegmentKind.INSERT: "ins", SegmentKind.DELETE: "del"}
    return "".join(f"<{t}>{plain(s.text)}</{t}>" if (t := tags.get(s.kind)) else plain(s.text) for s in parts).strip()
