"""`policyctl forge look`, `asked`, `answer`: what comments ask for, on GitHub at once, on GitLab when a job looks."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from policy_versions.commands.forges import BOT, WAIT, kind_of, language, needed, on_github, on_gitlab, output
from policy_versions.errors import BlockedError, ConfigError
from policy_versions.forge import command, events, github
from policy_versions.forge.events import Asked
from policy_versions.forge.http import ForgeError
from policy_versions.forge.port import Writable
from policy_versions.forge.wording import say

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("folder", type=_FOLDER)
@WAIT
def look(folder: Path, wait: float) -> None:
    """Look at a comment (event issue_comment): is something asked of us, under which pull request?

    Writes the comment to FOLDER/body and, into GITHUB_OUTPUT, `asked` and then `pull`, `sha`, `base`, `login`.
    """
    asked = events.asked(events.load(Path(needed("GITHUB_EVENT_PATH"))))
    with on_github(wait, github.BOT) as there:
        pull = command.look(there, asked)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "body").write_text(asked.body, encoding="utf-8")
    output(command.outputs(pull, asked))


@click.command("asked")
@click.argument("folder", type=_FOLDER)
@click.option(
    "--since", type=click.FloatRange(0, min_open=True), default=48.0, show_default=True, metavar="HOURS",
    help="Older notes are left alone.",
)  # fmt: skip
@WAIT
def look_around(folder: Path, since: float, wait: float) -> None:
    """Find the notes on GitLab's open merge requests into the default branch that ask something and have no answer.

    Writes each to FOLDER/NAME/body and asked.json, and FOLDER/list, a line each: NAME, what to fetch, the account.
    """
    with on_gitlab(wait) as there:
        target = needed("CI_DEFAULT_BRANCH")
        found = list(there.asked(target, datetime.now(UTC) - timedelta(hours=since)))
        lines = [_noted(folder, one, _ref(there, one)) for one in found]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "list").write_text("".join(lines), encoding="utf-8")
    click.echo(say(language())("asked.found", count=len(found)))


def _ref(there: Writable, asked: Asked) -> str:
    pull = there.pull(asked.pull or 0)
    ours = pull.head_repository == there.repository
    return f"refs/heads/{pull.head_ref}" if ours else f"refs/merge-requests/{pull.number}/head"


def _noted(folder: Path, asked: Asked, ref: str) -> str:
    name = f"{asked.pull}-{asked.id}"
    (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / name / "body").write_text(asked.body, encoding="utf-8")
    (folder / name / "asked.json").write_text(json.dumps(events.kept(asked)), encoding="utf-8")
    row = [name, ref, asked.author.login]
    if any(not part or part.split() != [part] for part in row):
        raise ForgeError(f"{row!r}: no branch or account has such a name")
    return " ".join(row) + "\n"


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--directory",
    "-C",
    required=True,
    metavar="DIR",
    help="The pull request's files.",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)
@click.option("--check-workflow", default="policy-check.yml", show_default=True, help="What to start after a commit.")
@WAIT
@BOT
def answer(folder: Path, directory: Path, check_workflow: str, wait: float, bot: str) -> None:
    """Commit to the pull request's branch what `policyctl comment` wrote, in the person's name, and answer them.

    FOLDER holds answer.json of `policyctl comment --format json`, or the error it ended with; exit 1 then.
    """
    if kind_of(None) == "gitlab":
        with on_gitlab(wait) as project:
            commit = _answered(project, events.again(folder / "asked.json"), folder, directory, check_workflow)
    else:
        with on_github(wait, bot) as there:
            asked = events.asked(events.load(Path(needed("GITHUB_EVENT_PATH"))))
            commit = _answered(there, asked, folder, directory, check_workflow)
    words = say(language())
    click.echo(words("answer.committed", commit=commit) if commit else words("answer.said"))


def _answered(there: Writable, asked: Asked, folder: Path, directory: Path, check_workflow: str) -> str:
    if asked.pull is None:
        raise ConfigError(["GITHUB_EVENT_PATH: the comment is under no pull request"])
    try:
        given = command.read(folder, directory)
    except ForgeError as error:
        command.post(there, asked, asked.pull, command.failed(str(error)))
        raise BlockedError([str(error)]) from None
    pull = there.pull(asked.pull)
    return command.answer(there, asked, pull, given, command.head(folder), check_workflow, datetime.now(UTC))
