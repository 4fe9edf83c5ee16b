"""The sentences of a text with their lines, and which of them a change left as they were."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Final

from policy_versions.papers import Papers
from policy_versions.sentences import sentences

_BEGINS: Final = re.compile(
    r"\s*(?:[-*+>#|<=]|\(?[0-9a-z]{1,3}[.)、)]|[（(]?[一二三四五六七八九十]+[）、])|\s*$", re.IGNORECASE
)
_WRAPPED: Final = 40  # characters: a line that an editor broke is no shorter


@lru_cache(maxsize=8)
def passages(text: str, language: str) -> tuple[tuple[int, str], ...]:
    """Return each sentence with the line (from 1) it begins on; one of Latin letters that was wrapped is whole."""
    found: list[tuple[int, str]] = []
    lines = text.splitlines()
    start = 0
    for end in range(1, len(lines) + 1):
        if end < len(lines) and _goes_on(lines[end - 1], lines[end]):
            continue
        flat, at = " ".join(lines[start:end]), 0
        for sentence in sentences(flat, language):
            at = max(flat.find(sentence, at), at)
            found.append((start + 1 + _lines_before(lines[start:end], at), sentence))
        start = end
    return tuple(found)


def _goes_on(line: str, following: str) -> bool:
    """Say whether the next line belongs to the same paragraph, so that a sentence may run on."""
    if len(line) < _WRAPPED or not line[-1:].isascii() or line.lstrip()[:1] in {"#", "|", "<"}:
        return False
    return not _BEGINS.match(following)


def _lines_before(lines: Sequence[str], at: int) -> int:
    """Count the lines that end before a place of the lines joined by one space."""
    ends = accumulate(len(line) + 1 for line in lines)
    return sum(end <= at for end in ends)


def untouched(papers: Papers, path: str, sentence: str) -> bool:
    """Say whether a sentence stood in the old text of a file too, emphasis and white space aside."""
    language = next((x for x, at in papers.files.items() if at == path), "")
    return bare(sentence) in _known(papers.before.get(language, ""), language)


@lru_cache(maxsize=8)
def _known(text: str, language: str) -> frozenset[str]:
    return frozenset(bare(sentence) for _, sentence in passages(text, language)) if text else frozenset()


def bare(sentence: str) -> str:
    """Return a sentence without emphasis and white space, to know it again."""
    return "".join(c for c in sentence if not c.isspace() and c not in "*_")
