"""What differs inside the changes, sentence by sentence; what merely stands elsewhere is no difference."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from policy_versions.likeness import likeness, proposals
from policy_versions.model import ChangeKind, Clause, ClauseChange, ClauseKind
from policy_versions.rows import cell_pairs, cells, regrouped
from policy_versions.sentences import LONGEST, sentences, shorter
from policy_versions.wording import signature

STATEMENT: Final = 16
"""Signatures shorter than this are names and headings; their text elsewhere states nothing about this place."""
SAME_PLACE: Final = 0.4
OTHER_PLACE: Final = 0.75
ALL_PAIRS: Final = 900
RECUT: Final = 40
MANY: Final = 6000
"""So many edits are told by the sentence; nobody reads more, and what follows is told by the clause."""

_POINTING: Final = re.compile(
    r"\W*(?:此|该|这|上述|前述|以上|其(?!他)|(?:this|these|that|those|such|it|they|the above)\b)", re.IGNORECASE
)

Said = tuple[str, Clause]
"""A sentence and the clause that says it."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One sentence that differs.

    `before` and `after` are exact substrings of `old.text` and `new.text`, '' where there is none. `moved`: the two
    stand in different changes, so their headings may differ as well. `label` is the column of a cell.
    `beside`: what stands around the side that is no row, where the other is one and says it in one piece.
    """

    before: str
    after: str
    old: Clause | None
    new: Clause | None
    change: ClauseChange
    moved: bool = False
    label: str = ""
    beside: str = ""


class Elsewhere:
    """Every statement of two texts, to know one that is gone from here from one that is gone; made from all changes."""

    def __init__(self, changes: Sequence[ClauseChange]) -> None:
        self._changes = changes

    @cached_property
    def before(self) -> Counter[str]:
        """Give the signatures of all statements of the old text, and how often each is made."""
        return Counter(signature(s) for change in self._changes for s, _ in said(change.before))

    @cached_property
    def after(self) -> Counter[str]:
        """Give the signatures of all statements of the new text, and how often each is made."""
        return Counter(signature(s) for change in self._changes for s, _ in said(change.after))

    def survives(self, sentence: str) -> bool:
        """Say whether a sentence of the old text that is gone from its place stands in the new text as well.

        One that points at its place ("this data …", 此部分数据) must stand there as often as before.
        """
        return _stands(sentence, self.before, self.after)

    def existed(self, sentence: str) -> bool:
        """Say whether a sentence that is new at its place stood in the old text, as `survives` does for one gone."""
        return _stands(sentence, self.after, self.before)


def _stands(sentence: str, here: Counter[str], there: Counter[str]) -> bool:
    sign = signature(sentence)
    enough = here[sign] if _POINTING.match(sentence) else 1
    return len(sign) >= STATEMENT and there[sign] >= max(1, enough)


def said(clauses: Iterable[Clause]) -> list[Said]:
    """Give the sentences of clauses with the clause of each; a table row is one statement unless it holds prose."""
    return [(s, c) for c in clauses for s in ((c.text,) if _one(c) else sentences(c.text))]


PROSE, LINES = 300, 3
"""A cell of so many signs and sentences is a passage that only its page's layout put into a table."""


def _one(clause: Clause) -> bool:
    return clause.kind is ClauseKind.ROW and not any(map(_prose, cells(clause)))


def _prose(cell: str) -> bool:
    return len(cell) >= PROSE and len(sentences(cell)) >= LINES


def sentence_changes(change: ClauseChange, elsewhere: Elsewhere | None = None) -> tuple[tuple[str, str], ...]:
    """Give the sentences that differ in a change as (before, after), '' on the side that lacks it, in document order.

    Sentences equal but for typography, order or cutting are left out, and with `elsewhere` also statements that stand
    at another place of the other text. Empty for a change of form only. Rows are compared cell by cell.
    """
    return tuple((e.before, e.after) for e in _edits(change, elsewhere))


