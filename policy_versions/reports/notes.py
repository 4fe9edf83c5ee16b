"""Remarks on lines of files, worst first: what annotations, code scanning and code quality show."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from policy_versions.decisions import Block, decided
from policy_versions.model import Decision, Level, Lines, Passage, ReleaseFinding
from policy_versions.places import Place
from policy_versions.reports.summary import Report, duty, lines, sentence
from policy_versions.reports.words import Words
from policy_versions.review import Review


class Weight(StrEnum):
    """How loud a remark is; the words of SARIF."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Note:
    """One remark on a place in a file of the repository; `fingerprint` stays while the sentence says the same."""

    rule: str
    weight: Weight
    path: str
    place: Place
    title: str
    text: str
    fingerprint: str
    decision: Decision | None = None
    found: ReleaseFinding | None = None


def notes(report: Report, say: Words) -> list[Note]:
    """Return the remarks of a report: what nobody decided before what somebody did, the strictest duty first."""
    ranked = [
        (note.decision is not None, -rank, n, note)
        for n, (rank, note) in enumerate(pair for r in report.reviews for pair in _notes(r, say))
    ]
    return [note for *_, note in sorted(ranked, key=lambda x: x[:3])]


def _notes(review: Review, say: Words) -> Iterator[tuple[int, Note]]:
    for found in review.release.findings:
        yield found.obligation.level.rank, _finding(review, found, say)
    for block in (*review.blocks, *review.warnings):
        if block.args.get("line", "").isdigit() and block.args.get("path"):
            stops = block in review.blocks
            yield (Level.CONSENT if stops else Level.ROUTINE).rank, _lint(block, stops, say)


def _finding(review: Review, found: ReleaseFinding, say: Words) -> Note:
    f, level = found.finding, found.obligation.level
    decision = decided(review.release, found)
    weight = Weight.ERROR if level.asks else Weight.WARNING if level is Level.PROMINENT or f.material else Weight.NOTE
    law = ", ".join(found.obligation.law)
    parts = [
        say.each(lambda one: sentence(review, found, one), "\n"),
        say.each(lambda one: duty(review, found, one), "\n"),
        law,
    ]
    before, after = f.evidence_before, f.evidence_after
    parts += [f"- {before}" if before else "", f"+ {after}" if after else ""]
    parts += _also(f.also, say)
    return Note(
        rule=f.rule,
        weight=Weight.NOTE if decision else weight,
        path=review.policy.files.get(found.language, ""),
        place=review.places.get((found.language, f.fingerprint)) or Place(_there(lines(review, found))),
        title=say.each(lambda one: one(f"level.{level}")),
        text="\n".join(part for part in parts if part),
        fingerprint=f.fingerprint,
        decision=decision,
        found=found,
    )


def _also(passages: Sequence[Passage], say: Words) -> Iterator[str]:
    """Quote the other places that a finding stands for."""
    if passages:
        yield say.each(lambda one: one("report.also", count=len(passages)), " / ")
    for one in passages:
        line = one.lines_after.first or one.lines_before.first
        yield from (f"{line}: {mark} {x}" for mark, x in (("-", one.before), ("+", one.after)) if x)


def _lint(block: Block, stops: bool, say: Words) -> Note:
    line = int(block.args["line"])
    key = "\0".join([block.code, *(v for k, v in sorted(block.args.items()) if k != "line")])
    return Note(
        rule=block.code,
        weight=Weight.ERROR if stops else Weight.WARNING,
        path=block.args["path"],
        place=Place(_there(Lines(line, line))),
        title=say("report.clear-first" if stops else "report.warnings"),
        text=say.each(lambda one: one.block(block), "\n"),
        fingerprint=hashlib.sha256(key.encode()).hexdigest()[:32],
    )


def _there(span: Lines) -> Lines:
    """Give lines that every file has where none are known."""
    return Lines(max(span.first, 1), max(span.last, span.first, 1))
