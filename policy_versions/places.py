"""Where a finding shows in the new text: what was written at its letters, what was removed at the gap it left."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Final

from policy_versions.matching import in_order
from policy_versions.model import Finding, Lines, ReleaseFinding
from policy_versions.plain import plain as readable
from policy_versions.sentences import sentences

_BOUNDS: Final = frozenset("\n\r。！？；：.!?;:|#>-+•·")
_NUMBER: Final = re.compile(r"(?:^|\n)\W*(?:\d+|[a-zA-Z]|[一二三四五六七八九十]+)[.、)）]$")
_HALF: Final = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*$")  # a link whose target was cut off

_MARKER: Final = re.compile(r"^(?:[\s>#+-]+|[*]\s+|\d+[.)]\s+)+")  # of a list or heading, before its words
_CUT_SHORT: Final = 100  # signs from which on a quote was cut for its length, and not because a clause is what changed
_TELLING: Final = 8
_READABLE: Final = 480  # signs of a sentence that a table shows whole
_Cut = tuple[str, str]

_INITIAL: Final = re.compile(r"\b[A-Z]\.$")  # of `the U.S. Department`: a full stop that ends nothing


@dataclass(frozen=True, slots=True)
class Place:
    """Where a finding shows in the new file: lines, and columns as editors count them (1-based, the end one past).

    Columns are 0 where the quote does not stand there letter by letter; what was removed shows where it was taken out.
    `before` and `after` are the quotes for readers: no markup, and … where the sentence goes on.
    """

    lines: Lines
    first_column: int = 0
    last_column: int = 0
    before: str = ""
    after: str = ""


def by_language(
    findings: Iterable[ReleaseFinding], texts: Callable[[str], tuple[str, str]]
) -> dict[tuple[str, str], Place]:
    """Find the findings of each language, by language and fingerprint; `texts` gives the old and the new text of one.

    Of several findings that say the same the first counts.
    """
    sorted_out: dict[str, list[Finding]] = {}
    for f in findings:
        sorted_out.setdefault(f.language, []).append(f.finding)
    found: dict[tuple[str, str], Place] = {}
    for language, ours in sorted_out.items():
        for finding, place in zip(ours, places(ours, *texts(language)), strict=True):
            found.setdefault((language, finding.fingerprint), place)
    return found


def places(findings: Sequence[Finding], before: str, after: str) -> tuple[Place, ...]:
    """Find each of some findings in the new text; line 1 where the new text is empty."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    pairs: list[tuple[int, int]] = []
    if any(not f.lines_after.first for f in findings):
        numbers: dict[str, int] = {}
        a, b = ([numbers.setdefault(line.strip(), len(numbers)) for line in side] for side in (old, new))
        pairs = [(x, y) for x, y in in_order(a, b) if old[x].strip()]
    found = (_written(f, new) if f.lines_after.first else _gap(f.lines_before, pairs, len(new)) for f in findings)
    return tuple(_quoted(f, old, new, place) for f, place in zip(findings, found, strict=True))


def _quoted(finding: Finding, old: Sequence[str], new: Sequence[str], place: Place) -> Place:
    """Add the quotes for readers; both raw where they differ in markup alone, such as a link's target."""
    ends = (_ends(old, finding.lines_before, finding.evidence_before),
            _ends(new, finding.lines_after, finding.evidence_after))  # fmt: skip
    raw = (finding.evidence_before, finding.evidence_after)
    if any(part for end in ends for part in end):
        raw, ends = _whole(finding, (old, new), raw, ends)
    plain = tuple(map(_plain, raw))
    said = plain if finding.quotes[0] != finding.quotes[1] else raw
    whole = (_HALF.sub(r"\1", quote).replace("`", "") for quote in said)
    before, after = (f"{a}{q}{b}" if q else "" for q, (a, b) in zip(whole, ends, strict=True))
    return replace(place, before=before, after=after)


def _plain(quote: str) -> str:
    return readable(quote).removeprefix("…").removesuffix("…")  # told by length; here the text tells


def _whole(
    finding: Finding, texts: tuple[Sequence[str], Sequence[str]], raw: tuple[str, str], ends: tuple[_Cut, _Cut]
) -> tuple[tuple[str, str], tuple[_Cut, _Cut]]:
    """Give for quotes that were cut out of a sentence all of it, where that is not too long to be read in a table."""
    sides = zip(
        texts, reversed(texts), (finding.lines_before, finding.lines_after), raw, reversed(raw), ends, strict=True
    )
    found = [
        _sentence(lines, span, quote, "" if across else "".join(other)) if end != ("", "") else ""
        for lines, other, span, quote, across, end in sides
    ]
    kept = [(whole or quote, ("", "") if whole else end) for whole, quote, end in zip(found, raw, ends, strict=True)]
    return (kept[0][0], kept[1][0]), (kept[0][1], kept[1][1])


def _sentence(lines: Sequence[str], span: Lines, quote: str, other: str) -> str:
    """Give the sentence that a quote was cut from for its length; nothing where the rest of it is no news.

    `other` is the text of the other side where the finding has no quote of it: what stands there too was neither
    written nor removed, and may not be shown as if.
    """
    passage = "".join(lines[max(span.first - 1, 0) : span.last])
    if len(quote) < _CUT_SHORT or passage.count(quote) != 1:
        return ""
    found = _MARKER.sub("", next((s for s in sentences(passage) if quote in s), ""))
    rest = [part.strip() for part in found.split(quote)]
    known = any(len(part) >= _TELLING and part in other for part in rest)
    return "" if known or len(found) > _READABLE else found


def _ends(lines: Sequence[str], span: Lines, quote: str) -> tuple[str, str]:
    """Say on which sides a quote was cut out of its sentence: … or nothing."""
    passage = "".join(lines[max(span.first - 1, 0) : span.last])
    at = passage.find(quote) if quote else -1
    if at < 0:
        return "", ""
    before, after = passage[:at].rstrip(" *_“\"'(（"), passage[at + len(quote) :].lstrip(" *_”\"')）")
    opens = not before or before[-1] in _BOUNDS or _NUMBER.search(before) or quote[0] in _BOUNDS
    address = after.startswith("://")  # a colon, but the end of nothing
    ended = quote[-1] in _BOUNDS and not _INITIAL.search(quote)
    closes = not after or (after[0] in _BOUNDS and not address) or ended
    return "" if opens else "… ", "" if closes else " …"


def _written(finding: Finding, lines: Sequence[str]) -> Place:
    """Find the quote in its lines; the lines alone where markup stands between its words."""
    span = finding.lines_after
    passage = "".join(lines[span.first - 1 : span.last])
    start = passage.find(finding.evidence_after) if finding.evidence_after else -1
    if start < 0:
        return Place(span)
    ends = list(accumulate(len(line) for line in lines[span.first - 1 : span.last]))
    first, first_column = _position(ends, start)
    last, last_column = _position(ends, start + len(finding.evidence_after) - 1)
    return Place(Lines(span.first + first, span.first + last), first_column, last_column + 1)


def _position(ends: Sequence[int], at: int) -> tuple[int, int]:
    """Give the line (from 0) and the column (from 1) of a character, by where each line ends."""
    line = next(n for n, end in enumerate(ends) if at < end)
    return line, at - (ends[line - 1] if line else 0) + 1


def _gap(gone: Lines, pairs: Sequence[tuple[int, int]], count: int) -> Place:
    """Give the line before the gap, the first one where the text began with what is gone."""
    kept = [new for old, new in pairs if old < gone.first - 1]
    line = min(max(kept, default=0) + 1, max(count, 1))
    return Place(Lines(line, line))
