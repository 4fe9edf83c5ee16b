"""A review for the terminal: verdict, findings with their quotes, what is left to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from policy_versions import obligations
from policy_versions.model import ReleaseFinding
from policy_versions.reports.summary import decision, duty, headline, ordered, sign
from policy_versions.reports.words import Words
from policy_versions.review import Review

Style = Callable[[str, str], str]


def plain(text: str, _: str) -> str:
    """Leave a text as it is: no terminal, no colour."""
    return text


def render(reviews: Sequence[Review], say: Words, style: Style = plain) -> str:
    """Return the report; `style` colours a text by the name of its part (head, old, new, todo)."""
    if not reviews:
        return say("report.none") + "\n"
    return "\n".join("\n".join(_review(review, say, style)) + "\n" for review in reviews)


def _review(review: Review, say: Words, style: Style) -> Iterator[str]:
    yield style(headline(review, say), "head")
    yield f"{review.policy.id} · {say.texts(review.policy.title)}"
    for number, found in enumerate(ordered(review), 1):
        yield ""
        yield from _finding(review, found, number, say, style)
    if review.editorial:
        yield ""
        yield say("report.editorial", count=len(review.editorial))
    yield from _asked(review, say)
    for warning in review.warnings:
        yield f"  ! {say.block(warning)}"
    yield ""
    if not review.blocks:
        yield say("report.clean")
        return
    yield style(say("report.clear-first"), "todo")
    for block in review.blocks:
        yield f"  ☐ {say.what(block)}"
        yield f"    {say.how(block)}"


def _finding(review: Review, found: ReleaseFinding, number: int, say: Words, style: Style) -> Iterator[str]:
    f = found.finding
    lines = f.lines_after if f.lines_after.first else f.lines_before
    yield f"{sign(found, say)} {number}. {say.texts(f.explanation)}"
    where = f"{found.language}:{lines.first}-{lines.last}"
    yield f"   {f.fingerprint[:12]}  {where}  {f.rule}  {say(f'category.{f.category}')}"
    for quote, mark, part in ((f.evidence_before, "-", "old"), (f.evidence_after, "+", "new")):
        for line in quote.split("\n") if quote else ():
            yield style(f"   {mark} {line}", part)
    yield f"   {say(f'direction.{f.direction}')}"
    yield f"   {duty(found, say)}  {', '.join(found.obligation.law)}".rstrip()
    if review.drafted:
        yield f"   {say('column.decision')}: {decision(review, found, say)}"


def _asked(review: Review, say: Words) -> Iterator[str]:
    """List the conditions of the law's table that nobody answered, with the findings they bear on."""
    if not review.questions:
        return
    yield ""
    yield say("report.questions") + ":"
    for name, question in obligations.conditions().items():
        about = [fingerprint for fingerprint, names in review.questions.items() if name in names]
        if about:
            yield f"  {name}: {say.texts(question)} ({', '.join(x[:12] for x in about)})"
