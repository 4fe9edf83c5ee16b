"""The days that texts state: there, real, ahead far enough, the same in every language and in the release file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from policy_versions import lexicon
from policy_versions.errors import ConfigError
from policy_versions.papers import Papers, Problem
from policy_versions.promises import promise
from policy_versions.strict_yaml import ours
from policy_versions.yaml_fields import Fields

_MONTHS: Final = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
                  "november", "december")  # fmt: skip
_NAMES: Final = "|".join(f"{m}|{m[:3]}" for m in _MONTHS)
_FORMS: Final = (
    r"(?P<y>\d{4})\s*[-/.]\s*(?P<m>\d{1,2})\s*[-/.]\s*(?P<d>\d{1,2})",
    r"(?P<y>\d{4})\s*年\s*(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*日",
    rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<n>{_NAMES})\.?,?\s+(?P<y>\d{{4}})",
    rf"(?P<n>{_NAMES})\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}})",
)
_EFFECTIVE: Final = r"(?:生效日期?|生效时间|施行日期|effective(?:[ _-](?:date|on|from|as of))*)"
_UPDATED: Final = (
    r"(?:更新日期|更新时间|最近更新(?:日期)?|最后更新(?:日期)?|修订日期"
    r"|last (?:updated|modified|revised)(?: on)?|updated(?: on)?)"
)
_BETWEEN: Final = r"\s*(?:为|是|is)?\W{0,6}\s*"
# 自 2026 年 12 月 1 日起生效; but 更新日期：2026 年 11 月 1 日 with 生效日期 behind it says another day.
_AFTERWARDS: Final = r"[^\S\n]*(?:起)?[^\S\n]*(?:正式)?(?:生效|施行)(?!日|时间)"
_VERSION: Final = re.compile(r"(?:版本号?|\bversion)\s*[:：]?\s*v?(\d+(?:\.\d+)*)(?!\d)", re.IGNORECASE)


_ORDINAL: Final = re.compile(r"\A(?:st|nd|rd|th)\b")


@dataclass(frozen=True, slots=True)
class Stated:
    """A day that a text states, or (None) something that looks like one and is none, with its line."""

    day: date | None
    line: int
    text: str


def _patterns(label: str, *, after: bool) -> tuple[re.Pattern[str], ...]:
    before = [rf"{label}{_BETWEEN}{form}" for form in _FORMS]
    behind = [rf"{_FORMS[k]}{_AFTERWARDS}" for k in (0, 1)] if after else []
    return tuple(re.compile(p, re.IGNORECASE) for p in (*before, *behind))


_EFFECTIVES: Final = _patterns(_EFFECTIVE, after=True)
_UPDATES: Final = _patterns(_UPDATED, after=False)


def effective_on(text: str) -> date | None:
    """Return the effective date that a text states, the first one; None when it states none or no real day."""
    found = _stated(text, _EFFECTIVES)
    return found.day if found else None


def _stated(text: str, patterns: tuple[re.Pattern[str], ...]) -> Stated | None:
    first = _first(text, patterns)
    if first is None:
        return None
    parts = first.groupdict()
    month = _month(parts["n"]) if parts.get("n") else int(parts["m"])
    line = text.count("\n", 0, first.start()) + 1
    try:
        return Stated(date(int(parts["y"]), month, int(parts["d"])), line, " ".join(first[0].split()))
    except ValueError:
        return Stated(None, line, " ".join(first[0].split()))


def _first(text: str, patterns: tuple[re.Pattern[str], ...]) -> re.Match[str] | None:
    hits = (m for pattern in patterns if (m := pattern.search(text)))
    return min(hits, key=lambda m: m.start(), default=None)


def _month(name: str) -> int:
    return next(n for n, month in enumerate(_MONTHS, 1) if month.startswith(name.lower()))


def restated(text: str, day: date) -> str:
    """Return a text that states another effective date where it stated one, written in the same way; else the text."""
    first = _first(text, _EFFECTIVES)
    if first is None:
        return text
    padded = "年" not in first[0] and all(len(first[k]) == 2 for k in "md" if first.groupdict().get(k))
    parts = {"y": str(day.year), "m": str(day.month), "d": str(day.day)}
    parts |= {k: parts[k].zfill(2) for k in "md" if padded and not first.groupdict().get("n")}
    if name := first.groupdict().get("n"):
        month = _MONTHS[day.month - 1][: len(name) if len(name) == 3 and name.lower() != "may" else None]
        parts["n"] = month.upper() if name.isupper() else month.capitalize()
    for start, end, key in sorted(((*first.span(k), k) for k in first.groupdict() if first[k]), reverse=True):
        text = text[:start] + parts[key] + text[end:]
        if key == "d" and "n" in parts:
            at = start + len(parts[key])
            text = text[:at] + _ORDINAL.sub(_ordinal(day.day), text[at:], count=1)
    return text


def line(day: date, language: str) -> str:
    """Return the line that states an effective date in a language (dates.yaml; ISO 8601 where it knows none)."""
    forms = _forms()
    form = forms.get(lexicon.family(language), forms["other"])
    name = _MONTHS[day.month - 1].capitalize()
    return form.format(y=day.year, m=day.month, d=day.day, name=name, iso=day.isoformat())


@cache
def _forms() -> Mapping[str, str]:
    name = "dates.yaml"
    reader = Fields(name)
    found = reader.texts("", ours(Path(__file__).parent / name, name))
    if reader.problems:
        raise ConfigError(reader.problems)
    return found


def _ordinal(day: int) -> str:
    return "th" if day in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def problems(papers: Papers) -> Iterator[Problem]:
    """Yield what is wrong with the days of a policy's texts."""
    stated = {language: found for language, text in papers.now.items() if (found := _stated(text, _EFFECTIVES))}
    days = {language: s.day for language, s in stated.items() if s.day}
    yield from _missing(papers, set(stated))
    for language, found in stated.items():
        yield from _one(papers, language, found)
    if len(set(days.values())) > 1:
        said = ", ".join(f"{papers.files[k]}: {day}" for k, day in days.items())
        first = next(iter(days))
        yield Problem("date-differs", papers.files[first], stated[first].line, {"dates": said})
    yield from _order(papers)
    for language in papers.now:
        yield from _forgotten(papers, language)
        yield from _promised(papers, language)


