"""A review for a pull request: the verdict, a table, what to do before the merge; the rest is folded away."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from policy_versions import obligations
from policy_versions.decisions import Block
from policy_versions.model import ReleaseFinding, SegmentKind
from policy_versions.redline import segments
from policy_versions.reports.summary import decision, duty, headline, ordered, sign
from policy_versions.reports.words import Words
from policy_versions.review import Review

_SPECIAL: Final = re.compile(r"([\\`*_\[\]#|~<>&!@])")
_ROWS: Final = 20  # of a table before the rest is folded: the verdict and what to do must stay on one screen
_LONGEST: Final = 160  # characters of a quote in a cell


def render(reviews: Sequence[Review], say: Words) -> str:
    """Return the report; every quote is escaped, so that no text of a policy becomes markup, a link or a mention."""
    if not reviews:
        return say("report.none") + "\n"
    return "\n".join("\n".join(_review(review, say)) + "\n" for review in reviews)


def _review(review: Review, say: Words) -> Iterator[str]:
    level = review.release.level
    names = say.each(lambda one: one(f"level.{level}"))
    yield f"### {say(f'sign.{level}')} {names} — {_escape(say.texts(review.policy.title))}"
    yield ""
    yield say.each(lambda one: headline(review, one), "<br>")
    yield ""
    rows = ordered(review)
    yield from _table(review, rows[:_ROWS], say)
    yield from _todo(review, say)
    if rows[_ROWS:]:
        yield from _folded(f"+ {len(rows) - _ROWS}", list(_table(review, rows[_ROWS:], say)))
    if review.questions:
        asked = [
            f"- `{name}` {_escape(say.texts(question))}: " + ", ".join(f"`{x[:12]}`" for x in about)
            for name, question in obligations.conditions().items()
            if (about := [x for x, names in review.questions.items() if name in names])
        ]
        yield from _folded(say("report.questions"), asked)
    if review.warnings:
        yield from _folded(say("report.warnings"), [f"- {_escape(say.block(w))}" for w in review.warnings])
    if review.editorial:
        yield from _folded(say("report.editorial", count=len(review.editorial)), list(_editorial(review, say)))


def _table(review: Review, rows: Sequence[ReleaseFinding], say: Words) -> Iterator[str]:
    if not rows:
        return
    names = ["change", "quotes", "direction", "duty", "law", *(["decision"] if review.drafted else [])]
    yield "| | " + " | ".join(say(f"column.{name}") for name in names) + " |"
    yield "|---" * (len(names) + 1) + "|"
    for found in rows:
        f = found.finding
        cells = [
            sign(found, say),
            f"{_escape(say.texts(f.explanation))}<br><sub>`{f.fingerprint[:12]}` {found.language} `{f.rule}`</sub>",
            _quotes(f.evidence_before, f.evidence_after, say),
            say(f"direction.{f.direction}"),
            say.each(partial(duty, found)),
            _escape(", ".join(found.obligation.law)) or say("report.absent"),
        ]
        yield f"| {' | '.join(cells + ([_escape(decision(review, found, say))] if review.drafted else []))} |"
    yield ""


def _quotes(before: str, after: str, say: Words) -> str:
    """Return both quotes as a redline where they have much in common, else one after the other."""
    parts = segments(before, after) if before and after else ()
    kept = sum(len(s.text) for s in parts if s.kind is SegmentKind.EQUAL)
    if kept * 2 > max(len(before), len(after)):
        tag = {SegmentKind.INSERT: "ins", SegmentKind.DELETE: "del"}
        said = (f"<{t}>{_escape(s.text)}</{t}>" if (t := tag.get(s.kind)) else _escape(_short(s.text)) for s in parts)
        return "".join(said)
    absent = say("report.absent")
    return f"{_escape(_cut(before)) or absent} → {_escape(_cut(after)) or absent}"


def _short(text: str) -> str:
    """Leave out the middle of a long run that both sides share."""
    return text if len(text) <= 40 else f"{text[:15]}…{text[-15:]}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _todo(review: Review, say: Words) -> Iterator[str]:
    if not review.blocks:
        yield f"✅ {say('report.clean')}"
        yield ""
        return
    yield f"**{say('report.clear-first')}**"
    yield ""
    yield from (f"- [ ] {say.each(partial(_block, b), '<br>')}" for b in review.blocks)
    yield ""


def _block(block: Block, say: Words) -> str:
    return f"{_escape(say.what(block))} {say.how(block)}"


def _editorial(review: Review, say: Words) -> Iterator[str]:
    for language, change in review.editorial:
        kind = say(f"editorial.{change.kind}") if say.has(f"editorial.{change.kind}") else change.kind
        yield f"- {language} {_lines(change.lines_after.first or change.lines_before.first)} {kind}: " + _quotes(
            change.before, change.after, say
        )


def _lines(line: int) -> str:
    return f"L{line}"


def _folded(title: str, lines: Sequence[str]) -> Iterator[str]:
    yield f"<details><summary>{title}</summary>"
    yield ""
    yield from lines
    yield ""
    yield "</details>"
    yield ""


def _escape(text: str) -> str:
    return " ".join(_SPECIAL.sub(r"\\\1", text).split())
