"""`policyctl forge`: what a pipeline writes on pull and merge requests; tokens come from the environment."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from policy_versions.errors import BlockedError, ConfigError
from policy_versions.forge import command, events, github, gitlab, labels, recheck, sticky
from policy_versions.forge.http import ForgeError, Patience, Session
from policy_versions.forge.port import Forge
from policy_versions.forge.relay import Skipped, retell
from policy_versions.forge.relay import relay as bring
from policy_versions.forge.wording import say

_WAIT = click.option(
    "--wait", type=click.FloatRange(0), default=300.0, show_default=True, metavar="SECONDS",
    help="How long to wait at rate limits, in all.",
)  # fmt: skip
_BOT = click.option(
    "--bot", envvar="POLICYCTL_FORGE_BOT", default=github.BOT, show_default=True, metavar="LOGIN",
    help="On GitHub: the account whose comments are ours.",
)  # fmt: skip
_KIND = click.option(
    "--forge", "kind", type=click.Choice(["github", "gitlab"]),
    help="Which forge (default: gitlab where GITLAB_CI is set, else github).",
)  # fmt: skip
_PULL = click.option("--pull", type=click.IntRange(1), metavar="N", help="Which pull or merge request.")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def forge() -> None:
    """Write what a check found on the pull or merge request it was made for.

    GitHub: GITHUB_TOKEN, GITHUB_REPOSITORY, GITHUB_API_URL, GITHUB_SERVER_URL, GITHUB_EVENT_PATH.
    GitLab: GITLAB_TOKEN (scope api), CI_API_V4_URL, CI_PROJECT_ID, CI_MERGE_REQUEST_IID.
    Exit 1: the report is none that our check leaves. 3: the forge refused or could not be reached.
    """


@forge.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@_WAIT
def find(folder: Path, wait: float) -> None:
    """Say what a finished run (event workflow_run) was about, so that its texts can be judged anew without a token.

    Writes FOLDER/targets, a line each: number of the pull request (0 for a merge queue's group), branch, commit; and
    `found` into GITHUB_OUTPUT. Judge each into FOLDER/NUMBER-COMMIT: report.json, report.md, error.
    """
    run = events.run(events.load(Path(_needed("GITHUB_EVENT_PATH"))))
    with _github(wait, github.BOT) as there:
        found = recheck.targets(there, run)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "targets").write_text(recheck.lines(found), encoding="utf-8")
    with Path(_needed("GITHUB_OUTPUT")).open("a", encoding="utf-8") as out:
        out.write(f"found={'true' if found else 'false'}\n")


@forge.command()
@click.option(
    "--recheck",
    "anew",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Tell what was judged anew in this folder (forge find), and set the status `policy / verdict (BRANCH)`.",
)
@_WAIT
@_BOT
def relay(anew: Path | None, wait: float, bot: str) -> None:  # fmt: skip
    """Bring the report of a finished run (event workflow_run) to its pull request, as data that nobody vouches for."""
    run = events.run(events.load(Path(_needed("GITHUB_EVENT_PATH"))))
    words = say(_language())
    with _github(wait, bot) as there:
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
@_PULL
@click.option("--body", type=_FILE, required=True, metavar="FILE", help="The comment, Markdown in UTF-8.")
@click.option("--report", type=_FILE, metavar="FILE", help="Keep the labels that this JSON report asks for, too.")
@click.option("--name", default="report", show_default=True, help="Which of our comments: one of each name is kept.")
@_KIND
@_WAIT
@_BOT
def comment(
    pull: int | None, body: Path, report: Path | None, name: str, kind: str | None, wait: float, bot: str
) -> None:
    """Write or update our one comment on a pull request, from a report that this very pipeline made."""
    if not name.isascii() or not name.replace("-", "").isalnum():
        raise click.BadParameter(f"{name!r}: letters, digits and - only", param_hint="--name")
    text = _text(body)
    data = _report(report) if report else None
    number = pull or _pull_of()
    with _any(kind, wait, bot) as there:
        done = sticky.upsert(there, number, text, name=name, cut=say()("comment.cut"))
        kept = labels.keep(there, number, data) if data is not None else ()
    _told(number, done, kept)


@forge.command("labels")
@_PULL
@click.option("--report", type=_FILE, required=True, metavar="FILE", help="The JSON report.")
@_KIND
@_WAIT
@_BOT
def label(pull: int | None, report: Path, kind: str | None, wait: float, bot: str) -> None:
    """Keep the labels that a report asks for on a pull request; others are left alone."""
    data = _report(report)
    number = pull or _pull_of()
    with _any(kind, wait, bot) as there:
        kept = labels.keep(there, number, data)
    _told(number, sticky.Done.UNCHANGED, kept)


@forge.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@_WAIT
def look(folder: Path, wait: float) -> None:
    """Look at a comment (event issue_comment): is something asked of us, under which pull request?

    Writes the comment to FOLDER/body and, into GITHUB_OUTPUT, `asked` and then `pull`, `sha`, `base`, `login`.
    """
    asked = events.asked(events.load(Path(_needed("GITHUB_EVENT_PATH"))))
    with _github(wait, github.BOT) as there:
        pull = command.look(there, asked)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "body").write_text(asked.body, encoding="utf-8")
    rows = [f"{name}={value}" for name, value in command.outputs(pull, asked).items()]
    if any(len(row.splitlines()) > 1 for row in rows):
        raise ConfigError(["GITHUB_OUTPUT: a value has more than one line"])
    with Path(_needed("GITHUB_OUTPUT")).open("a", encoding="utf-8") as out:
        out.writelines(f"{row}\n" for row in rows)


@forge.command()
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
@_WAIT
@_BOT
def answer(folder: Path, directory: Path, check_workflow: str, wait: float, bot: str) -> None:
    """Commit to the pull request's branch what `policyctl comment` wrote, in the person's name, and answer them.

    FOLDER holds answer.json of `policyctl comment --format json`, or the error it ended with; exit 1 then.
    """
    asked = events.asked(events.load(Path(_needed("GITHUB_EVENT_PATH"))))
    if asked.pull is None:
        raise ConfigError(["GITHUB_EVENT_PATH: the comment is under no pull request"])
    words = say(_language())
    with _github(wait, bot) as there:
        try:
            given = command.read(folder, directory)
        except ForgeError as error:
            command.post(there, asked, asked.pull, command.failed(str(error)))
            raise BlockedError([str(error)]) from None
        pull = there.pull(asked.pull)
        commit = command.answer(there, asked, pull, given, command.head(folder), check_workflow, datetime.now(UTC))
    click.echo(words("answer.committed", commit=commit) if commit else words("answer.said"))


@contextmanager
def _github(wait: float, bot: str) -> Iterator[github.GitHub]:
    base = os.environ.get("GITHUB_API_URL") or "https://api.github.com"
    headers = github.headers(_needed("GITHUB_TOKEN"))
    with Session(base, headers, _patience(wait)) as session:
        yield github.GitHub(session, _needed("GITHUB_REPOSITORY"), bot, urlsplit(_server()).hostname or "github.com")


@contextmanager
def _any(kind: str | None, wait: float, bot: str) -> Iterator[Forge]:
    if (kind or ("gitlab" if os.environ.get("GITLAB_CI") else "github")) == "github":
        with _github(wait, bot) as there:
            yield there
        return
    headers = gitlab.headers(_needed("GITLAB_TOKEN"))
    with Session(_needed("CI_API_V4_URL"), headers, _patience(wait)) as session:
        yield gitlab.GitLab(session, _needed("CI_PROJECT_ID"))


def _patience(wait: float) -> Patience:
    return Patience(lambda: datetime.now(UTC), time.sleep, wait)


def home(repository: str) -> str:
    """Return the address of a repository's own pages on GitHub."""
    return f"{_server()}/{repository}"


def _server() -> str:
    return os.environ.get("GITHUB_SERVER_URL") or "https://github.com"


def _needed(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise ConfigError([f"{name} is not set"])
    return value


def _pull_of() -> int:
    """Return the merge request of a GitLab pipeline."""
    said = os.environ.get("CI_MERGE_REQUEST_IID", "")
    if not said.isdigit():
        raise click.UsageError("which pull request? (--pull N, or CI_MERGE_REQUEST_IID)")
    return int(said)


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
    words = say(_language())
    named = ", ".join(kept) or words("done.nolabels")
    click.echo(words("done.line", pull=pull, done=words(f"done.{done}"), labels=named))


def _language() -> str:
    locale = os.environ.get("POLICYCTL_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return "zh-CN" if locale.startswith("zh") else "en"