def _missing(papers: Papers, stated: set[str]) -> Iterator[Problem]:
    """Name the texts without an effective date; one that is about to be published, or that others date, needs its own.

    A list that is an annex applies with its policy, and may leave the date to it.
    """
    policy = papers.config.policy(papers.release.policy)
    expected = bool(stated) or any(effective_on(text) for text in papers.before.values())
    blocks = expected or (papers.drafted and not policy.annex_of)
    for language in papers.now:
        if language not in stated:
            args = {"example": line(papers.release.effective_on or papers.earliest, language)}
            yield Problem("date-missing", papers.files[language], 1, args, blocks=blocks)


def _one(papers: Papers, language: str, found: Stated) -> Iterator[Problem]:
    path, release = papers.files[language], papers.release
    args = {
        "found": str(found.day),
        "quote": found.text,
        "today": papers.today.isoformat(),
        "earliest": papers.earliest.isoformat(),
        "expected": str(release.effective_on),
        "example": line(release.effective_on or papers.earliest, language),
    }
    if found.day is None:
        yield Problem("date-unreal", path, found.line, args)
    elif found.day < papers.today:  # before there is a draft, it may be that of the version in force: the draft sets it
        yield Problem("date-past", path, found.line, args, blocks=papers.drafted)
    elif release.effective_on is not None and found.day != release.effective_on:
        yield Problem("date-wrong", path, found.line, args)
    elif found.day < papers.earliest:
        yield Problem("date-early", path, found.line, args, blocks=papers.drafted)


def _order(papers: Papers) -> Iterator[Problem]:
    """Two versions take effect in the order of their numbers; else people are told of one that never counts."""
    last, day = papers.last, papers.release.effective_on
    if last is None or last.effective_on is None or day is None or day >= last.effective_on:
        return
    path = papers.files.get(papers.config.authoritative, "")
    args = {"effective": day.isoformat(), "number": last.number, "last": last.effective_on.isoformat()}
    yield Problem("date-order", path or next(iter(papers.files.values())), 1, args)


def _forgotten(papers: Papers, language: str) -> Iterator[Problem]:
    """Name the date of updating and the version number that stayed behind while the text went on."""
    old, new = papers.before.get(language), papers.now[language]
    if old is None or old == new:
        return
    was, now = _stated(old, _UPDATES), _stated(new, _UPDATES)
    if was and now and was.day == now.day:
        yield Problem("updated-stale", papers.files[language], now.line, {"quote": now.text})
    before, after = _VERSION.search(old), _VERSION.search(new)
    if before and after and before[1] == after[1]:
        line = new.count("\n", 0, after.start()) + 1
        yield Problem("version-stale", papers.files[language], line, {"quote": after[0]})


def _promised(papers: Papers, language: str) -> Iterator[Problem]:
    """Say where the wait that the old text promised counts, and where the new text promises less (M11)."""
    old = promise(papers.before.get(language, ""), language)
    if old is None:
        return
    new = promise(papers.now[language], language)
    args = {"days": str(old.days), "quote": old.quote, "new": str(new.days if new else 0)}
    line = new.line if new else 1
    if new is None or new.days < old.days:
        yield Problem("promise-shorter", papers.files[language], line, args)
    elif papers.release.level.rank and papers.release.lead_days == old.days:
        yield Problem("promise-counts", papers.files[language], line, args)
