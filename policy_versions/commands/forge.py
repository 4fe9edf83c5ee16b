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

import click

from policy_versions.errors import ConfigError
from policy_versions.forge import events, github, gitlab, labels, sticky
from policy_versions.forge.http import Patience, Session
from policy_versions.forge.port import Forge
from policy_versions.forge.relay import Skipped
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
@_WAIT
@_BOT
def relay(wait: float, bot: str) -> None:
    """Bring the report of a finished run (event workflow_run) to its pull request, as data that nobody vouches for."""
    run = events.run(events.load(Path(_needed("GITHUB_EVENT_PATH"))))
    words = say(_language())
    with _github(wait, bot) as there:
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


@contextmanager
def _github(wait: float, bot: str) -> Iterator[github.GitHub]:
    base = os.environ.get("GITHUB_API_URL") or "https://api.github.com"
    headers = github.headers(_needed("GITHUB_TOKEN"))
    with Session(base, headers, _patience(wait)) as session:
        yield github.GitHub(session, _needed("GITHUB_REPOSITORY"), bot)


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
    return f"{os.environ.get('GITHUB_SERVER_URL') or 'https://github.com'}/{repository}"


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
