"""Edits as statements: both sides read where they stand, table cells under the name of their row and column."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from policy_versions.alignment import Edit
from policy_versions.compare import Delta, compare
from policy_versions.facts import Fact, Statement, statement
from policy_versions.lexicon import load
from policy_versions.model import Clause, ClauseKind
from policy_versions.rows import NAME, answer, cells, row_name
from policy_versions.wording import plain, visible

LETTERS: Final = 120
"""What a new row says besides its name is told in so many signs."""


def deltas(edit: Edit, language: str) -> Iterator[Delta]:
    """Read both sides of an edit; a table row that came or went is read cell by cell."""
    clause = edit.old or edit.new
    if clause is None or clause.kind is not ClauseKind.ROW:
        yield _compared(edit, language, ())
    elif edit.before and edit.after:
        yield _flipped(edit, clause, language) or _placed(_compared(edit, language, _labels(edit)), edit.label, clause)
    elif edit.label:
        yield _placed(_compared(edit, language, _labels(edit)), edit.label, clause)
    else:
        yield from _row(edit, clause, language)


def _labels(edit: Edit) -> tuple[str, ...]:
    return (edit.label,) if edit.label else ()


def _compared(edit: Edit, language: str, labels: tuple[str, ...]) -> Delta:
    delta = compare(
        statement(edit.before, edit.old, language, labels) if edit.before else None,
        statement(edit.after, edit.new, language, labels) if edit.after else None,
    )
    return _apart(delta, load(language).fold(edit.beside)) if edit.beside else delta


def _apart(delta: Delta, beside: str) -> Delta:
    """Take the facts out that stand beside the statement anyway."""
    gained, lost = (tuple(f for f in facts if f.surface not in beside) for facts in (delta.gained, delta.lost))
    before, after = (_told_with(side, beside) for side in (delta.before, delta.after))
    return replace(delta, before=before, after=after, gained=gained, lost=lost)


def _told_with(side: Statement | None, beside: str) -> Statement | None:
    row = side is None or (side.clause is not None and side.clause.kind is ClauseKind.ROW)
    return side if row or side is None else replace(side, around=beside)


def _row(edit: Edit, clause: Clause, language: str) -> Iterator[Delta]:
    """Read a row that came or went: its name with what the other cells say, then each of them."""
    name = row_name(clause)
    if clause.head:  # a list made a table gets columns; what they say, its rows say
        clause = replace(clause, kind=ClauseKind.HEADING)
    for n, cell in enumerate(cells(clause)):
        if not any(c.isalnum() for c in cell):
            continue
        label = clause.labels[n] if n < len(clause.labels) else ""
        read = statement(cell, clause, language, clause.labels[n : n + 1])
        if _is_name(cell, name) and not clause.head:
            read = replace(named(read, name), detail=_others(clause, n))
        delta = compare(read, None) if edit.before else compare(None, read)
        yield _placed(delta, label, clause)


def _is_name(cell: str, name: str) -> bool:
    return bool(name) and plain(cell).replace("*", "").replace("`", "").strip().startswith(name)


def named(read: Statement, name: str) -> Statement:
    """Take the cell that names a row as a name, whatever words it is made of."""
    if any(f.group == "e" or f.concept.startswith(("party.brand", "party.ai")) for f in read.facts):
        return read
    fact = Fact("e.name", "".join(c for c in name.lower() if c.isalnum()), negated=False, at=0.0)
    return replace(read, facts=(*read.facts, fact), names=read.names | {"e", "e.name", "+e", "+e.name"})


def _others(clause: Clause, name: int) -> str:
    """Tell in one line what a row says besides its name, each cell with its column."""
    told = []
    for n, cell in enumerate(cells(clause)):
        if n != name and any(c.isalnum() for c in cell):
            label = clause.labels[n] if n < len(clause.labels) else ""
            told.append(f"{label}: {visible(cell)}" if label else visible(cell))
    text = "; ".join(told)
    return text if len(text) <= LETTERS else _whole(text[: LETTERS - 1])


def _whole(cut: str) -> str:
    """End a passage where a word ends, and say that it goes on."""
    return (cut.rpartition(" ")[0] or cut).rstrip(" ,;:，；：") + " …"


def _placed(delta: Delta, label: str, clause: Clause) -> Delta:
    """Note with a cell which row and column it stands in."""
    name = row_name(clause)

    def put(side: Statement | None) -> Statement | None:
        if side is None or _is_name(side.text, name):
            return side
        return replace(
            side, place=" · ".join(filter(None, (name.lstrip("# "), visible(label).lstrip("# ")[:NAME].strip())))
        )

    return replace(delta, before=put(delta.before), after=put(delta.after))


def _flipped(edit: Edit, clause: Clause, language: str) -> Delta | None:
    """Read a cell turned from no to yes, or back, as what its column says of its row, put in or taken out."""
    before, after = answer(edit.before), answer(edit.after)
    if before is None or after is None or before is after:
        return None
    said = statement(f"{edit.label}: {row_name(clause)}", clause, language, _labels(edit))
    old = replace(said, text=edit.before, folded=f"{said.folded}: {edit.before}", clause=edit.old)
    new = replace(said, text=edit.after, folded=f"{said.folded}: {edit.after}", clause=edit.new)
    turned = Delta(old, new, said.facts if after else (), said.facts if before else (), flipped=True)
    return _placed(turned, f"{edit.label}: {edit.before} → {edit.after}", clause)
