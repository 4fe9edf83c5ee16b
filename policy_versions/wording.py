"""Text with its typography taken away: what two passages must share to say the same words."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache
from typing import Final

HAN: Final = "\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
"""The ideographs, as the inside of a character class."""

COMMON_HAN: Final = re.compile(r"[\u4e00-\u9fff]")
"""One ideograph of the block that nearly all Chinese text is written in."""
_INVISIBLE: Final = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\ufe0e\ufe0f"))
_PUNCTUATION: Final = str.maketrans(
    {
        **dict.fromkeys("“”„‟«»「」『』〝〞《》〈〉", '"'),
        **dict.fromkeys("‘’‚‛´′", "'"),
        **dict.fromkeys("‐‑‒–—―−─━", "-"),
        **dict.fromkeys("。｡．", "."),
        **dict.fromkeys("、﹑", ","),
        **dict.fromkeys("【〔〖", "["),
        **dict.fromkeys("】〕〗", "]"),
        **dict.fromkeys("～〜∼", "~"),
        "″": '"',
        "…": "...",
        "•": "·",
        **{chr(0x2460 + i): f"({i + 1})" for i in range(20)},  # ① is a number, never the digit 1
        **{chr(0x2776 + i): f"({i + 1})" for i in range(10)},
    }
)
_SIGNS: Final = {**_INVISIBLE, **_PUNCTUATION}
_LINK: Final = re.compile(
    r"!?\[((?:[^\[\]\\]|\\.)*)\]\(\s*<?([^\s()<>]*(?:\([^\s()]*\)[^\s()<>]*)?)>?(?:\s+[\"'][^\"']*[\"'])?\s*\)"
)
_AUTOLINK: Final = re.compile(r"<((?:https?://|mailto:|tel:)[^\s<>]+|[\w.+-]+@[\w.-]+)>")
_ANCHOR: Final = re.compile(
    r"<a\b[^<>]{0,2000}?href\s*=\s*[\"']?([^\"'\s<>]*)[^<>]*>((?:[^<]|<(?!/?a\b))*)</a\s*>", re.IGNORECASE
)
_TAG: Final = re.compile(r"</?[A-Za-z][^<>]*>")
_ESCAPE: Final = re.compile(r"\\([!-/:-@\[-`{-~])")
_EMPHASIS: Final = re.compile(r"\*+|(?<![^\W_])_+|_+(?![^\W_])|`+")
_MARKS: Final = re.compile("[*_`]")
_HAN_SPACE: Final = re.compile(rf"(?<=[{HAN}]) | (?=[{HAN}])")
_MARK_SPACE: Final = re.compile(r" (?=[,.;:!?)\]])|(?<=[(\[]) ")
_SPACE: Final = re.compile(r"\s+")
_PIECE: Final = re.compile(
    r"(?:https?://|www\.)[^\s<>()\"'|" + HAN + r"]+"  # an address keeps its punctuation: it is another one without
    r"|[A-Za-z0-9][\w.+-]{0,63}@[A-Za-z0-9][\w-]{0,63}(?:\.[A-Za-z0-9][\w-]{0,63})+"
    r"|\d+(?:(?:\s?[.,:/~-]\s?|\s)\d+)*"  # 1.5, 2-3 and 12 3 are not 15, 23 and 123
    r"|[^\W\d_]+"
    r"|[%$€£¥₩+<>=≤≥≠±×÷√✓✔✗✘☑☒✅❌☐°‰]|~~"
)
_NUMBER_SPACE: Final = re.compile(r"(?<=[.,:/~-])\s+|\s+(?=[.,:/~-])")
_ENUMERATION: Final = re.compile(
    r"(?<=[;:,.])\s?(?:"
    r"\((?:[0-9]{1,2}|[A-Za-z]|[ivxIVX]{1,4}|[一二三四五六七八九十]{1,3})\)|(?:[a-z]|[ivx]{1,4}|[0-9]{1,2})\)"
    rf"|[0-9]{{1,2}},(?=[{HAN}]))"
    r"(?!\s?(?:days?|months?|years?|hours?|weeks?|business|calendar|working|[个年月日天周岁小工分]))",
)
"""Numbers of a list inside a sentence; a written-out number's repetition in digits is none."""
_NUMBERS: Final = r"[0-9]{1,3}|[一二三四五六七八九十百零〇两]{1,5}|[IVXivx]{1,5}|[A-Za-z]"
NUMBERING: Final = re.compile(
    r"(?:"
    r"第\s?[0-9一二三四五六七八九十百零〇两]{1,5}\s?[章节条款项编部][分]?(?:\s*[、.:,-])?(?:\s+|(?=[" + HAN + r"\"(]))"
    rf"|[(\[]\s?(?:{_NUMBERS})\s?[)\]]\s*[、.:,]?"
    r"|(?:[一二三四五六七八九十百]{1,4})\s?[、.,:)]"
    r"|[0-9]{1,3}\s?[、,)](?![0-9])"
    r"|[0-9]{1,2}(?:\.[0-9]{1,2}){1,4}(?:\.(?=\D)|\s*[、)]|\s+(?=[A-Z"
    + HAN
    + r"\"(\[])|(?=["
    + HAN
    + r"])(?![个年月天日小时分秒万亿元岁周倍]))"
    r"|[0-9]{1,3}\s?\.(?![0-9])"
    r"|[A-Za-z]\s?[)、]|[A-Z]\.(?=\s)|[a-hivx]\.(?=\s)|(?:ii|iii|iv|vi|vii|viii|ix|xi|xii|II|III|IV|VI|VII|VIII|IX)[.)、]"
    r"|(?:[Ss]ection|SECTION|[Aa]rticle|ARTICLE|[Pp]art|PART|[Cc]hapter|CHAPTER|§)\s?[0-9IVX]{1,4}\s?[.:)-]"
    r"|[·●○■□◆◇★☆※➤►▪▸*-]\s*"
    r")\s*"
)
"""A clause's own number or bullet, after `normalise`; content never begins in it."""


