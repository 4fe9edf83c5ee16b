"""A review for a pull request: the verdict, a table, who is told what, what to do before the merge; the rest folded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from policy_versions import obligations
from policy_versions.model import Level, Mail, Outlook, ReleaseFinding
from policy_versions.reports import summary as said
from policy_versions.reports.alike import alike
from policy_versions.reports.fit import Section, Size, fit
from policy_versions.reports.markup import block, code, line, marked, plain, redline
from policy_versions.reports.summary import Report, headline
from policy_versions.reports.words import Words
from policy_versions.review import Review

COMMENT: Final = 65_536 - 1_536  # GitHub's limit of a comment, with room for a marker and a foot
SUMMARY: Final = 1_048_576 - 16_384  # bytes of GitHub's job summary; other steps share the page, not the limit
_FULL: Final = 20  # policies that are shown whole; more have a line each
_OPEN: Final = 5  # changes that stand open in the table
_DUE: Final = 8  # things to do, likewise
_PATHS: Final = 20
_NAMES: Final = 5
_ALSO: Final = 20  # other places of one change that are quoted
_SAID: Final = 90  # characters of a folded passage's beginning that stay


def utf16(text: str) -> int:
    """Measure as browsers and GitHub do, in UTF-16 units."""
    return len(text.encode("utf-16-le", "replace")) // 2


def utf8(text: str) -> int:
    """Measure in bytes."""
    return len(text.encode("utf-8", "replace"))


def render(report: Report, say: Words, *, room: int = COMMENT, size: Size = utf16) -> str:
    """Return the report, never longer than `room`; no foreign text becomes markup, a link or a mention.

    What has no room is left out whole and counted, the least important first.
    """
    return fit(list(_sections(report, say)), room, size).rstrip("\n") + "\n"


def summary(report: Report, say: Words) -> str:
    """Return the same for a job summary, which holds sixteen times as much."""
    return render(report, say, room=SUMMARY, size=utf8)


def _sections(report: Report, say: Words) -> Iterator[Section]:
    reviews = sorted(report.reviews, key=lambda r: (-r.release.level.rank, not r.blocks, not r.release.findings))
    loud = [r for r in reviews if said.loud(r) or len(reviews) == 1]
    if len(reviews) != 1:
        verdict = say.each(lambda one: plain(said.overall(report, one)), "<br>")
        yield _text(f"### {verdict}\n\n" if not reviews else f"**{verdict}**\n\n")
    for review in loud[:_FULL]:
        yield from _review(review, report.outlooks.get(review.policy.id), say)
    yield _listed(tuple(_brief(r, say) for r in loud[_FULL:]), _more(say, "policies"), rank=1)
    quiet = tuple(
        f"- {plain(say.texts(r.policy.title))}: {plain(headline(r, say.alone[0]))}\n" for r in reviews if r not in loud
    )
    yield _folded(say("report.quiet", count=len(quiet)), quiet, _more(say, "policies"), rank=5)
    if report.unjudged:
        paths = ", ".join(report.unjudged[:_PATHS]) + ("…" if report.unjudged[_PATHS:] else "")
        yield _text(f"⚠️ {say.each(lambda one: plain(one('report.unjudged', paths=paths)), '<br>')}\n\n")


def _brief(review: Review, say: Words) -> str:
    return f"- {plain(_clipped(say.texts(review.policy.title)))}: {plain(headline(review, say.alone[0]))}\n"


def _review(review: Review, outlook: Outlook | None, say: Words) -> Iterator[Section]:
    title = plain(_clipped(say.texts(review.policy.title)))
    verdict = say.each(lambda one: plain(headline(review, one)), "<br>")
    yield _text(f"### {plain(said.level(review, say))} — {title}\n\n{verdict}\n\n")
    yield from _tables(review, say)
    yield from _caused(outlook, say)
    yield from _todo(review, say)
    yield _folded(say("report.questions"), tuple(_questions(review, say)), _more(say, "other"), rank=5)
    warnings = tuple(f"- {block(b, say)}\n" for b in review.warnings)
    yield _folded(say("report.warnings"), warnings, _more(say, "other"), rank=4)
    editorial = tuple(_editorial(review, say))
    yield _folded(say("report.editorial", count=len(editorial)), editorial, _more(say, "editorial"), rank=6)


def _text(text: str) -> Section:
    return Section((), str, head=text)


def _more(say: Words, kind: str) -> Callable[[int], str]:
    return lambda count: f"\n{say.each(lambda one: marked(one, f'report.more-{kind}', {'count': str(count)}))}\n\n"


def _listed(items: tuple[str, ...], more: Callable[[int], str], rank: int) -> Section:
    return Section(items, more, foot="\n" if items else "", rank=rank)


def _folded(title: str, items: tuple[str, ...], more: Callable[[int], str], rank: int) -> Section:
    if not items:
        return Section((), more)
    return Section(items, more, f"<details><summary>{plain(title)}</summary>\n\n", "\n</details>\n\n", rank)


def _tables(review: Review, say: Words) -> Iterator[Section]:
    """Show the strictest duties, then the rest folded: what to do must stay within reach of the verdict."""
    told = alike(review, say)
    items = tuple(_row(review, group, say) for group in told)
    if not items:
        return
    names = " | ".join(say(f"column.{name}") for name in ("change", "quotes", "duty"))
    head = f"| | {names} |\n|:-:|---|---|---|\n"
    yield Section(items[:_OPEN], _left(told[:_OPEN], say), head, "\n", rank=2)
    if items[_OPEN:]:
        title = plain(say("report.others", count=sum(map(len, told[_OPEN:]))))
        opened = f"<details><summary>{title}</summary>\n\n{head}"
        yield Section(items[_OPEN:], _left(told[_OPEN:], say), opened, "\n</details>\n\n", rank=3)


def _left(rows: Sequence[Sequence[object]], say: Words) -> Callable[[int], str]:
    """Count the changes in so many last rows, which have no room."""
    more = _more(say, "changes")
    return lambda count: more(sum(map(len, rows[len(rows) - count :])))


def _row(review: Review, same: Sequence[Sequence[ReleaseFinding]], say: Words) -> str:
    """Show one change, or several that read alike: the first in full, of the others fingerprint, place and quotes."""
    group = same[0]
    cells = [
        said.sign(review, group[0], say),
        _change(review, group, say),
        _quotes(review, group, say) + _others(review, same[1:], say),
        _duty(review, group, say),
    ]
    return f"| {' | '.join(cells)} |\n"


def _others(review: Review, rows: Sequence[Sequence[ReleaseFinding]], say: Words) -> str:
    """Fold what reads as the row above it; each still is decided by itself, so each names its fingerprint."""
    if not rows:
        return ""
    title = plain(say("report.alike", count=len(rows)))
    parts = ["<br>".join([*(_where(review, f, say) for f in row), _quotes(review, row, say)]) for row in rows]
    return f"<br><details><summary>{title}</summary>{'<br><br>'.join(parts)}</details>"


def _change(review: Review, group: Sequence[ReleaseFinding], say: Words) -> str:
    meant = say.each(lambda one: _meaning(review, group, one), "<br>")
    category, direction = f"category.{said.as_judged(review, group[0]).category}", said.direction(review, group[0])
    kind = say.each(lambda one: plain(one("report.kind", category=one(category), direction=one(direction))), "<br>")
    return "<br>".join([meant, kind, *(_where(review, found, say) for found in group)])


def _meaning(review: Review, group: Sequence[ReleaseFinding], say: Words) -> str:
    """Say what changed in one language, in the decider's words where there are some, and what it means for people."""
    decided = [d.says for f in group if (d := said.made(review, f)) is not None and d.says]

    def told(found: ReleaseFinding) -> str:
        change, meant = said.explained(found.finding, say)
        return f"**{plain(say.texts(decided[0]) if decided else change)}** {plain(meant)}".strip()

    return "<br>".join(said.told_in(group, say, told))


