"""Verbatim quotes as short as shows the change, and the fingerprint by which a lawyer's decision knows its finding."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Final

LIMIT: Final = 200
_CUTS: Final = re.compile(r"[，,；;：、]|:(?!//)|\s(?:and|or|and/or|but|which|that|to|for|including|such as)\s|\s")
_CELL: Final = " | "


def quote(text: str, at: float) -> str:
    """Give an exact substring of at most 200 signs around a place (0 to 1), cut where a clause or a word ends."""
    text = text.strip()
    center = int(at * len(text))
    if _CELL in text:
        begin = text.rfind(_CELL, 0, center + 1)
        begin = 0 if begin < 0 else begin + len(_CELL)
        end = text.find(_CELL, begin)
        text, center = text[begin : end if end >= 0 else len(text)], center - begin
    if len(text) <= LIMIT:
        return text.strip()
    start = max(0, min(center - 60, len(text) - LIMIT))
    stop = min(len(text), start + LIMIT)
    window = text[start:stop]
    if start:
        cut = _CUTS.search(window, 0, 40)
        window = window[cut.end() :] if cut else window
    if stop < len(text):
        cuts = [m.start() for m in _CUTS.finditer(window)]
        window = window[: cuts[-1]] if cuts and cuts[-1] > len(window) // 2 else window
    return window.strip()


def fingerprint(
    rule: str, policy: str, path: Sequence[str], before: str, after: str, also: Sequence[tuple[str, str]] = ()
) -> str:
    """Hash what makes a finding the same one after a rebase: rule, policy, headings and the words of its evidence.

    `also` are the words (before, after) of the other places it stands for: one more or one fewer is another finding.
    """
    parts = [rule, policy, "\x1f".join(map(words, path)), words(before), words(after)]
    parts += sorted(f"{words(old)}\x1f{words(new)}" for old, new in also)
    return hashlib.sha256("\x1e".join(parts).encode()).hexdigest()[:32]


def words(text: str) -> str:
    """Reduce a text to its letters and digits."""
    return re.sub(r"[\W_]+", "", text).casefold()


def verbatim(surface: str, text: str) -> str:
    """Give a folded expression as the text spells it (`1000000101` as `10 0000 0101`), or as it is if not there."""
    for spelt in (surface, surface.replace("usa", "us")):  # U.S. is folded with U.S.A.
        signs = [re.escape(sign) for sign in spelt if sign.isalnum()]
        found = re.search(r"[\W_]*".join(signs), text, re.IGNORECASE) if 0 < len(signs) <= LIMIT else None
        if found:
            return found[0].replace("*", "")
    return surface