def edits(changes: Sequence[ClauseChange]) -> tuple[Edit, ...]:
    """Give every sentence that differs between two texts, in the order of `changes`.

    A sentence taken out here and written in there with other words comes once, as a pair marked `moved`. Moved clauses
    give no edit: their words are the same and only their headings may say something new. After MANY edits each change
    gives one, uncut.
    """
    elsewhere = Elsewhere(changes)
    found: list[Edit] = []
    for change in changes:
        if len(found) < MANY:
            found += (e for edit in _edits(change, elsewhere) for e in _bounded(edit))
        elif change.kind not in (ChangeKind.UNCHANGED, ChangeKind.MOVED):
            found.append(_whole(change))
    gone = [e for e in found[:MANY] if not e.after and len(signature(e.before)) >= STATEMENT]
    come = [e for e in found[:MANY] if not e.before and len(signature(e.after)) >= STATEMENT]
    partner: dict[int, Edit] = {}
    likely = proposals([e.before for e in gone], [e.after for e in come], OTHER_PLACE)
    for _, x, y in sorted(likely, key=lambda p: (-p[0], p[1], p[2])):
        if id(gone[x]) not in partner and id(come[y]) not in partner:
            partner |= {id(gone[x]): come[y], id(come[y]): gone[x]}
    return tuple(_joined(found, partner))


def _whole(change: ClauseChange) -> Edit:
    old, new = (side[0] if side else None for side in (change.before, change.after))
    return Edit(old.text if old else "", new.text if new else "", old, new, change)


def _joined(found: Sequence[Edit], partner: dict[int, Edit]) -> Iterator[Edit]:
    for edit in found:
        other = partner.get(id(edit))
        if other is None:
            yield edit
        elif edit.after:  # the pair is told where it now stands
            yield Edit(other.before, edit.after, other.old, edit.new, edit.change, moved=True)


def _edits(change: ClauseChange, elsewhere: Elsewhere | None) -> Iterator[Edit]:
    if change.kind in (ChangeKind.UNCHANGED, ChangeKind.MOVED):
        if len(change.before) == 1 == len(change.after) and regrouped(change.before[0], change.after[0]):
            yield from _cells(change, elsewhere)
        return
    rows = [c for c in (*change.before, *change.after) if c.kind is ClauseKind.ROW]
    if len(rows) == 2 == len(change.before) + len(change.after) and len(change.before) == 1:
        yield from _cells(change, elsewhere)
        return
    if not (change.before and change.after):
        yield from _lone(change, elsewhere)
        return
    for before, after in _told(said(change.before), said(change.after), elsewhere):
        yield Edit(
            before[0] if before else "", after[0] if after else "", before and before[1], after and after[1], change
        )


def _told(old: list[Said], new: list[Said], elsewhere: Elsewhere | None) -> list[tuple[Said | None, Said | None]]:
    """Pair the sentences that differ and stand nowhere else."""
    old, new = _differing(old, new)
    if elsewhere is not None:
        old = [s for s in old if not elsewhere.survives(s[0])]
        new = [s for s in new if not elsewhere.existed(s[0])]
    return _paired(old, new)


def _lone(change: ClauseChange, elsewhere: Elsewhere | None) -> Iterator[Edit]:
    """Give what was added, or removed, sentence by sentence."""
    for sentence, clause in said(change.before):
        if elsewhere is None or not elsewhere.survives(sentence):
            yield Edit(sentence, "", clause, None, change)
    for sentence, clause in said(change.after):
        if elsewhere is None or not elsewhere.existed(sentence):
            yield Edit("", sentence, None, clause, change)


def _cells(change: ClauseChange, elsewhere: Elsewhere | None) -> Iterator[Edit]:
    old, new = change.before[0], change.after[0]
    for before, after, label in cell_pairs(old, new):
        if _prose(before) or _prose(after):
            here, there = ([(s, c) for s in sentences(t)] for t, c in ((before, old), (after, new)))
            for one, other in _told(here, there, elsewhere):
                yield Edit(one[0] if one else "", other[0] if other else "", old, new, change, label=label)
        else:
            yield Edit(before, after, old, new, change, label=label)