def _where(review: Review, found: ReleaseFinding, say: Words) -> str:
    spot = say.each(lambda one: one("report.line", line=said.lines(review, found).first))
    return f"{code(found.finding.fingerprint[:12])} {code(found.language)} {plain(spot)}"


def _quotes(review: Review, group: Sequence[ReleaseFinding], say: Words) -> str:
    parts = []
    for found in group:
        before, after = said.quotes(review, found)
        name = f"{code(found.language)} " if len(group) > 1 else ""
        parts.append(name + redline(before, after, say("report.added"), say("report.removed")) + _also(found, say))
    return "<br><br>".join(parts)


def _also(found: ReleaseFinding, say: Words) -> str:
    """Fold the other places that a finding stands for under its own quotes."""
    also = found.finding.also
    if not also:
        return ""
    quoted = []
    for one in also[:_ALSO]:
        spot = say.each(lambda x, at=one: x("report.line", line=at.lines_after.first or at.lines_before.first))  # type: ignore[misc]
        quoted.append(f"{plain(spot)}: {redline(one.before, one.after, say('report.added'), say('report.removed'))}")
    if also[_ALSO:]:
        quoted.append(_more(say, "other")(len(also) - _ALSO).strip())
    title = plain(say("report.also", count=len(also)))
    return f"<br><details><summary>{title}</summary>{'<br>'.join(quoted)}</details>"


