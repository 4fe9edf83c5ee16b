"""Where one sentence ends and the next begins, in Chinese and in English."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from policy_versions.wording import HAN

_ABBREVIATIONS: Final = frozenset(
    "e.g|i.e|vs|nos|art|arts|mr|mrs|ms|dr|prof|jr|sr|dept|approx|incl|cf|al|p.o|fig|vol|para|paras|ext|tel|u.s.a|u.s.c|c.f.r|s.a|n.v"  # noqa: SIM905
    "|b.v|d.b.a|d.c|i.l|att|attn|sent|lit|gov|sect|pp|ca|jan|feb|apr|jun|jul|aug|sep|sept|oct|nov|dec".split("|")
)
_MAY_END: Final = frozenset(
    {"inc", "ltd", "llc", "co", "corp", "etc", "u.s", "u.k", "e.u", "a.m", "p.m", "st", "mar", "sec", "est"}
)
"""Abbreviations that also end sentences: they do where a capital follows."""
_COUNTRIES: Final = frozenset({"u.s", "u.k", "e.u"})
"""Abbreviations that stand before names as often as at an end (`the EU-U.S. Framework`)."""
_BEGINS: Final = re.compile(
    r"\s*(?:We|The|If|You|Our|This|In|For|It|When|To|Please|These|Such|As|With|Your|They|Any|All|By|Where|However|That|"
    r"Some|No|Each|On|At|From|Under|Users?|Data|Personal|Information)\b"
)
_CLOSERS: Final = "”’」』》）】\\])\"'*_~`"
_END: Final = re.compile(
    rf"[。！？；!?;][{_CLOSERS}]*"  # always an end in Chinese; in Latin text only before a space
    rf"|\.[{_CLOSERS}]*(?=\s|$|[{HAN}])"
    r"|<br\s*/?>|(?<=\s)\|(?=\s)|\n"
)
_LATIN_END: Final = re.compile(r"\s|$|[" + HAN + r"<|]")
_WORD_BEFORE: Final = re.compile(r"([A-Za-z]+(?:\.[A-Za-z]+)*)$")
_NUMBER_ONLY: Final = re.compile(r"\W*(?:\d{1,3}(?:\.\d+)*|[ivxIVX]{1,4}|[A-Za-z])\W*$")


LONGEST: Final = 1600
"""No sentence is longer: what has no end for so long is cut at weaker signs, so that comparing it stays bounded."""
_SHORTEST: Final = 200
_WEAKER: Final = (re.compile(r"(?<=\s)\|\s|[，,、:：]\s*"), re.compile(r"\s+"), re.compile("的"))


@lru_cache(maxsize=16384)
def sentences(text: str, language: str = "und") -> tuple[str, ...]:
    """Cut a passage into sentences, each an exact substring without outer white space, in order.

    Ends are 。！？； with the closing quotes and brackets after them, and in Latin text . ! ? ; before a space unless
    an abbreviation, an initial or a clause number stands before the full stop. Cells of a table row and `<br>` lines
    end too, and what is longer than LONGEST is cut by `shorter`. E-mail addresses, URLs and decimals are never cut.
    Texts mix languages, so both rules hold in each.
    """
    del language
    found: list[str] = []
    start = 0
    for match in _END.finditer(text):
        if not _ends(text, start, match):
            continue
        cut = match.start() if match[0][0] in "<|\n" else match.end()
        _keep(found, text[start:cut])
        start = match.end()
    _keep(found, text[start:])
    return tuple(found)


def shorter(text: str, level: int = 0) -> list[str]:
    """Cut a passage without an end of a sentence at commas, else at blanks, else anywhere; exact substrings.

    Where two texts say the same again after a difference, their cuts soon fall on the same signs.
    """
    if len(text) <= LONGEST:
        return [text] if any(c.isalnum() for c in text) else []
    if level == len(_WEAKER):
        return [text[k : k + LONGEST] for k in range(0, len(text), LONGEST)]
    pieces: list[str] = []
    start = 0
    for match in _WEAKER[level].finditer(text):
        if match.end() - start >= _SHORTEST:
            pieces += shorter(text[start : match.end()].strip().removesuffix("|").strip(), level + 1)
            start = match.end()
    return [*pieces, *shorter(text[start:].strip(), level + 1)]


def _keep(found: list[str], piece: str) -> None:
    piece = piece.strip()
    if len(piece) > LONGEST:
        found += shorter(piece)
    elif any(c.isalnum() for c in piece) or (piece and not found):
        found.append(piece)


def _ends(text: str, start: int, match: re.Match[str]) -> bool:
    sign, end = match[0][0], match.end()
    if sign in "。！？；<|\n":
        return True
    if not _LATIN_END.match(text, end):
        return False
    if sign == ";":  # `&amp;` is no end
        return not re.search(r"&#?\w{1,8}$", text[max(start, end - 10) : match.start()])
    return sign != "." or not _abbreviated(text, start, match)


def _abbreviated(text: str, start: int, match: re.Match[str]) -> bool:
    before = text[max(start, match.start() - 24) : match.start()]
    if match.start() - start <= 6 and _NUMBER_ONLY.match(before):
        return True
    following = text[match.end() : match.end() + 3].lstrip()[:1]
    if following and (following.islower() or following in ",;)"):
        return True
    word = _WORD_BEFORE.search(before)
    if not word:
        return False
    bare = word[1].lower()
    if bare == "no":
        return following.isdigit()
    if bare in _MAY_END:
        compound = before[: word.start()].endswith("-")  # `the EU-U.S. Data Privacy Framework`
        names = bare in _COUNTRIES and (compound or not _BEGINS.match(text, match.end()))
        return bool(following) and (names or not following.isupper())
    return bare in _ABBREVIATIONS or (len(word[1]) == 1 and word[1].isupper())
