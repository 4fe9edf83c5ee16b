"""The patterns of a lexicon: folding of texts, short forms of patterns, and spelling out what is finite."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple, cast

from policy_versions import strict_yaml
from policy_versions.compiled import compiled

FOLDER: Final = Path(__file__).parent / "lexicons"
MAX_SPELT: Final = 260


@cache
def read(name: str) -> dict[str, strict_yaml.Node]:
    """Read the data file of a language; raises ConfigError naming file and line."""
    path = FOLDER / f"{name}.yaml"
    return cast("dict[str, strict_yaml.Node]", strict_yaml.ours(path, f"lexicons/{path.name}"))


class Pattern(NamedTuple):
    """A pattern in full: its source, the signs it can begin with, and whether a word may go on after it."""

    source: str
    keys: tuple[str, ...]
    open: bool


@cache
def _table() -> dict[int, str]:
    """Map full-width and traditional signs to plain ones; a sign to a sign, so that lengths stay."""
    return cast("dict[int, str]", compiled("zh-fold", (FOLDER / "zh.yaml", Path(__file__)), _made_table))


def _made_table() -> dict[int, str]:
    table = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFF01, 0xFF5F)}
    table |= {0x3000: " ", 0xA0: " ", 0x202F: " ", 0x2007: " "}
    table |= {ord(c): '"' for c in "“”„«»「」『』"} | {ord(c): "'" for c in "‘’‚′`"} | {ord(c): "-" for c in "‐‑–—―−"}
    data = cast("dict[str, str]", read("zh"))
    table |= {ord(t): s for t, s in zip(data["traditional"], data["simplified"], strict=True)}
    return table


_US: Final = re.compile(r"\bU\.?S\.?(?:A\.?)?(?![A-Za-z$])")
_URL: Final = re.compile(r"\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s+\"[^\"]*\")?\)")
_BARE: Final = re.compile(
    r"[A-Za-z0-9_.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+|https?://[^\s<>()\"\u4e00-\u9fff，。；]+"
)
_TAG: Final = re.compile(r"<[^<>]{0,400}>")
_MARK: Final = re.compile(r"[*`\[\]\\]+|(?<![a-z0-9])_+|_+(?![a-z0-9])|[\u200b-\u200f\u2060\ufeff\u00ad]")
_HAN_GAP: Final = re.compile(r"(?<=[\u4e00-\u9fff]) +(?=[\u4e00-\u9fffa-z0-9])|(?<=[a-z0-9]) +(?=[\u4e00-\u9fff])")
_LATIN: Final = str.maketrans({"-": " ", "'": " ", "/": " / ", "\u2044": " "})
_BLANK: Final = re.compile(r"\s+")


def fold(text: str, language: str) -> str:
    """Fold a text: lower case, half width, simplified, link targets, tags and emphasis left out, single blanks."""
    text = _US.sub("usa", text).translate(_table()).lower()
    text = _MARK.sub("", _BARE.sub(" ", _TAG.sub(" ", _URL.sub("]", text))))
    if language == "zh":
        return _HAN_GAP.sub("", _BLANK.sub(" ", text)).strip()
    return _BLANK.sub(" ", text.translate(_LATIN)).strip()


_BARE_WORDS: Final = re.compile(r"[^\[\](){}?*+|.\\^$~]+")
_ENGLISH_WORDS: Final = re.compile(r"[a-z ]+")
_RUN: Final = re.compile(r"[^\[\](){}?*+|.\\^$]+(?![?*+{])")  # what stands for itself


def prepare(source: str, language: str) -> list[Pattern]:
    """Write the short forms of a pattern out; alternatives at the top become patterns of their own."""
    folded = _fold_source(source) if language == "zh" else source
    if (_BARE_WORDS if language == "zh" else _ENGLISH_WORDS).fullmatch(folded):
        return [Pattern(folded.strip(), (folded[0],), language == "zh")]
    if language == "zh":
        source = _fold_source(source.replace("..?", "..").replace("..", "[^。;]{0,14}?"))
        if " ?" not in source:
            return [_pattern(part, language) for part in _alternatives(source)]
        source = re.sub(r"(?<=[\u4e00-\u9fff]) \?(?=[a-z\u4e00-\u9fff(])|(?<=[a-z]) \?(?=[\u4e00-\u9fff(])", "", source)
    else:
        source = _inflect(source.replace("..", "[^.;]{0,40}?"))
    return [_pattern(part, language) for part in _alternatives(source)]


def _fold_source(source: str) -> str:
    return source.translate(_table()).lower() if not source.isascii() else source


def _inflect(source: str) -> str:
    if "~" in source:
        source = re.sub(r"([a-z]+)e~", r"\1(?:e|es|ed|ing)", source)
        source = re.sub(r"([a-z]*[^aeiou(|])y~", r"\1(?:y|ies|ied|ying)", source)
        source = source.replace("~", "(?:s|es|ed|ing)?")
    source = source.replace(r"\.", "\0").replace(".?", " ?").replace("’", "'").replace("\0", r"\.")
    if "-" in source:
        source = re.sub(r"(?<!\[)-(?![^\[]*\])", " ", source)
    source = source.replace("'", " ").replace("(?: | )", " ")
    return re.sub(r"\[a-z ?\]\{0,0\}", "", source) if "{0,0}" in source else source


_TAIL: Final = re.compile(r"\[a-z[ a-z0-9,’.:()§ü-]*\]\*\??$")
_EDGE: Final = re.compile(r"\(\?=[ |,.;:$()\\\"”'’\[\]/-]*\)$")


def _pattern(source: str, language: str) -> Pattern:
    loose = False
    while language != "zh":
        if _TAIL.search(source):
            source, loose = _TAIL.sub("", source), True
        elif _EDGE.search(source) and not loose:
            source = _EDGE.sub("", source)
        else:
            break
    if source.endswith("*") and source[-2:-1].isalnum():
        source, loose = source[:-1], True
    return Pattern(source.strip() if not loose else source.lstrip(), _keys(source), loose or language == "zh")


def _alternatives(source: str) -> list[str]:
    """Split at bars outside all brackets."""
    if "|" not in source:
        return [source]
    parts, depth, start, inside = [], 0, 0, False
    for i, c in enumerate(source):
        if i and source[i - 1] == "\\" and source[i - 2 : i - 1] != "\\":
            continue
        if c == "[" and not inside:
            inside = True
        elif c == "]":
            inside = False
        elif not inside and c == "(":
            depth += 1
        elif not inside and c == ")":
            depth -= 1
        elif c == "|" and depth == 0 and not inside:
            parts.append(source[start:i])
            start = i + 1
    return [*parts, source[start:]]


_PLAIN: Final = re.compile(r"[a-z]{3}(?![?*+{])|[\u4e00-\u9fff]{2}(?![?*+{])")


def _keys(source: str) -> tuple[str, ...]:
    """Name what a pattern can begin with: a sign, three letters, or two ideographs."""
    source = re.sub(r"^\(\?=[^()]*(?:\([^()]*\)[^()]*)*\)", "", source)
    if source.startswith("(?:"):
        depth, end = 0, 0
        for i, c in enumerate(source):
            depth += (c == "(") - (c == ")")
            if depth == 0:
                end = i
                break
        keys = {k for part in _alternatives(source[3:end]) for k in _keys(part)}
        if source[end + 1 : end + 2] in ("?", "*"):
            keys |= set(_keys(source[end + 2 :]))
        return tuple(sorted(keys))
    if source.startswith("["):
        end = source.index("]")
        return tuple(sorted({c for a in re.findall(r".-.|.", source[1:end]) for c in span(a)}))
    head = source.removeprefix("\\")[:1]
    if source[1:2] == "?":
        return (head, *_keys(source[2:]))
    plain = _PLAIN.match(source)
    return (plain[0],) if plain else (head,)


def span(part: str) -> str:
    """Spell out a range of signs in a class (`a-z`); a sign is itself."""
    if len(part) == 3 and part[1] == "-":
        return "".join(map(chr, range(ord(part[0]), ord(part[2]) + 1)))
    return part


def literals(source: str) -> list[str] | None:
    """Spell a pattern out into all the strings it matches; None when they are infinite, conditional or too many."""
    if _BARE_WORDS.fullmatch(source):
        return [source]
    spelt, rest = _spell(source)
    return spelt if rest == "" else None


def _spell(source: str) -> tuple[list[str], str | None]:
    """Spell out up to a closing bracket; the rest is None where that cannot be done."""
    whole: list[str] = []
    current = [""]
    while source and source[0] != ")":
        if source[0] == "|":
            whole, current, source = whole + current, [""], source[1:]
            continue
        run = _RUN.match(source)
        if run is not None:
            current, source = [a + run[0] for a in current], source[run.end() :]
            continue
        piece, rest = _piece(source)
        if piece is None:
            return [], None
        if rest[:1] == "?" and rest[1:2] != "?":
            piece, rest = ["", *piece], rest[1:]
        elif rest[:1] in ("*", "+", "{"):
            return [], None
        current = [a + b for a in current for b in piece]
        if len(current) > MAX_SPELT:
            return [], None
        source = rest
    return list(dict.fromkeys(whole + current)), source


def _piece(source: str) -> tuple[list[str] | None, str]:
    c = source[0]
    if source.startswith("(?:"):
        spelt, rest = _spell(source[3:])
        return (spelt, rest[1:]) if rest else (None, "")
    if c == "[":
        end = source.index("]", 1)
        inner = source[1:end]
        if inner.startswith("^"):
            return None, ""
        return [x for a in re.findall(r".-.|.", inner) for x in span(a)], source[end + 1 :]
    if c == "\\":
        return ([source[1]], source[2:]) if not source[1].isalnum() else (None, "")
    if c in "(.^$*+{":
        return None, ""
    return [c], source[1:]
