"""The events that GitHub tells a workflow of, as far as we act on them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from policy_versions.errors import PolicyError
from policy_versions.forge.port import Person

T = TypeVar("T")
_MOST: Final = 5 * 2**20  # bytes; GitHub's own events end far below


class EventError(PolicyError):
    """The event is not the one that this command answers."""


@dataclass(frozen=True, slots=True)
class Run:
    """A finished workflow run: where it ran, from whose branch, at which commit."""

    id: int
    event: str
    conclusion: str
    head_sha: str
    head_branch: str
    head_owner: str
    head_repository: str
    url: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A comment that somebody wrote under a pull request; `pull` is None under an issue.

    `edited`: what it says now is not what was written first, and others may edit it too.
    """

    id: int
    pull: int | None
    author: Person
    body: str
    action: str
    edited: bool = False


def load(path: Path) -> Mapping[str, Any]:
    """Read the file that GITHUB_EVENT_PATH names."""
    if not path.is_file() or path.stat().st_size > _MOST:
        raise EventError(f"{path}: there is no event to read (is GITHUB_EVENT_PATH set?)")
    try:
        found = json.loads(path.read_bytes())
    except ValueError:
        raise EventError(f"{path}: is not JSON") from None
    if not isinstance(found, dict):
        raise EventError(f"{path}: is no object")
    return found


def run(event: Mapping[str, Any]) -> Run:
    """Read a `workflow_run` event."""
    row = event.get("workflow_run")
    if not isinstance(row, dict):
        raise EventError("the event is no workflow_run (allowed: `on: workflow_run`)")
    return _shaped(_run, row)


def asked(event: Mapping[str, Any]) -> Asked:
    """Read an `issue_comment` event."""
    if not isinstance(event.get("comment"), dict) or not isinstance(event.get("issue"), dict):
        raise EventError("the event is no issue_comment (allowed: `on: issue_comment`)")
    return _shaped(_asked, event)


def kept(about: Asked) -> Mapping[str, Any]:
    """Return a comment in a form that JSON keeps, for a later step."""
    return asdict(about)


def again(file: Path) -> Asked:
    """Read a comment that an earlier step kept."""
    return _shaped(lambda row: Asked(**{**row, "author": Person(**row["author"])}), load(file))


def _shaped(make: Callable[[Any], T], row: Any) -> T:
    try:
        return make(row)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise EventError(f"the event is not of its documented form: {error!r}") from None


def _run(row: Any) -> Run:
    home = row.get("head_repository") or {}
    return Run(
        id=int(row["id"]),
        event=str(row.get("event", "")),
        conclusion=str(row.get("conclusion") or ""),
        head_sha=str(row.get("head_sha", "")),
        head_branch=str(row.get("head_branch") or ""),
        head_owner=str((home.get("owner") or {}).get("login", "")),
        head_repository=str(home.get("full_name", "")),
        url=str(row.get("html_url", "")),
    )


def _asked(event: Any) -> Asked:
    row, issue = event["comment"], event["issue"]
    user = row.get("user") or {}
    return Asked(
        id=int(row["id"]),
        pull=int(issue["number"]) if issue.get("pull_request") is not None else None,
        author=Person(str(user.get("login", "")), int(user.get("id", 0)), str(row.get("author_association", ""))),
        body=str(row.get("body") or ""),
        action=str(event.get("action", "")),
    )
