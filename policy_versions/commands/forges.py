"""The edge of `policyctl forge`: which forge a pipeline speaks to, and with what, as its environment says."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import click

from policy_versions.errors import ConfigError
from policy_versions.forge import gitee, github, gitlab
from policy_versions.forge.http import Patience, Session
from policy_versions.forge.port import Forge

WAIT = click.option(
    "--wait", type=click.FloatRange(0), default=300.0, show_default=True, metavar="SECONDS",
    help="How long to wait at rate limits, in all.",
)  # fmt: skip
BOT = click.option(
    "--bot", envvar="POLICYCTL_FORGE_BOT", default=github.BOT, show_default=True, metavar="LOGIN",
    help="On GitHub: the account whose comments are ours.",
)  # fmt: skip
KIND = click.option(
    "--forge", "kind", type=click.Choice(["github", "gitlab", "gitee"]),
    help="Which forge (default: gitlab where GITLAB_CI is set, gitee where GITEE_PULL_ID is, else github).",
)  # fmt: skip
PULL = click.option("--pull", type=click.IntRange(1), metavar="N", help="Which pull or merge request.")
_NUMBERS: Final = {"gitlab": "CI_MERGE_REQUEST_IID", "gitee": "GITEE_PULL_ID"}


def kind_of(kind: str | None) -> str:
    """Return which forge this pipeline runs on."""
    said = "gitlab" if os.environ.get("GITLAB_CI") else "gitee" if os.environ.get("GITEE_PULL_ID") else "github"
    return kind or said


@contextmanager
def on_github(wait: float, bot: str) -> Iterator[github.GitHub]:
    """Open the repository of a GitHub workflow."""
    base = os.environ.get("GITHUB_API_URL") or "https://api.github.com"
    headers = github.headers(needed("GITHUB_TOKEN"))
    with Session(base, headers, _patience(wait)) as session:
        yield github.GitHub(session, needed("GITHUB_REPOSITORY"), bot, urlsplit(_server()).hostname or "github.com")


@contextmanager
def on_gitlab(wait: float) -> Iterator[gitlab.GitLab]:
    """Open the project of a GitLab pipeline."""
    headers = gitlab.headers(needed("GITLAB_TOKEN"))
    with Session(needed("CI_API_V4_URL"), headers, _patience(wait)) as session:
        yield gitlab.GitLab(session, needed("CI_PROJECT_ID"))


@contextmanager
def on_any(kind: str | None, wait: float, bot: str) -> Iterator[Forge]:
    """Open the repository of whatever pipeline this is."""
    match kind_of(kind):
        case "gitlab":
            with on_gitlab(wait) as project:
                yield project
        case "gitee":
            base = os.environ.get("GITEE_API_URL") or "https://gitee.com/api/v5"
            with Session(base, gitee.headers(needed("GITEE_TOKEN")), _patience(wait)) as session:
                yield gitee.Gitee(session, needed("GITEE_REPOSITORY"))
        case _:
            with on_github(wait, bot) as there:
                yield there


def pull_of(kind: str | None) -> int:
    """Return the merge or pull request that the pipeline runs for."""
    name = _NUMBERS.get(kind_of(kind), "CI_MERGE_REQUEST_IID")
    said = os.environ.get(name, "")
    if not said.isdigit():
        raise click.UsageError(f"which pull request? (--pull N, or {name})")
    return int(said)


def home(repository: str) -> str:
    """Return the address of a repository's own pages on GitHub."""
    return f"{_server()}/{repository}"


def needed(name: str) -> str:
    """Return what the environment says; ConfigError names what it does not."""
    value = os.environ.get(name, "")
    if not value:
        raise ConfigError([f"{name} is not set"])
    return value


def output(rows: Mapping[str, str]) -> None:
    """Tell the next steps of a GitHub job what was found; ConfigError for a value of several lines."""
    lines = [f"{name}={value}" for name, value in rows.items()]
    if any(len(line.splitlines()) > 1 for line in lines):
        raise ConfigError(["GITHUB_OUTPUT: a value has more than one line"])
    with Path(needed("GITHUB_OUTPUT")).open("a", encoding="utf-8") as out:
        out.writelines(f"{line}\n" for line in lines)


def language() -> str:
    """Return in which language the log speaks."""
    locale = os.environ.get("POLICYCTL_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return "zh-CN" if locale.startswith("zh") else "en"


def _patience(wait: float) -> Patience:
    return Patience(lambda: datetime.now(UTC), time.sleep, wait)


def _server() -> str:
    return os.environ.get("GITHUB_SERVER_URL") or "https://github.com"
