"""`policyctl forge`: what a pipeline writes on pull and merge requests; tokens come from the environment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from policy_versions.commands.forge_answers import answer, look, look_around
from policy_versions.commands.forges import (
    BOT,
    KIND,
    PULL,
    WAIT,
    home,
    kind_of,
    language,
    needed,
    on_any,
    on_github,
    output,
    pull_of,
)  # fmt: skip
from policy_versions.errors import ConfigError
from policy_versions.forge import events, github, labels, recheck, sticky
from policy_versions.forge.relay import Skipped, retell
from policy_versions.forge.relay import relay as bring
from policy_versions.forge.wording import say

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def forge() -> None:
    """Write what a check found on the pull or merge request it was made for.

    GitHub: GITHUB_TOKEN, GITHUB_REPOSITORY, GITHUB_API_URL, GITHUB_SERVER_URL, GITHUB_EVENT_PATH.
    GitLab: GITLAB_TOKEN (scope api), CI_API_V4_URL, CI_PROJECT_ID, CI_MERGE_REQUEST_IID, CI_DEFAULT_BRANCH.
    Gitee: GITEE_TOKEN, GITEE_REPOSITORY (owner/name), GITEE_PULL_ID, GITEE_API_URL; comments only.
    Exit 1: the report is none that our check leaves. 3: the forge refused or could not be reached.
    """


for _command in (look, look_around, answer):
    forge.add_command(_command)


@forge.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@WAIT
def find(folder: Path, wait: float) -> None:
    """Say what a finished run (event workflow_run) was about, so that its texts can be judged anew without a token.

    Writes FOLDER/targets, a line each: number of the pull request (0 for a merge queue's group), branch, commit; and
    `found` into GITHUB_OUTPUT. Judge each into FOLDER/NUMBER-COMMIT: report.json, report.md, error.
    """
    run = events.run(events.load(Path(needed("GITHUB_EVENT_PATH"))))
    with on_github(wait, github.BOT) as there:
        found = recheck.targets(there, run)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "targets").write_text(recheck.lines(found), encoding="utf-8")
    output({"found": "true" if found else "false"})


@forge.command()
@click.option(
    "--recheck",
    "anew",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Tell what was judged anew in this folder (forge find), and set the status `policy / verdict (BRANCH)`.",
)
@WAIT
@BOT
def relay(anew: Path | None, wait: float, bot: str) -> None:  # fmt: skip
    """Bring the report of a finished run (event workflow_run) to its pull request, as data that nobody vouches for."""
    run = events.run(events.load(Path(needed("GITHUB_EVENT_PATH"))))
    words = say(language())
    with on_github(wait, bot) as there:
        if anew is not None:
            for one in retell(there, run, home(there.repository), anew):
                _told(one.pull, one.done, one.labels)
            return
        done = bring(there, run, home(there.repository))
    if isinstance(done, Skipped):
        click.echo(words(f"skip.{done}"), err=True)
        return
    _told(done.pull, done.done, done.labels)


@forge.command()
@PULL
@click.option("--body", type=_FILE, required=True, metavar="FILE", help="The comment, Markdown in UTF-8.")
@click.option("--report", type=_FILE, metavar="FILE", help="Keep the labels that this JSON report asks for, too.")
@click.option("--name", default="report", show_default=True, help="Which of our comments: one of each name is kept.")
@KIND
@WAIT
@BOT
def comment(
    pull: int | None, body: Path, report: Path | None, name: str, kind: str | None, wait: float, bot: str
) -> None:
    """Write or update our one comment on a pull request, from a report that this very pipeline made."""
    if not name.isascii() or not name.replace("-", "").isalnum():
        raise click.BadParameter(f"{name!r}: letters, digits and - only", param_hint="--name")
    if report and kind_of(kind) == "gitee":
        raise click.BadParameter("Gitee takes no labels with names like ours", param_hint="--report")
    text = _text(body)
    data = _report(report) if report else None
    number = pull or pull_of(kind)
    with on_any(kind, wait, bot) as there:
        done = sticky.upsert(there, number, text, name=name, cut=say()("comment.cut"))
        kept = labels.keep(there, number, data) if data is not None else ()
    _told(number, done, kept)


@forge.command("labels")
@PULL
@click.option("--report", type=_FILE, required=True, metavar="FILE", help="The JSON report.")
@KIND
@WAIT
@BOT
def label(pull: int | None, report: Path, kind: str | None, wait: float, bot: str) -> None:
    """Keep the labels that a report asks for on a pull request; others are left alone."""
    data = _report(report)
    number = pull or pull_of(kind)
    with on_any(kind, wait, bot) as there:
        kept = labels.keep(there, number, data)
    _told(number, sticky.Done.UNCHANGED, kept)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ConfigError([f"{file}: not UTF-8"]) from None


def _report(file: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(_text(file))
    except ValueError:
        raise ConfigError([f"{file}: not JSON"]) from None
    if not isinstance(found, dict):
        raise ConfigError([f"{file}: no JSON object"])
    return found


def _told(pull: int, done: sticky.Done, kept: tuple[str, ...]) -> None:
    words = say(language())
    named = ", ".join(kept) or words("done.nolabels")
    click.echo(words("done.line", pull=pull, done=words(f"done.{done}"), labels=named))
