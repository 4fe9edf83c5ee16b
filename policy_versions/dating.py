"""The effective date in the texts and in the release file, kept in step when a release is drafted. Pure."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from datetime import date

from policy_versions.errors import TextError
from policy_versions.history import decode
from policy_versions.lint import effective_on
from policy_versions.lint import restated as restate
from policy_versions.sources import State


def meant(now: State, drafted: date | None, earliest: date) -> date:
    """Return the day from which a draft applies: the older draft's, unless all texts state a later one.

    A later day harms nobody and whoever wrote it into every text means it; an earlier one may be left from before the
    draft's was put off. Without an older draft it is the day that the texts state where lawful, else the first lawful.
    """
    days = set(_read(now.texts).values())
    written = next(iter(days)) if len(days) == 1 else date.min
    return max(drafted, written if written >= earliest else drafted) if drafted else max(written, earliest)


def restated(now: State, day: date, today: date, *, asked: bool) -> dict[str, bytes]:
    """Return the texts, by language, that must be written anew to state a day as their effective date.

    A day to come that somebody wrote beside an older draft, against it, is left to them unless the other was `asked`
    for: the check shows that the two differ.
    """
    older = now.pending.effective_on if now.pending else None
    made = {}
    for language, was in _read(now.texts).items():
        theirs = now.pending is not None and was != older and was >= today and not asked
        if was != day and not theirs:
            data = now.texts[language]
            mark = data[:3] if data.startswith(codecs.BOM_UTF8) else b""
            made[language] = mark + restate(decode(data), day).encode()
    return made


def differing(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> list[str]:
    """Name the languages whose text says more or else than that it applies from another day."""
    return [x for x, text in before.items() if _undated(text) != _undated(after.get(x, b""))]


def _undated(text: bytes) -> bytes | str:
    try:
        return restate(decode(text), date.min)
    except TextError:
        return text


def _read(texts: Mapping[str, bytes]) -> dict[str, date]:
    """Return the effective dates that texts state, by language; the lint names what cannot be read."""
    found = {}
    for language, data in texts.items():
        try:
            day = effective_on(decode(data))
        except TextError:
            continue
        if day is not None:
            found[language] = day
    return found
