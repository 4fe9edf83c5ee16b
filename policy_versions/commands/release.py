"""`policyctl check`, `draft`, `decide`, `publish`, `verify`: from a change to a record that nobody can alter unseen."""

from __future__ import annotations

import os
import sys
from datetime import datetime
from pathlib import Path

import click

from policy_versions import config as settings
from policy_versions import decisions, release_file
from policy_versions.config import Config, Policy
from policy_versions.errors import BlockedError, ConfigError, HistoryError
from policy_versions.history import Repository
from policy_versions.lint import lint
from policy_versions.model import Decision, Level, Verdict
from policy_versions.reports import json as json_report
from policy_versions.reports import text as text_report
from policy_versions.reports.summary import level as headline_level
from policy_versions.reports.words import LANGUAGES, Words, words
from policy_versions.review import Desk, Review, Source, review, state, touched

_DIRECTORY = click.option(
    "-C", "--directory", default=".", metavar="DIR", help="The policy repository, or a folder in it (default: here).",
    type=click.Path(path_type=Path),
)  # fmt: skip
_LANG = click.option(
    "--lang", type=click.Choice(LANGUAGES), envvar="POLICYCTL_LANG", help="Speak Chinese or English (default: as LANG)."
)
_DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.argument("revisions", metavar="[BASE..HEAD]", default="")
@click.option(
    "--format", "kind", type=click.Choice(["text", "json", "markdown"]), default="text", help="How to report."
)
@_LANG
@_DIRECTORY
def check(revisions: str, kind: str, lang: str | None, directory: Path) -> None:
    """Judge what BASE..HEAD changes (default: uncommitted work against HEAD): what it means, asks for, still lacks.

    Exit 0: nothing stands in the way. 1: something blocks. 2: wrong use or configuration.
    """
    with Repository.open(directory) as repository:
        reviews = _reviews(repository, revisions)
    if kind == "json":
        click.echo(json_report.render(reviews), nl=False)
    elif kind == "markdown":
        from policy_versions.reports import markdown as markdown_report  # noqa: PLC0415 - loads the redline

        click.echo(markdown_report.render(reviews, words(lang) if lang else words(*LANGUAGES)), nl=False)
    else:
        click.echo(text_report.render(reviews, _words(lang), _style()), nl=False)
    if any(r.blocks for r in reviews):
        sys.exit(1)


@click.command()
@click.argument("policy", required=False)
@click.option(
    "--effective", type=_DAY, metavar="DATE", help="From which day it applies (default: the earliest lawful one)."
)
@click.option("--number", metavar="N", help="Its number (default: as the change demands).")
@_LANG
@_DIRECTORY
def draft(
    policy: str | None, effective: datetime | None, number: str | None, lang: str | None, directory: Path
) -> None:
    """Write the release file of the next version: findings, duties, earliest lawful date, summaries to be worded.

    An older draft is brought up to date; decisions on sentences that did not change are kept.
    """
    from policy_versions import publishing  # noqa: PLC0415 - a check, which must be quick, needs none of it

    say = _words(lang)
    with Repository.open(directory) as repository:
        desk = _desk(repository, None)
        header = "\n".join(words(x)("draft.header") for x in LANGUAGES)
        root = _root(repository)
        for one in _policies(desk.config, policy):
            found = publishing.draft(
                desk, one, header=header, number=number, effective=effective.date() if effective else None
            )
            if found is None:
                click.echo(say("draft.nothing", policy=one.id), err=True)
                continue
            (root / found.path).parent.mkdir(parents=True, exist_ok=True)
            (root / found.path).write_bytes(found.data)
            if found.replaces:
                (root / found.replaces).unlink()
                click.echo(say("draft.replaced", path=found.replaces), err=True)
            level = headline_level(found.release, found.release.previous, say)
            about = {"path": found.path, "number": found.release.number, "level": level, "earliest": found.earliest}
            click.echo(say("draft.written", **about))
            open_ones = [b for b in decisions.blocks(found.release, desk.config, desk.today) if b.code == "undecided"]
            click.echo(say("draft.next", count=len(open_ones)), err=True)


