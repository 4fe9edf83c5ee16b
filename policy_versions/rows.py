"""Table rows: which cell answers which by the names of the columns, what a row is called, and yes and no."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from policy_versions.model import Clause
from policy_versions.strict_yaml import ours
from policy_versions.wording import plain, signature

CELL: Final = " | "
BEGINNING: Final = 20
"""A row's name stands among its first cells."""
NAME: Final = 80
"""The names of rows and columns are cut to so many signs where people read them."""
_ORNAMENT: Final = re.compile(r"^[\s*_`]+|[\s*_`.。]+$")
_LINKED: Final = re.compile(r"\s*[（(]https?://[^\s()（）]*[)）]")
_LETTER: Final = re.compile(r"[^\W\d_]")


def cells(clause: Clause) -> list[str]:
    """Give the cells of a row, verbatim, without outer blanks."""
    return [cell.strip() for cell in clause.text.split(CELL)]


def answer(cell: str) -> bool | None:
    """Read a cell that only says yes or no; None for any other."""
    bare = _ORNAMENT.sub("", cell)
    if len(bare) > 16:
        return None
    yes, no = _answers()
    return True if yes.fullmatch(bare) else False if no.fullmatch(bare) else None


@cache
def _answers() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what cells say yes and no by, in all languages: a table may mix them, and signs belong to none."""
    raw = ours(Path(__file__).parent / "answers.yaml", "answers.yaml")
    given = [row for row in raw.values() if isinstance(row, dict)] if isinstance(raw, dict) else []
    words = ("|".join(w.strip() for row in given for w in str(row[key]).split(";")) for key in ("yes", "no"))
    yes, no = (re.compile(joined, re.IGNORECASE) for joined in words)
    return yes, no


def row_name(clause: Clause) -> str:
    """Give what a row is about: its first cell with letters that is no answer, as a reader sees it."""
    return _name(clause.text)


@lru_cache(maxsize=1024)
def _name(row: str) -> str:
    named = (cell for cell in row.split(CELL, BEGINNING)[:BEGINNING] if _LETTER.search(cell) and answer(cell) is None)
    name = _LINKED.sub("", plain(next(named, "")).replace("*", "").replace("`", "")).strip()
    return name if len(name) <= NAME else f"{name[: NAME - 1].rstrip()}…"


def cell_pairs(old: Clause, new: Clause) -> Iterator[tuple[str, str, str]]:
    """Give (before, after, column) of the cells that differ, '' where a side has none.

    Cells belong together by their column's name, wherever the column now stands; columns that were renamed, by their
    order. A heading row whose cells only changed places says nothing.
    """
    left, right = cells(old), cells(new)
    if len(left) <= len(old.labels) and len(right) <= len(new.labels):
        matched = _by_label(old.labels, new.labels)
    elif old.head and new.head and Counter(map(signature, left)) == Counter(map(signature, right)):
        return
    else:
        matched = _by_words(left, right)
    for i, j in matched:
        before = left[i] if 0 <= i < len(left) else ""
        after = right[j] if 0 <= j < len(right) else ""
        if signature(before) != signature(after):
            label = new.labels[j] if 0 <= j < len(new.labels) else old.labels[i] if 0 <= i < len(old.labels) else ""
            yield before, after, label


def regrouped(old: Clause, new: Clause) -> bool:
    """Say whether two rows of the same columns stand under headings in another order: the same cells then say else."""
    if old.labels == new.labels:
        return False
    a, b = [signature(x) for x in old.labels], [signature(x) for x in new.labels]
    return a != b and Counter(a) == Counter(b)


def _by_label(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Pair columns by name, then the renamed ones by order; -1 where there is none."""
    a, b = [signature(x) for x in old], [signature(x) for x in new]
    if a == b:
        return [(k, k) for k in range(len(a))]
    places: dict[str, list[int]] = {}
    for i in range(len(a) - 1, -1, -1):
        places.setdefault(a[i], []).append(i)
    mate = {j: places[name].pop() for j, name in enumerate(b) if places.get(name)}
    taken = set(mate.values())
    free = iter([i for i in range(len(a)) if i not in taken])
    pairs = [(mate[j] if j in mate else next(free, -1), j) for j in range(len(b))]
    return [*pairs, *((i, -1) for i in free)]


def _by_words(left: Sequence[str], right: Sequence[str]) -> list[tuple[int, int]]:
    """Pair cells by place; where a side has more, those that say the same first and the others by order."""
    if len(left) == len(right):
        return [(k, k) for k in range(len(left))]
    return _by_label(left, right)
