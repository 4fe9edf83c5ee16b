"""Chinese sentences that only stand elsewhere, or are cut otherwise, in other words: found again by what they say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from policy_versions.alignment import Edit
from policy_versions.model import Clause, ClauseKind
from policy_versions.paraphrase import plain_words
from policy_versions.wording import signature

ALIKE: Final = 0.6
"""Of the words of both, so many stand in both: one sentence told at another place."""
PART: Final = 0.7
"""Of the words of a sentence, so many are missing in the pair that it belongs to."""
SHORTEST: Final = 3
MANY: Final = 160
"""Of more single sentences, none is looked for."""
GAP: Final = 4
"""So many signs stand between two sentences of a passage at the most."""

Words = Counter[str]
Fold = Callable[[str], str]


def rejoined(found: Sequence[Edit], fold: Fold) -> tuple[Edit, ...]:
    """Pair what went with what came where both say the same, then give each pair the part that was cut off.

    `fold` brings a text into the form that the lexicon is written for. Every quote stays an exact substring.
    """
    edits = _headed(found, fold)
    gone = [e for e in edits if not e.after and _prose(e.old)]
    come = [e for e in edits if not e.before and _prose(e.new)]
    if len(gone) + len(come) > MANY:
        return tuple(found)
    words = {id(e): Counter(plain_words(fold(e.before or e.after))) for e in (*gone, *come)}
    for old, new in _mates(gone, come, words):
        edits[_at(edits, new)] = Edit(old.before, new.after, old.old, new.new, new.change, moved=True)
        del edits[_at(edits, old)]
    edits = [_with_beside(e, found) for e in edits]
    for single in (*gone, *come):
        if any(e is single for e in edits):
            _put_back(edits, single, words[id(single)], fold)
    return tuple(edits)


def _headed(found: Sequence[Edit], fold: Fold) -> list[Edit]:
    """Leave out sentences that differ by a title alone which the other text has as a heading of its own."""
    titles = {signature(e.before or e.after) for e in found if _heading(e.old if e.before else e.new)}
    return [
        e
        for e in found
        if not (e.before and e.after and signature(_begun(e, fold).lstrip("0123456789.、 ")) in titles - {""})
    ]


def _heading(clause: Clause | None) -> bool:
    return clause is not None and clause.kind is ClauseKind.HEADING


def _begun(edit: Edit, fold: Fold) -> str:
    """Give the words that one of two wordings begins with and the other lacks, '' where more differs."""
    short, long = sorted((fold(edit.before), fold(edit.after)), key=len)
    return long[: len(long) - len(short)] if long.endswith(short) and long != short else ""


def _prose(clause: Clause | None) -> bool:
    return clause is not None and clause.kind is not ClauseKind.HEADING and not clause.head


def _row(clause: Clause | None) -> bool:
    return clause is not None and clause.kind is ClauseKind.ROW


def _with_beside(edit: Edit, found: Sequence[Edit]) -> Edit:
    """Note what stands around the side that is no row."""
    if not (edit.before and edit.after) or _row(edit.old) is _row(edit.new):
        return edit
    old = _row(edit.new)
    clause = edit.old if old else edit.new
    if clause is None:
        return edit
    around = [e.before if old else e.after for e in found if _same_place(e.old if old else e.new, clause)]
    return replace(edit, beside="\n".join([*clause.path[-1:], clause.lead, *around]))


def _same_place(one: Clause | None, other: Clause) -> bool:
    return one is not None and one.path == other.path and one.lead == other.lead


def _at(edits: Sequence[Edit], one: Edit) -> int:
    return next(n for n, e in enumerate(edits) if e is one)


def _mates(gone: Sequence[Edit], come: Sequence[Edit], words: dict[int, Words]) -> list[tuple[Edit, Edit]]:
    scored = []
    for x, old in enumerate(gone):
        for y, new in enumerate(come):
            one, other = words[id(old)], words[id(new)]
            if min(one.total(), other.total()) >= SHORTEST and not (_row(old.old) and _row(new.new)):
                score = 2 * (one & other).total() / (one.total() + other.total())
                if score >= ALIKE:
                    scored.append((-score, x, y))
    pairs: list[tuple[Edit, Edit]] = []
    taken: set[tuple[str, int]] = set()
    for _, x, y in sorted(scored):
        if not {("old", x), ("new", y)} & taken:
            taken |= {("old", x), ("new", y)}
            pairs.append((gone[x], come[y]))
    return pairs


def _put_back(edits: list[Edit], single: Edit, words: Words, fold: Fold) -> None:
    """Join a single sentence to the neighbour whose other side says it too."""
    if not words:
        return
    part = PART if words.total() >= SHORTEST else 1
    came = bool(single.after)
    for n, pair in enumerate(edits):
        here, there = (pair.after, pair.before) if came else (pair.before, pair.after)
        clause = pair.new if came else pair.old
        if not (pair.before and pair.after) or pair.label or clause is not (single.new if came else single.old):
            continue
        missing = Counter(plain_words(fold(there))) - Counter(plain_words(fold(here)))
        if (missing & words).total() < part * words.total():
            continue
        whole = _span(clause, here, single.after or single.before)
        if whole:
            edits[n] = replace(pair, after=whole) if came else replace(pair, before=whole)
            del edits[_at(edits, single)]
            return


def _span(clause: Clause | None, one: str, other: str) -> str:
    """Give the passage that two neighbouring sentences make, '' where other words stand between them."""
    text = clause.text if clause else ""
    a, b = text.find(one), text.find(other)
    if a < 0 or b < 0:
        return ""
    first, second = (a, a + len(one)), (b, b + len(other))
    if first > second:
        first, second = second, first
    return text[first[0] : second[1]] if 0 <= second[0] - first[1] <= GAP else ""