def _link(match: re.Match[str]) -> str:
    text, target = match[1], match[2]
    if match[0].startswith("!"):
        return f" {text} "
    return _spell(text, target)


def _spell(text: str, target: str) -> str:
    target = re.sub(r"^(?:mailto|tel):", "", target)
    bare = target.rstrip("/")
    if not bare or bare.startswith("#") or bare.casefold() in text.casefold().replace("\\", ""):
        return text
    return f"{text} ({bare}) "


def plain(text: str) -> str:
    """Give the words a reader sees, inline markup removed; a link keeps its target behind its text.

    HTML is dropped as tags, never as content. The result is for comparing and never shown.
    """
    if "<" in text:
        text = _AUTOLINK.sub(r" \1 ", text)
        if "</a" in text or "</A" in text:
            text = _ANCHOR.sub(lambda m: _spell(m[2], m[1]), text)
        text = _TAG.sub(
            lambda m: " " if m[0].lower().startswith(("<br", "<td", "<th", "<p", "<li", "<div")) else "", text
        )
    if "](" in text:
        text = _LINK.sub(_link, _LINK.sub(_link, text))
    if "&" in text:
        text = html.unescape(text)
    return _ESCAPE.sub(r"\1", text) if "\\" in text else text


def _fold(text: str) -> str:
    """Give the visible words with one spelling for every sign; white space as it stands."""
    text = plain(text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_SIGNS))
    return _EMPHASIS.sub("", text) if _MARKS.search(text) else text


@lru_cache(maxsize=8192)
def normalise(text: str) -> str:
    """Reduce a passage to what is left when typography does not matter.

    NFKC, one kind of quote, dash and punctuation width, no emphasis, no invisible signs, spaces only between Latin
    words. Letter case and numbering stay; `signature` drops those too. Idempotent on text without markup.
    """
    text = _SPACE.sub(" ", _fold(text))
    return _MARK_SPACE.sub("", _HAN_SPACE.sub("", text)).strip()


@lru_cache(maxsize=32768)
def signature(text: str) -> str:
    """Give the words alone: equal for two passages that differ in typography, numbering, letter case or wrapping.

    Addresses, URLs, numbers with their separators and signs that carry meaning (% $ < ≥ ✓ ✗ …) stay. Signatures of
    pieces joined are the signature of the pieces' text joined, which is how re-cut paragraphs are recognised. Empty:
    nothing to read.
    """
    normal = strip_number(_fold(text).strip())
    if ")" in normal or "," in normal:
        normal = _ENUMERATION.sub(" ", normal)
    return "".join(map(_piece, _PIECE.findall(normal))).casefold()


def shorten(text: str, longest: int) -> str:
    """Give a passage on one line, cut to so many signs with … where it goes on."""
    flat = " ".join(text.split())
    return flat if len(flat) <= longest else f"{flat[: longest - 1].rstrip()}…"


def visible(text: str) -> str:
    """Give the words a reader sees, without emphasis marks; punctuation and letter case as they stand."""
    return _SPACE.sub(" ", _EMPHASIS.sub("", plain(text).translate(_INVISIBLE))).strip()


def _piece(piece: str) -> str:
    if piece[0].isdigit():
        return _SPACE.sub("·", _NUMBER_SPACE.sub("", piece))
    return piece.rstrip("/.") if piece[0] in "hwHW" else piece


def strip_number(normal: str) -> str:
    """Take a clause's number or bullet off a normalised text (two as in `- 1.`), unless nothing would be left."""
    for _ in range(2):
        match = NUMBERING.match(normal)
        if not match or match.end() == len(normal):
            break
        normal = normal[match.end() :]
    return normal