def _duty(review: Review, group: Sequence[ReleaseFinding], say: Words) -> str:
    found, duty = group[0], group[0].obligation
    parts = [f"**{plain(say(f'level.{duty.level}'))}**"]
    day = review.dates.get(found.finding.fingerprint, "")
    parts.append(
        say.each(lambda one: plain(one("report.wait", days=said.wait(review, found), day=day)), "<br>") if day else ""
    )
    if duty.guardian and duty.level is not Level.GUARDIAN:
        parts.append(plain(say("report.minors")))
    parts.append(plain(", ".join(duty.law)))
    if review.drafted:
        parts += list(dict.fromkeys(plain(said.decision(review, f, say)) for f in group))
    return "<br>".join(x for x in parts if x)


def _caused(outlook: Outlook | None, say: Words) -> Iterator[Section]:
    """Say who is touched, and show the notice; nothing where no outlook was made."""
    if outlook is None:
        return
    told = say.each(lambda one: " ".join(marked(one, *x) for x in said.touched(outlook.reach, one)), "<br>")
    yield _text(f"**{plain(say('touched.head'))}** — {told}\n\n")
    for mail in outlook.mails:
        head = say("notice.head", language=mail.language)
        about = f" — {mail.subject}" if mail.subject else ""
        yield _folded(f"{head}{about}", tuple(_mail(mail, say)), _more(say, "notice"), rank=3)


def _mail(mail: Mail, say: Words) -> Iterator[str]:
    """Quote a mail paragraph by paragraph; a quote of the policy stands in one, so that no cut halves it."""
    if mail.subject:
        yield f"> **{plain(say('notice.subject'))}** {plain(mail.subject)}\n>\n"
    else:
        yield f"> **{plain(say('notice.pages'))}**\n>\n"
    for paragraph in mail.text.strip("\n").split("\n\n"):
        yield f"> {'<br>'.join(map(_line, paragraph.splitlines()))}\n>\n"


def _line(text: str) -> str:
    return "&emsp;" * ((len(text) - len(text.lstrip())) // 2) + line(text)


def _todo(review: Review, say: Words) -> Iterator[Section]:
    if not review.blocks:
        yield _text(f"✅ **{plain(say('report.clean'))}**\n\n")
        return
    items = tuple(f"- [ ] {block(b, say)}\n" for b in said.todo(review.blocks))
    yield Section(items[:_DUE], _more(say, "todo"), f"**{plain(say('report.clear-first'))}**\n\n", "\n", rank=1)
    yield _folded(say("report.due", count=len(items) - _DUE), items[_DUE:], _more(say, "todo"), rank=2)


def _questions(review: Review, say: Words) -> Iterator[str]:
    if review.questions:
        yield f"{say.each(lambda one: marked(one, 'report.answer', {}), '<br>')}\n\n"
    for name, question in obligations.conditions().items() if review.questions else ():
        about = [x[:12] for x, names in review.questions.items() if name in names]
        if about:
            rest = f" … ({len(about)})" if about[_NAMES:] else ""
            yield f"- {code(name)} {plain(say.texts(question))}: {', '.join(map(code, about[:_NAMES]))}{rest}\n"


def _editorial(review: Review, say: Words) -> Iterator[str]:
    for language, change in review.editorial:
        key = f"editorial.{change.kind}" if say.has(f"editorial.{change.kind}") else "editorial.other"
        first = change.lines_after.first or change.lines_before.first
        spot = say.each(lambda one, first=first: one("report.line", line=first))  # type: ignore[misc]
        if change.kind == "moved":
            quote = plain(_clipped(change.after))
        else:
            quote = redline(change.before, change.after, say("report.added"), say("report.removed"))
        yield f"- {code(language)} {plain(spot)} — {plain(say(key))}: {quote}\n"


def _clipped(text: str) -> str:
    """Show the beginning of a passage that is named and not quoted, and that it goes on."""
    flat = " ".join(text.split())
    return flat if len(flat) <= _SAID else f"{flat[: _SAID - 3].rstrip()} […]"