@click.command()
@click.argument("fingerprint")
@click.option(
    "--verdict", type=click.Choice([str(x) for x in Verdict]), required=True, help="What you say about the finding."
)
@click.option("--reason", required=True, help="Why.")
@click.option("--by", required=True, help="Who decides: an approver of policy.toml.")
@click.option("--second", default="", help="The second person, needed to lower or overrule.")
@click.option("--level", type=click.Choice([str(x) for x in Level]), help="The level to set instead of the table's.")
@click.option("--answer", "answers", multiple=True, metavar="NAME=true|false", help="Answer a question of the table.")
@click.option("--policy", help="The policy (default: the one whose draft has the finding).")
@_LANG
@_DIRECTORY
def decide(  # noqa: PLR0913, PLR0917 - one option each
    fingerprint: str,
    verdict: str,
    reason: str,
    by: str,
    second: str,
    level: str | None,
    answers: tuple[str, ...],
    policy: str | None,
    lang: str | None,
    directory: Path,
) -> None:
    """Confirm, overrule or raise the finding FINGERPRINT (its first digits will do) in the release file."""
    from policy_versions import publishing  # noqa: PLC0415

    say = _words(lang)
    with Repository.open(directory) as repository:
        desk = _desk(repository, None)
        root = _root(repository)
        states = [state(desk, one) for one in _policies(desk.config, policy)]
        open_ones = [s for s in states if s.pending is not None]
        meant = [
            s
            for s in open_ones
            if s.pending and any(f.finding.fingerprint.startswith(fingerprint) for f in s.pending.findings)
        ]
        if len(meant) != 1 or meant[0].pending is None:
            known = sorted(f.finding.fingerprint for s in open_ones if s.pending for f in s.pending.findings)
            raise ConfigError(
                [f"no draft, or several, has the finding `{fingerprint}` (allowed: {', '.join(known) or 'none'})"]
            )
        made = Decision(fingerprint, Verdict(verdict), reason, by, desk.today, second, Level(level) if level else None)
        publishing.untouched(desk, meant[0])
        changed = decisions.decide(meant[0].pending, desk.config, made, answers=_answers(answers))
        changed = decisions.settle(changed, desk.config, meant[0].lead)
        header = "\n".join(words(x)("draft.header") for x in LANGUAGES)
        (root / meant[0].path).write_bytes(release_file.dump(changed, header, today=desk.today))
    full = changed.decisions[-1].fingerprint
    click.echo(say("decide.done", fingerprint=full, verdict=say(f"verdict.{verdict}"), level=say.level(changed.level)))


@click.command()
@click.argument("policy", required=False)
@_LANG
@_DIRECTORY
def publish(policy: str | None, lang: str | None, directory: Path) -> None:
    """Publish the drafted release: write its hashes, log it, commit, tag. Twice changes nothing; 1 while blocked."""
    from policy_versions import publishing  # noqa: PLC0415
    from policy_versions.commands import keys  # noqa: PLC0415

    say = _words(lang)
    with Repository.open(directory) as repository:
        desk = _desk(repository, None)
        now = datetime.now().astimezone()
        for one in _policies(desk.config, policy):
            try:
                done = publishing.publish(desk, one, now=now, keys=keys.signing(os.environ))
            except publishing.ReleaseBlockedError as error:
                said = [say("publish.blocked", policy=one.id), *(f"  ☐ {say.block(b)}" for b in error.blocks)]
                raise BlockedError(said) from None
            if done is None:
                click.echo(say("publish.nothing", policy=one.id), err=True)
                continue
            tag = f"{one.id}/v{done.release.number}"
            about = {"policy": one.id, "number": done.release.number, "effective": done.release.effective_on}
            key = "publish.done" if done.new else "publish.already"
            click.echo(say(key, **about, commit=done.commit[:12], tag=tag))