def _bounded(edit: Edit) -> Iterator[Edit]:
    """Cut an edit whose text is longer than any sentence (an enormous cell, a page without a full stop) into pieces."""
    if max(len(edit.before), len(edit.after)) <= LONGEST:
        yield edit
        return
    clause = edit.new or edit.old
    if clause is None or (clause.kind is ClauseKind.ROW and not edit.label and not (edit.before and edit.after)):
        yield from _row_cells(edit, clause)
        return
    old, new = ([(piece, clause) for piece in shorter(text)] for text in (edit.before, edit.after))
    for before, after in _paired(*_differing(old, new)):
        yield replace(edit, before=before[0] if before else "", after=after[0] if after else "")


def _row_cells(edit: Edit, clause: Clause | None) -> Iterator[Edit]:
    """Give a wide row that came or went cell by cell."""
    for n, cell in enumerate(cells(clause) if clause else ()):
        label = clause.labels[n] if clause and n < len(clause.labels) else f"#{n + 1}"
        for piece in shorter(cell):
            yield replace(edit, before=piece if edit.before else "", after=piece if edit.after else "", label=label)


def _differing(old: list[Said], new: list[Said]) -> tuple[list[Said], list[Said]]:
    """Drop what both sides say: equal sentences in any order, then runs of sentences that were only cut differently."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for j in range(len(new) - 1, -1, -1):
        places[signature(new[j][0])].append(j)
    same_new: set[int] = set()
    left: list[int] = []
    for i, (sentence, _) in enumerate(old):
        found = places.get(signature(sentence))
        if found:
            same_new.add(found.pop())
        else:
            left.append(i)
    right = [j for j in range(len(new)) if j not in same_new]
    gone, come = _recut([signature(old[i][0]) for i in left], [signature(new[j][0]) for j in right])
    return [old[i] for k, i in enumerate(left) if k not in gone], [new[j] for k, j in enumerate(right) if k not in come]


def _recut(a: list[str], b: list[str]) -> tuple[set[int], set[int]]:
    starts: defaultdict[str, list[int]] = defaultdict(list)
    for j, sign in enumerate(b):
        starts[sign[:2]].append(j)
    gone: set[int] = set()
    come: set[int] = set()
    for i in range(len(a)):
        for j in () if i in gone else starts.get(a[i][:2], ())[:16]:
            x, y, p, q = a[i], b[j], i + 1, j + 1
            while x != y and p - i + q - j < RECUT:
                if y and x.startswith(y) and q < len(b):
                    x, y, q = x[len(y) :], b[q], q + 1
                elif x and y.startswith(x) and p < len(a):
                    y, x, p = y[len(x) :], a[p], p + 1
                else:
                    break
            if x == y and come.isdisjoint(range(j, q)) and gone.isdisjoint(range(i, p)):
                gone |= set(range(i, p))
                come |= set(range(j, q))
                break
    return gone, come


def _paired(old: list[Said], new: list[Said]) -> list[tuple[Said | None, Said | None]]:
    """Pair the sentences most alike; the order is that of the new text, with what is gone at its old place."""
    a, b = [s for s, _ in old], [s for s, _ in new]
    if len(a) * len(b) <= ALL_PAIRS:
        scored = [(likeness(x, y), i, j) for i, x in enumerate(a) for j, y in enumerate(b)]
    else:
        scored = proposals(a, b, SAME_PLACE)
    mate: dict[int, int] = {}
    taken: set[int] = set()
    for score, i, j in sorted(scored, key=lambda t: (-t[0], t[1], t[2])):
        if (score >= SAME_PLACE or len(a) == 1 == len(b)) and i not in mate and j not in taken:
            mate[i] = j
            taken.add(j)
    keyed: list[tuple[tuple[float, int], tuple[Said | None, Said | None]]] = []
    at = -1.0
    for i, sentence in enumerate(old):
        if i in mate:
            at = float(mate[i])
        keyed.append(((at + (i not in mate) / 2, i), (sentence, new[mate[i]] if i in mate else None)))
    keyed += [((float(j), -1), (None, sentence)) for j, sentence in enumerate(new) if j not in taken]
    return [pair for _, pair in sorted(keyed, key=lambda k: k[0])]
