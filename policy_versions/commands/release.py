"""`policyctl draft`, `publish`, `verify`: from a change to a record that nobody can alter unseen."""

from __future__ import annotations

import os
import sys
from datetime import datetime
from pathlib import Path

import click

from policy_versions import config as settings
from policy_versions import obstacles, release_file
from policy_versions.commands.desk import DIRECTORY, LANG, chosen, draft_header, open_desk, spoken, truths, work_tree
from policy_versions.errors import BlockedError
from policy_versions.history import Repository
from policy_versions.lint import lint

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.argument("policy", required=False)
@click.option(
    "--effective", type=_DAY, metavar="DATE", help="From which day it applies (default: the earliest lawful one)."
)
@click.option("--number", metavar="N", help="Its number (default: as the change demands).")
@click.option(
    "--answer", "answers", multiple=True, metavar="NAME=true|false",
    help="Answer a question of the table for the whole version; `check` lists those that are open.",
)  # fmt: skip
@LANG
@DIRECTORY
def draft(
    policy: str | None,
    effective: datetime | None,
    number: str | None,
    answers: tuple[str, ...],
    lang: str | None,
    directory: Path,
) -> None:
    """Write the release file of the next version: findings, duties, earliest lawful date, summaries to be worded.

    An older draft is brought up to date; decisions on sentences that did not change are kept.
    """
    from policy_versions import publishing  # noqa: PLC0415 - a check, which must be quick, needs none of it

    say = spoken(lang)
    with Repository.open(directory) as repository:
        desk = open_desk(repository, None)
        root = work_tree(repository)
        for one in chosen(desk.config, policy):
            found = publishing.draft(
                desk,
                one,
                header=draft_header(),
                number=number,
                effective=effective.date() if effective else None,
                answers=truths("--answer", answers),
            )
            if found is None:
                click.echo(say("draft.nothing", policy=one.id), err=True)
                continue
            (root / found.path).parent.mkdir(parents=True, exist_ok=True)
            (root / found.path).write_bytes(found.data)
            for name, data in found.texts.items():
                (root / name).write_bytes(data)
                click.echo(say("draft.dated", path=name, day=found.release.effective_on), err=True)
            if found.replaces:
                (root / found.replaces).unlink()
                click.echo(say("draft.replaced", path=found.replaces), err=True)
            for dead in found.dropped:
                gone = {"fingerprint": dead.fingerprint[:12], "by": dead.by, "reason": dead.reason}
                click.echo(say("draft.dropped", **gone), err=True)
            about = {"path": found.path, "number": found.release.number, "earliest": found.earliest}
            if found.release.previous or found.release.findings:
                click.echo(say("draft.written", level=say.level(found.release.level), **about))
            else:
                click.echo(say("draft.first", **about))
                click.echo(say("draft.unrecorded", policy=one.id), err=True)
            open_ones = [b for b in obstacles.blocks(found.release, desk.config, desk.today) if b.code == "undecided"]
            click.echo(say("draft.next", count=len(open_ones)), err=True)


@click.command()
@click.argument("policy", required=False)
@LANG
@DIRECTORY
def publish(policy: str | None, lang: str | None, directory: Path) -> None:
    """Publish the drafted release: write its hashes, log it, commit, tag. Twice changes nothing; 1 while blocked."""
    from policy_versions import publishing  # noqa: PLC0415
    from policy_versions.commands import keys  # noqa: PLC0415

    say = spoken(lang)
    with Repository.open(directory) as repository:
        desk = open_desk(repository, None)
        now = datetime.now().astimezone()
        for one in chosen(desk.config, policy):
            try:
                done = publishing.publish(desk, one, now=now, keys=keys.signing(os.environ), lint=lint)
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
@LANG
@DIRECTORY
def verify(against: Path | None, verifiers: tuple[str, ...], lang: str | None, directory: Path) -> None:
    """Check that texts, release files, log, tags and checkpoint are as they were published; exit 1 when not."""
    from policy_versions import verifying  # noqa: PLC0415
    from policy_versions.commands import keys  # noqa: PLC0415

    say = spoken(lang)
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