@click.command()
@click.option(
    "--against",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A checkpoint kept elsewhere.",
)
@click.option(
    "--key", "verifiers", multiple=True, metavar="NAME+ID+KEY", help="A key that must have signed the checkpoint."
)
@_LANG
@_DIRECTORY
def verify(against: Path | None, verifiers: tuple[str, ...], lang: str | None, directory: Path) -> None:
    """Check that texts, release files, log, tags and checkpoint are as they were published; exit 1 when not."""
    from policy_versions import verifying  # noqa: PLC0415
    from policy_versions.commands import keys  # noqa: PLC0415

    say = _words(lang)
    wanted = [*keys.verifiers(verifiers), *keys.signing(os.environ)]
    witness = keys.witness(against) if against else None
    with Repository.open(directory) as repository:
        config = settings.load(repository)
        wrong = verifying.verify(repository, config, keys=wanted, witness=witness)
        releases = sum(len(release_file.numbers(p.id, repository.tags(f"{p.id}/v"))) for p in config.policies)
        lines = len(verifying.rows(repository, config)) if not wrong else 0
    if not wrong:
        click.echo(say("verify.clean", releases=releases, lines=lines))
        return
    click.echo(say("verify.wrong", count=len(wrong)))
    for block in wrong:
        click.echo(f"  ✗ {say.what(block)}\n    {say.how(block)}")
    sys.exit(1)


def _reviews(repository: Repository, revisions: str) -> tuple[Review, ...]:
    """Review each policy that a range, or the uncommitted work, has to do with."""
    if not revisions:
        base = None if repository.unborn else repository.resolve("HEAD")
        desk = _desk(repository, None)
    else:
        old, dots, new = revisions.partition("..")
        if not dots or not old or new.startswith("."):
            raise HistoryError(f"{revisions!r} is no range; wanted: BASE..HEAD, like main..HEAD")
        head = repository.resolve(new or "HEAD")
        base = repository.merge_base(repository.resolve(old), head)
        desk = _desk(repository, head)
    return touched(review(desk, policy, base=base, lint=lint) for policy in desk.config.policies)


def _desk(repository: Repository, commit: str | None) -> Desk:
    imported = commit is not None and repository.read(commit, settings.NAME) is None and repository.root is not None
    if imported:  # its policy.toml was made later: the history is judged by the one that lies here
        click.echo(f"policyctl: {(commit or '')[:12]} has no {settings.NAME}: reading that of the work tree", err=True)
    config = settings.load(repository, None if imported else commit)
    today = datetime.now(config.zone).date()
    if commit is None and repository.root is None:
        commit = repository.resolve(config.ref or repository.default_ref())
    there = commit or ("" if repository.unborn else repository.resolve("HEAD"))
    release_file.owned(repository.files(there, "policies") if there else (), [p.id for p in config.policies])
    return Desk(repository, config, Source(repository, commit), today)


def _policies(config: Config, policy: str | None) -> list[Policy]:
    return [config.policy(policy)] if policy else [p for p in config.policies if not p.withdrawn]


def _root(repository: Repository) -> Path:
    if repository.root is None:
        raise HistoryError("a bare repository has no work tree to write to")
    return repository.root


def _answers(given: tuple[str, ...]) -> dict[str, bool]:
    parts = [text.partition("=") for text in given]
    wrong = [
        f"--answer: `{''.join(part)}` (allowed: NAME=true, NAME=false)"
        for part in parts
        if part[2] not in ("true", "false")
    ]
    if wrong:
        raise ConfigError(wrong)
    return {name: value == "true" for name, _, value in parts}


def _words(lang: str | None) -> Words:
    """Speak the language asked for, else that of the environment."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return words(lang or ("zh-CN" if locale.startswith("zh") else "en"))


def _style() -> text_report.Style:
    """Colour on a terminal, unless NO_COLOR says otherwise."""
    colours = {"head": {"bold": True}, "old": {"fg": "red"}, "new": {"fg": "green"}, "todo": {"bold": True}}
    forced = bool(os.environ.get("FORCE_COLOR"))
    if not forced and (os.environ.get("NO_COLOR") or not sys.stdout.isatty()):
        return text_report.plain
    return lambda text, part: click.style(text, **colours[part])  # type: ignore[arg-type]
