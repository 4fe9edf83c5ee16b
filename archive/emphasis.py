"""Emphasis that works beside Chinese: `**注意：**请阅读` is bold.

CommonMark asks for white space around a delimiter that touches punctuation; Chinese has none. The amended flanking rule
(markdown-cjk-friendly) lets a CJK character stand where white space or punctuation would have to, and leaves all other
text as CommonMark has it.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter

_CJK: Final = (
    (0x1100, 0x11FF), (0x2E80, 0x303F), (0x3040, 0x30FF), (0x3100, 0x31EF), (0x31F0, 0x4DBF), (0x4E00, 0x9FFF),
    (0xA960, 0xA97F), (0xAC00, 0xD7FF), (0xF900, 0xFAFF), (0xFE10, 0xFE1F), (0xFE30, 0xFE6F), (0xFF00, 0xFFEF),
    (0x1AFF0, 0x1B16F), (0x20000, 0x3FFFD),
)  # fmt: skip
_VARIATION: Final = (0xE0100, 0xE01EF)


def install(markdown: MarkdownIt) -> MarkdownIt:
    """Put the amended rule in the place of the built-in one."""
    markdown.inline.ruler.at("emphasis", _tokenize)
    return markdown


def _tokenize(state: StateInline, silent: bool) -> bool:
    marker = state.src[state.pos]
    if silent or marker not in "_*":
        return False
    length = len(state.src[state.pos : state.posMax]) - len(state.src[state.pos : state.posMax].lstrip(marker))
    opens, closes = _flanks(state, state.pos + length, marker)
    for _ in range(length):
        token = state.push("text", "", 0)
        token.content = marker
        state.delimiters.append(Delimiter(ord(marker), length, len(state.tokens) - 1, -1, opens, closes))
    state.pos += length
    return True


def _flanks(state: StateInline, end: int, marker: str) -> tuple[bool, bool]:
    """Say whether a run of markers may open and may close emphasis."""
    before = state.src[state.pos - 1] if state.pos else " "
    after = state.src[end] if end < state.posMax else " "
    left = not after.isspace() and (not _foreign_mark(after) or before.isspace() or _mark(before) or _cjk(before))
    right = not before.isspace() and (not _foreign_mark(before) or after.isspace() or _mark(after) or _cjk(after))
    if marker == "*":
        return left, right
    return left and (not right or _mark(before)), right and (not left or _mark(after))


def _mark(char: str) -> bool:
    return unicodedata.category(char)[0] in "PS"


def _foreign_mark(char: str) -> bool:
    return _mark(char) and not _cjk(char)


def _cjk(char: str) -> bool:
    code = ord(char)
    return code >= 0x1100 and (any(low <= code <= high for low, high in _CJK) or _VARIATION[0] <= code <= _VARIATION[1])
