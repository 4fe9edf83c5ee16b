"""Times, ages and sums of money in a folded statement, in Chinese and in English, numerals in digits or in words."""

# ruff: noqa: E501 - a regular expression is read best in one piece

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from policy_versions.lexicon import Lexicon

DAYS: Final = {
    "second": 1 / 86400,
    "minute": 1 / 1440,
    "hour": 1 / 24,
    "day": 1.0,
    "workday": 1.4,
    "week": 7.0,
    "month": 30.0,
    "year": 365.0,
}
"""How many days a unit lasts, for comparing only; a working day is 7/5 of a day."""
_HAN_DIGIT: Final = {
    "零": 0,
    "〇": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_DIGIT: Final = re.compile(r"\d")
_HAN_POWER: Final = {"十": 10, "百": 100, "千": 1000, "万": 10000}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its kind: `duration` in days, `age` in years, `money` in its currency."""

    kind: str
    value: float
    start: int
    end: int
    unit: str
    surface: str


def han_number(text: str) -> float | None:
    """Read a Chinese numeral (十四, 一百八十, 二〇二六, 半); None when it is none."""
    if text == "半":
        return 0.5
    if not text or any(c not in _HAN_DIGIT and c not in _HAN_POWER for c in text):
        return None
    if not any(c in _HAN_POWER for c in text):
        return float("".join(str(_HAN_DIGIT[c]) for c in text))
    total, current = 0, 0
    for c in text:
        if c in _HAN_DIGIT:
            current = _HAN_DIGIT[c]
        else:
            total, current = total + (current or 1) * _HAN_POWER[c], 0
    return float(total + current)


@cache
def _patterns(
    lexicon_language: str, units: tuple[tuple[str, str], ...], words: tuple[str, ...]
) -> dict[str, re.Pattern[str]]:
    if lexicon_language == "zh":
        number = r"(?P<n>\d+(?:\.\d+)?|[零〇一二两三四五六七八九十百千万]+|半)"
        unit = "|".join(f"(?P<{u}>{p.replace('; ', '|')})" for u, p in units)
        return {
            "duration": re.compile(
                rf"(?<![第\d年月.〇零一二三四五六七八九十百]){number}(?:\(\d+\))? ?(?:{unit})(?P<half>半)?"
            ),
            "age": re.compile(rf"{number} ?(?:\(\d+\))?(?:周岁|岁)"),
            "money": re.compile(rf"(?:人民币|¥|￥)? ?{number} ?元|(?:¥|￥) ?(?P<m>\d+(?:\.\d+)?)"),
        }
    number = rf"(?P<n>\d+(?:[.,]\d+)?|(?:{'|'.join(sorted(words, key=len, reverse=True))})(?: (?:one|two|three|four|five|six|seven|eight|nine))?)"
    unit = "|".join(f"(?P<{u}>{p.replace('; ', '|')})" for u, p in units)
    age = r"(?P<n>\d{1,2}|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|twenty one)"
    return {
        "duration": re.compile(
            rf"(?<![a-z0-9.]){number}(?: ?\( ?\d+ ?\))? (?:full |consecutive |further |additional )?(?:{unit})(?![a-z])(?! old| of age)"
        ),
        "age": re.compile(
            rf"(?:under|over|below|above|aged?|ages|age of|younger than|older than|at least|turned?|who are|be|of) (?:the )?(?:minimum )?(?:age of )?{age}(?![,.]?\d| ?(?:days?|months?|hours?|weeks?|minutes?|%|business|calendar|working|sq|km|miles?|metres?|meters?|people|users|persons|times|of|other|different|more|characters|copies|items|\d|years? (?!old|of age)))(?<!of \d)(?<!of \d\d)(?![a-z])"
            rf"|(?:ages?|minimum age) of {age.replace('?P<n>', '?P<o>')}(?![a-z0-9])"
            r"|(?:age of|aged|ages) (?:at least )?(?P<k>six|seven|eight|nine|ten|twenty)(?![a-z])"
            r"|(?<![a-z0-9])(?P<m>\d{1,2}) (?:years? (?:of age|old)|or older|and older|and over|or over|or younger|and under)"
        ),
        "money": re.compile(
            r"[$€£¥] ?(?P<n>\d+(?:[.,]\d+)?)|(?:usd|eur|gbp) ?(?P<m>\d+)|(?P<k>\d+) (?:dollars|euros?|pounds)"
        ),
    }


def quantities(folded: str, lexicon: Lexicon) -> tuple[Quantity, ...]:
    """Find the quantities of a statement; dates (2026年12月1日, the third year) are none, `thirty (30) days` is one."""
    if not _DIGIT.search(folded) and not _worded(folded, lexicon):
        return ()
    patterns = _patterns(lexicon.language, lexicon.units, tuple(w.replace("-", " ") for w in lexicon.numerals))
    found: list[Quantity] = []
    for kind in ("age", "money", "duration"):
        for match in patterns[kind].finditer(folded):
            quantity = _read(kind, match, lexicon)
            if quantity and not any(q.start < quantity.end and quantity.start < q.end for q in found):
                found.append(quantity)
    return tuple(sorted(found, key=lambda q: q.start))


def _worded(folded: str, lexicon: Lexicon) -> bool:
    if lexicon.han:
        return any(c in "一二两三四五六七八九十半" for c in folded)
    return bool(_ONE.search(folded)) or any(w in folded for w in lexicon.numerals if len(w) > 2)


_ONE: Final = re.compile(
    r"(?:for|within|after|than|of|to|least|most|in|until|another|about|by) an? (?:day|week|month|year|hour)"
)
"""Where `a year` is a length; in `twice a year` it is a rate."""


def _rate(raw: str, match: re.Match[str]) -> bool:
    return raw in ("a", "an") and not _ONE.match(
        match.string, match.string.rfind(" ", 0, max(0, match.start() - 1)) + 1
    )


def _read(kind: str, match: re.Match[str], lexicon: Lexicon) -> Quantity | None:
    groups = {k: v for k, v in match.groupdict().items() if v}
    raw = next((groups[k] for k in ("n", "m", "k", "o") if k in groups), "")
    value = _number(raw, lexicon)
    if value is None:
        return None
    unit = next((u for u in DAYS if u in groups), "")
    if kind == "duration":
        if (unit == "year" and value >= 1900) or _rate(raw, match):
            return None
        value = (value + (0.5 if "half" in groups else 0)) * DAYS[unit]
    return Quantity(kind, value, match.start(), match.end(), unit, match[0].strip())


def _number(raw: str, lexicon: Lexicon) -> float | None:
    if raw[:1].isdigit():
        return float(raw.replace(",", ""))
    if lexicon.han:
        return han_number(raw)
    total = 0.0
    for word in raw.split():
        known = lexicon.numerals.get(word)
        if not known:
            return None
        total += float(known)
    return total
