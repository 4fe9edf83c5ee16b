"""A review for the terminal: verdict, findings with their quotes, who is told what, what is left to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from policy_versions import obligations
from policy_versions.model import Level, Outlook, Passage, ReleaseFinding
from policy_versions.reports.pairing import rows
from policy_versions.reports.summary import (
    Report,
    as_judged,
    decision,
    direction,
    duty,
    headline,
    lines,
    made,
    overall,
    quotes,
    sentence,
    sign,
    todo,
    told_in,
    touched,
)
from policy_versions.reports.words import Words
from policy_versions.review import Review

Style = Callable[[str, str], str]


def plain(text: str, _: str) -> str:
    """Leave a text as it is: no terminal, no colour."""
    return text


def render(report: Report, say: Words, style: Style = plain) -> str:
    """Return the report; `style` colours a text by the name of its part (head, old, new, todo)."""
    parts = ["\n".join(_review(r, report.outlooks.get(r.policy.id), say, style)) + "\n" for r in report.reviews]
    if len(report.reviews) != 1:
        parts.insert(0, style(overall(report, say), "head") + "\n")
    if report.unjudged:
        parts.append("! " + say("report.unjudged", paths=", ".join(report.unjudged)) + "\n")
    return "\n".join(parts)


def _review(review: Review, outlook: Outlook | None, say: Words, style: Style) -> Iterator[str]:
    yield style(_shown(headline(review, say)), "head")
    yield _shown(f"{review.policy.id} · {say.texts(review.policy.title)}")
    for number, row in enumerate(rows(review), 1):
        yield ""
        yield from _row(review, row, number, say, style)
    yield from _caused(review, outlook, say)
    if review.editorial:
        yield ""
        yield say("report.editorial", count=len(review.editorial))
        for kind, count in Counter(change.kind for _, change in review.editorial).most_common():
            yield f"  {count} × {say(f'editorial.{kind}')}"
    yield from _asked(review, say)
    if review.warnings:
        yield ""
        yield say("report.warnings") + say("report.colon")
        yield from (_shown(f"  ! {say.block(warning)}") for warning in review.warnings)
    yield ""
    if not review.blocks:
        yield say("report.clean")
        return
    yield style(say("report.clear-first") + say("report.colon"), "todo")
    for block in todo(review.blocks):
        yield _shown(f"  ☐ {say.what(block)}")
        yield _shown(f"    {say.how(block)}")


def _row(review: Review, row: Sequence[ReleaseFinding], number: int, say: Words, style: Style) -> Iterator[str]:
    """Tell one change with its quotes in every language, and how all of it is decided at once."""
    found = row[0]
    for n, told in enumerate(told_in(row, say, lambda f: sentence(review, f, say))):
        yield _shown(f"{sign(review, found, say)} {number}. {told}" if not n else f"   {told}")
    for one in row:
        yield from _quoted(review, one, say, style)
    yield f"   {say(direction(review, found))}"
    yield from dict.fromkeys(_asks(review, f, say) for f in row)
    if review.drafted:
        for told in dict.fromkeys(decision(review, f, say) for f in row):
            yield _shown(f"   {say('column.decision')}: {told}")
        open_ = [f.finding.fingerprint[:12] for f in row if made(review, f) is None]
        if len(open_) > 1:
            yield f"   {say('report.together', fingerprints=' '.join(open_))}"


def _asks(review: Review, found: ReleaseFinding, say: Words) -> str:
    law, day = ", ".join(found.obligation.law), review.dates.get(found.finding.fingerprint)
    when = say("report.earliest", day=day) if day else ""
    return "   " + "  ".join(x for x in (duty(review, found, say), law, when) if x)


def _quoted(review: Review, found: ReleaseFinding, say: Words, style: Style) -> Iterator[str]:
    f, span = found.finding, lines(review, found)
    where = f"{review.policy.files.get(found.language, found.language)}:{span.first}"
    yield _shown(f"   {f.fingerprint[:12]}  {where}  {f.rule}  {say(f'category.{as_judged(review, found).category}')}")
    before, after = quotes(review, found)
    for quote, mark, part in ((before, "-", "old"), (after, "+", "new")):
        for line in quote.split("\n") if quote else ():
            yield style(_shown(f"   {mark} {line}"), part)
    yield from _also(f.also, say, style)


def _also(passages: Sequence[Passage], say: Words, style: Style) -> Iterator[str]:
    """Quote the other places that a finding stands for, a little further in."""
    if passages:
        yield f"   {say('report.also', count=len(passages))}{say('report.colon')}"
    for one in passages:
        where = say("report.line", line=one.lines_after.first or one.lines_before.first)
        for quote, mark, part in ((one.before, "-", "old"), (one.after, "+", "new")):
            yield from (style(_shown(f"     {where} {mark} {x}"), part) for x in quote.split("\n") if quote)


def _caused(review: Review, outlook: Outlook | None, say: Words) -> Iterator[str]:
    """Say who is touched and show the notice; where nobody foresaw that, say how to."""
    if review.release.level is Level.NONE:
        return
    yield ""
    if outlook is None:
        yield say("report.text-notice")
        return
    yield f"{say('touched.head')}{say('report.colon')}"
    yield from (_shown(f"  {say(key, **args)}") for key, args in touched(outlook.reach, say))
    for mail in outlook.mails:
        yield ""
        yield say("notice.head", language=mail.language) + say("report.colon")
        yield _shown(f"  | {say('notice.subject')}: {mail.subject}" if mail.subject else f"  | {say('notice.pages')}")
        yield "  |"
        yield from (_shown(f"  | {line}".rstrip()) for line in mail.text.rstrip("\n").split("\n"))


def _asked(review: Review, say: Words) -> Iterator[str]:
    """List the conditions of the law's table that nobody answered, with the findings they bear on."""
    if not review.questions:
        return
    yield ""
    yield say("report.questions") + say("report.colon")
    for name, question in obligations.conditions().items():
        about = [fingerprint for fingerprint, names in review.questions.items() if name in names]
        if about:
            yield f"  {name}: {say.texts(question)} ({', '.join(x[:12] for x in about)})"


def _shown(text: str) -> str:
    """Spell out what would move a terminal's cursor, and what a runner would take for a command."""
    if text.isprintable() and "##[" not in text:
        return text
    from policy_versions.reports.markup import visible  # noqa: PLC0415 - loads the redline, which few reports need

    return visible(text).replace("##[", "## [")
