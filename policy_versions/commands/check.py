"""`policyctl check`: what a change means and still lacks, in as many reports as are asked for."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Final

import click

from policy_versions.commands import outputs
from policy_versions.commands.desk import DIRECTORY, LANG, open_desk, spoken, trusting
from policy_versions.errors import HistoryError
from policy_versions.history import Repository
from policy_versions.lint import lint
from policy_versions.model import Outlook
from policy_versions.reports import text as text_report
from policy_versions.reports.formats import FORESEEN, FORMATS, render
from policy_versions.reports.summary import Report
from policy_versions.review import Desk, review, touched

MARKDOWN: Final = (".md", ".markdown", ".mkd", ".mdown")


@click.command()
@click.argument("revisions", metavar="[BASE..HEAD]", default="")
@click.option(
    "--format",
    "kind",
    type=click.Choice(list(FORMATS)),
    help="How to report on the screen (default: text; in GitHub Actions: github).",
)
@click.option(
    "--output",
    "given",
    multiple=True,
    metavar="FORMAT=PATH",
    help="Write a report to a file too (- for the screen); repeatable.",
)
@click.option(
    "--recipients",
    "source",
    envvar="POLICYCTL_RECIPIENTS",
    default="",
    metavar="FILE|URL",
    help="Count whom the change touches: a CSV file of recipients, or a notifier's database.",
)
@click.option("--notice", is_flag=True, help="Show the notice as it would be sent in the text report too.")
@click.option("--exit-zero", is_flag=True, help="End with 0 though something blocks: report only.")
@LANG
@DIRECTORY
def check(  # noqa: PLR0913, PLR0917 - one option each
    revisions: str,
    kind: str | None,
    given: tuple[str, ...],
    source: str,
    notice: bool,
    exit_zero: bool,
    lang: str | None,
    directory: Path,
) -> None:
    """Judge what BASE..HEAD changes (default: uncommitted work against HEAD): what it means, asks for, still lacks.

    Exit 0: nothing stands in the way. 1: something blocks. 2: wrong use or configuration.
    """
    wanted = outputs.parse(given)
    actions = os.environ.get("GITHUB_ACTIONS") == "true"
    screen = kind or ("github" if actions and not wanted else "text")
    with Repository.open(directory) as repository:
        desk, report = _report(repository, revisions)
        names = {screen, *(name for name, _ in wanted)}
        if report.reviews and (source or notice or names & FORESEEN or _summary(names)):
            report = replace(report, outlooks=_foreseen(report, desk, source))
    for name, path in wanted:
        outputs.write(path, render(name, report, lang, spoken(None).languages[0]))
    if all(path != "-" for _, path in wanted):
        _show(screen, report, lang)
    if "summary" not in dict(wanted) and (summary := _summary(names)):
        outputs.write(summary, render("summary", report, lang, spoken(None).languages[0]))
    if any(r.blocks for r in report.reviews) and not exit_zero:
        sys.exit(1)


def _report(repository: Repository, revisions: str) -> tuple[Desk, Report]:
    """Review each policy that a range, or the uncommitted work, has to do with."""
    if not revisions:
        base = None if repository.unborn else repository.resolve("HEAD")
        desk = open_desk(repository, None)
        changed = repository.changed_here(base) if base else ()
    else:
        old, dots, new = revisions.partition("..")
        if not dots or not old or new.startswith("."):
            raise HistoryError(f"{revisions!r} is no range; wanted: BASE..HEAD, like main..HEAD")
        head = repository.resolve(new or "HEAD")
        base = repository.merge_base(repository.resolve(old), head)
        desk = trusting(open_desk(repository, head), repository.resolve(old))
        changed = repository.changed(base, head)
    reviews = touched(review(desk, policy, base=base, lint=lint) for policy in desk.config.policies)
    return desk, Report(reviews, unjudged=_unjudged(changed, desk))


def _unjudged(changed: Iterable[str], desk: Desk) -> tuple[str, ...]:
    """Name the changed texts that look like a policy's and belong to none: no check says anything about them."""
    known = {path for policy in desk.config.policies for path in policy.files.values()}
    tops = {_top(path) for path in known}
    strays = [p for p in changed if p.lower().endswith(MARKDOWN) and p not in known and _top(p) in tops]
    if not strays:
        return ()
    from policy_versions.importing import no_policy  # noqa: PLC0415 - most checks meet no such text

    return tuple(path for path in strays if not no_policy(path))


def _top(path: str) -> str:
    parts = PurePosixPath(path).parts
    return parts[0] if len(parts) > 1 else ""


def _foreseen(report: Report, desk: Desk, source: str) -> dict[str, Outlook]:
    from policy_versions.cli import port  # noqa: PLC0415 - the one table that names the upper packages
    from policy_versions.commands.foresight import outlooks  # noqa: PLC0415
    from policy_versions.release import publisher  # noqa: PLC0415

    about = publisher(desk.config)
    return outlooks(report.reviews, about, port("outlook"), source=source, now=datetime.now(UTC))


def _show(kind: str, report: Report, lang: str | None) -> None:
    if kind == "text":
        style = _style if outputs.colours(os.environ) else text_report.plain
        click.echo(text_report.render(report, spoken(lang), style), nl=False, color=True)
    else:
        click.echo(render(kind, report, lang, spoken(None).languages[0]), nl=False)


_COLOURS: Final = {"head": {"bold": True}, "old": {"fg": "red"}, "new": {"fg": "green"}, "todo": {"bold": True}}


def _style(text: str, part: str) -> str:
    return click.style(text, **_COLOURS[part])  # type: ignore[arg-type]


def _summary(names: Collection[str]) -> str:
    """Return the file of the job summary, which belongs to the github report; empty for none."""
    return os.environ.get("GITHUB_STEP_SUMMARY", "") if "github" in names else ""
