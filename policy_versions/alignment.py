"""Document x Document -> ClauseChanges: what stayed, moved, changed, was split, merged, added or removed.

Equal signatures come first, in order and then anywhere; then passages that were only cut differently (a list made a
paragraph); then likeness. A clause is added or removed only when nothing on the other side speaks for it.
`sentence_changes` and `edits` say what differs inside, sentence by sentence, leaving out what merely stands elsewhere.
A moved clause says the same words under other headings (`path`) or another introduction (`lead`): compare those.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from policy_versions.likeness import likeness, proposals
from policy_versions.matching import in_order
from policy_versions.model import ChangeKind, Clause, ClauseChange, ClauseKind, Document
from policy_versions.rows import row_name
from policy_versions.statements import STATEMENT, Edit, Elsewhere, edits, sentence_changes
from policy_versions.wording import normalise, signature

__all__ = ["Edit", "Elsewhere", "align", "edits", "normalise", "sentence_changes", "signature"]

NEAR: Final = 0.4
FAR: Final = 0.6
INSIDE: Final = 0.75
PREFIX: Final = 6
RECUT: Final = 400
"""How many clauses one passage may be cut into and still be recognised as the same."""

Group = tuple[list[int], list[int]]


def align(before: Document, after: Document) -> tuple[ClauseChange, ...]:
    """Say how the clauses of two texts correspond; every clause of both sides stands in exactly one change.

    Changes come in the order of the new text, removed ones where they stood. Typography, numbering, bullets, emphasis,
    heading levels, wrapping and the form (list, table, paragraph) are no change. A moved clause with a small change
    inside is changed, with both paths. Time is bounded for any input: large unlike texts are told more coarsely, and
    nothing is left out.
    """
    return tuple(_Alignment(before.clauses, after.clauses).changes())


class _Alignment:
    def __init__(self, before: Sequence[Clause], after: Sequence[Clause]) -> None:
        self.old, self.new = before, after
        self.a = [signature(c.text) for c in before]
        self.b = [signature(c.text) for c in after]
        self.said_old, self.said_new = frozenset(self.a), frozenset(self.b)
        self.kinds: dict[int, ChangeKind] = {}  # by the group's number
        self.groups: list[Group] = []
        self.of_old: dict[int, int] = {}
        self.of_new: dict[int, int] = {}

    def changes(self) -> Iterator[ClauseChange]:
        self._equal()
        self._recut()
        self._named_rows()
        self._alike()
        self._inside()
        self._echoes()
        yield from self._ordered()

    def _join(self, olds: Sequence[int], news: Sequence[int], kind: ChangeKind) -> None:
        number = len(self.groups)
        self.groups.append((list(olds), list(news)))
        self.kinds[number] = kind
        self.of_old |= dict.fromkeys(olds, number)
        self.of_new |= dict.fromkeys(news, number)

    def _left(self) -> tuple[list[int], list[int]]:
        return (
            [i for i in range(len(self.a)) if i not in self.of_old],
            [j for j in range(len(self.b)) if j not in self.of_new],
        )

    def _equal(self) -> None:
        numbers: dict[str, int] = {}
        a = [numbers.setdefault(s, len(numbers)) for s in self.a]
        b = [numbers.setdefault(s, len(numbers)) for s in self.b]
        for i, j in in_order(a, b, weights=[len(s) + 1 for s in self.a]):
            self._join([i], [j], ChangeKind.MOVED if self._elsewhere(i, j) else ChangeKind.UNCHANGED)
        olds, news = self._left()
        places: defaultdict[str, list[int]] = defaultdict(list)
        for j in reversed(news):
            places[self.b[j]].append(j)
        for i in olds:
            if places.get(self.a[i]):
                self._join([i], [places[self.a[i]].pop()], ChangeKind.MOVED)

    def _elsewhere(self, i: int, j: int) -> bool:
        """Say whether a clause came under another heading or introduction, both of which stand in both texts.

        Which of a list's items and its neighbours' introduction moved past the other cannot be told; what matters is
        that the item now belongs to the other.
        """
        for old, new in ((self.old[i].lead, self.new[j].lead), (_above(self.old[i]), _above(self.new[j]))):
            if old != new and old and new:
                x, y = signature(old), signature(new)
                if x != y and x in self.said_new and y in self.said_old:
                    return True
        return False

    def _recut(self) -> None:
        """Find passages whose words are the same and only cut into other clauses."""
        olds, news = self._left()
        starts: defaultdict[str, list[int]] = defaultdict(list)
        for j in news:
            starts[self.b[j][:PREFIX]].append(j)
        for i in olds:
            if i in self.of_old:
                continue
            beside = self._beside(i)
            for j in [*starts.get(self.a[i][:PREFIX], ())[:8], *beside]:
                group = None if j in self.of_new else self._same_words(i, j)
                if group:
                    olds_in, news_in = group
                    self._join(
                        olds_in, news_in, ChangeKind.SPLIT if len(news_in) >= len(olds_in) else ChangeKind.MERGED
                    )
                    break

    def _beside(self, i: int) -> list[int]:
        """Give the free clause after the one that the clause before this one went to; the very first, for the first."""
        group = self.of_old.get(i - 1)
        j = 0 if i == 0 else -1 if group is None else self.groups[group][1][-1] + 1
        return [j] if 0 <= j < len(self.b) and j not in self.of_new else []

    def _same_words(self, i: int, j: int) -> Group | None:
        """Extend from two clauses over their free neighbours until both sides have said the same words."""
        x, y = self.a[i], self.b[j]
        left, right = [i], [j]
        while x != y and len(left) + len(right) < RECUT:
            if x.startswith(y) and (k := right[-1] + 1) < len(self.b) and k not in self.of_new:
                x, y = x[len(y) :], self.b[k]
                right.append(k)
            elif y.startswith(x) and (k := left[-1] + 1) < len(self.a) and k not in self.of_old:
                y, x = y[len(x) :], self.a[k]
                left.append(k)
            else:
                return None
        return (left, right) if x == y and len(left) + len(right) > 2 else None

    def _named_rows(self) -> None:
        """Pair the rows that alone bear a name under the same columns: whatever else in them changed."""
        olds, news = self._left()
        named = [self._names(self.old, olds), self._names(self.new, news)]
        for name, i in named[0].items():
            j = named[1].get(name)
            if i is not None and j is not None:
                self._join([i], [j], ChangeKind.CHANGED)

    def _names(self, clauses: Sequence[Clause], free: Sequence[int]) -> dict[tuple[str, ...], int | None]:
        """Give the free rows by columns and name; None where two bear the same."""
        found: dict[tuple[str, ...], int | None] = {}
        for k in free:
            name = signature(row_name(clauses[k])) if clauses[k].kind is ClauseKind.ROW and clauses[k].labels else ""
            if name:
                key = (*sorted(map(signature, clauses[k].labels)), name)
                found[key] = None if key in found else k
        return found

    def _alike(self) -> None:
        """Pair the clauses that are most alike, the likest first; neighbours of what is paired already need less."""
        olds, news = self._left()
        if not olds or not news:
            return
        pairs = proposals([self.old[i].text for i in olds], [self.new[j].text for j in news], NEAR)
        near_old, near_new = self._gap(olds, self.of_old, 0), self._gap(news, self.of_new, 1)
        scored = []
        for score, x, y in [*pairs, *self._opposite(olds, news, near_old, near_new)]:
            near = near_old[x] == near_new[y]
            if score >= (NEAR if near else FAR):
                scored.append((score + 0.15 * near, olds[x], news[y]))
        for _, i, j in sorted(scored, key=lambda t: (-t[0], t[1], t[2])):
            if i not in self.of_old and j not in self.of_new:
                self._join([i], [j], ChangeKind.CHANGED)

    def _gap(self, left: Sequence[int], taken: dict[int, int], side: int) -> list[int]:
        """Name for each free clause the gap it stands in: the group before it."""
        gaps, last, k = [], -1, 0
        free = set(left)
        for k in range((left[-1] + 1) if left else 0):
            if k in free:
                gaps.append(last)
            elif self.kinds[taken[k]] is ChangeKind.UNCHANGED:
                last = taken[k]
        return gaps

    def _opposite(
        self, olds: list[int], news: list[int], near_old: list[int], near_new: list[int]
    ) -> Iterator[tuple[float, int, int]]:
        """Give pairs that stand alone opposite each other, or in small gaps, which rare words may not have proposed."""
        by_gap: defaultdict[int, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        for x, gap in enumerate(near_old):
            by_gap[gap][0].append(x)
        for y, gap in enumerate(near_new):
            by_gap[gap][1].append(y)
        for xs, ys in by_gap.values():
            if len(xs) * len(ys) <= 64:
                for x in xs:
                    for y in ys:
                        yield likeness(self.old[olds[x]].text, self.new[news[y]].text, NEAR), x, y

    def _inside(self) -> None:
        """Attach a free clause whose words stand inside a changed one of the other side: merged or split."""
        olds, news = self._left()
        changed = [(n, g) for n, g in enumerate(self.groups) if self.kinds[n] is ChangeKind.CHANGED]
        if changed and (olds or news):
            long_old = [(self.old[i].text, i) for i in olds if len(self.a[i]) >= STATEMENT]
            long_new = [(self.new[j].text, j) for j in news if len(self.b[j]) >= STATEMENT]
            self._absorb(long_old, [(n, self.new[g[1][0]].text) for n, g in changed], 0)
            self._absorb(long_new, [(n, self.old[g[0][0]].text) for n, g in changed], 1)

    def _absorb(self, free: list[tuple[str, int]], whole: list[tuple[int, str]], side: int) -> None:
        best: dict[int, tuple[float, int]] = {}
        for score, x, y in proposals([t for t, _ in free], [t for _, t in whole], INSIDE, inside=True):
            if score > best.get(x, (0.0, 0))[0]:
                best[x] = (score, whole[y][0])
        for x, (_, number) in sorted(best.items()):
            group, k = self.groups[number], free[x][1]
            if len(group[1 - side]) > 1:
                continue
            group[side].append(k)
            group[side].sort()
            (self.of_new if side else self.of_old)[k] = number
            self.kinds[number] = ChangeKind.SPLIT if side else ChangeKind.MERGED

    def _echoes(self) -> None:
        """Attach a statement said twice and now once (or the reverse) to the place where it still stands."""
        olds, news = self._left()
        for free, mine, theirs, taken, side in (
            (olds, self.a, self.b, self.of_new, 0),
            (news, self.b, self.a, self.of_old, 1),
        ):
            places = {theirs[k]: n for k, n in taken.items()} if free else {}
            for k in free:
                number = places.get(mine[k])
                if number is None or len(mine[k]) < STATEMENT or len(self.groups[number][1 - side]) > 1:
                    continue
                self.groups[number][side].append(k)
                self.groups[number][side].sort()
                (self.of_new if side else self.of_old)[k] = number
                self.kinds[number] = ChangeKind.SPLIT if side else ChangeKind.MERGED

    def _ordered(self) -> Iterator[ClauseChange]:
        """Order by the new text; what was removed follows the change that held the clause before it."""
        keyed: list[tuple[tuple[int, int, int], ClauseChange]] = []
        for number, (olds, news) in enumerate(self.groups):
            keyed.append(((min(news), 0, 0), self._change(self.kinds[number], olds, news)))
        keyed += [
            ((j, 0, 0), self._change(ChangeKind.ADDED, [], [j])) for j in range(len(self.b)) if j not in self.of_new
        ]
        at = -1
        for i in range(len(self.a)):
            number = self.of_old.get(i, -1)
            if number >= 0:
                at = max(self.groups[number][1]) if self.kinds[number] is not ChangeKind.MOVED else at
            else:
                keyed.append(((at, 1, i), self._change(ChangeKind.REMOVED, [i], [])))
        return (change for _, change in sorted(keyed, key=lambda k: k[0]))

    def _change(self, kind: ChangeKind, olds: Sequence[int], news: Sequence[int]) -> ClauseChange:
        return ClauseChange(kind, tuple(self.old[i] for i in olds), tuple(self.new[j] for j in news))


def _above(clause: Clause) -> str:
    return clause.path[-1] if clause.path else ""
