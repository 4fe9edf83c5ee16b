"""What a run is to be judged by anew on the base's side, and what came of it.

A pull request can shape the run that checks it, and so its report. Its texts it cannot hide: they are fetched as git
objects, never checked out, and judged by the base's own policyctl. That verdict alone becomes a commit status.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from policy_versions.errors import ConfigError
from policy_versions.forge import labels
from policy_versions.forge.events import Run
from policy_versions.forge.github import GitHub
from policy_versions.forge.untrusted import Report

MOST_TARGETS: Final = 10  # pull requests of one commit; more are nobody's honest work
_QUEUE: Final = re.compile(r"gh-readonly-queue/(?P<base>.+)/pr-[0-9]+-[0-9a-f]{40}")
_BRANCH: Final = re.compile(r"(?!.*\.\.)[^-/\x00-\x20\x7f~^:?*\[\\][^\x00-\x20\x7f~^:?*\[\\]*")
_SHA: Final = re.compile(r"[0-9a-f]{40}")
_LARGEST: Final = 32 * 2**20  # bytes of a report


class State(StrEnum):
    """What a commit status says."""

    SUCCESS = "success"
    FAILURE = "failure"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Target:
    """A commit to be judged against the branch it goes into; `pull` is 0 for the group of a merge queue."""

    pull: int
    base: str
    head: str

    @property
    def context(self) -> str:
        """Name the status: one for each branch, for a commit may be good enough for another one."""
        return f"policy / verdict ({self.base})"


def targets(forge: GitHub, run: Run) -> tuple[Target, ...]:
    """Return what a run was about, as the forge says it, never the run."""
    if run.event == "merge_group":
        found = _QUEUE.fullmatch(run.head_branch)
        ours = run.head_repository == forge.repository
        there = [Target(0, found["base"], run.head_sha)] if found and ours else []
    else:
        pulls = forge.pulls_of(run.head_owner, run.head_branch, run.head_sha) if run.head_owner else ()
        there = [Target(p.number, p.base_ref, p.head_sha) for p in pulls]
    sound = (t for t in there if _BRANCH.fullmatch(t.base) and _SHA.fullmatch(t.head))
    return tuple(sorted(sound, key=lambda t: t.pull))[:MOST_TARGETS]


def lines(about: Iterable[Target]) -> str:
    """Write targets for the step without a token: number, branch and commit, a line each."""
    return "".join(f"{t.pull} {t.base} {t.head}\n" for t in about)


def read(folder: Path, target: Target) -> Report | None:
    """Return what the step without a token worked out about a commit; None where it could not judge it."""
    there = folder / f"{target.pull}-{target.head}"
    try:
        data, text = (_bytes(there / name) for name in ("report.json", "report.md"))
        found = json.loads(data)
        if not isinstance(found, dict) or not isinstance(found.get("blocked"), bool):
            return None
        labels.wanted(found)
        return Report(text.decode(), found, target.pull or None)
    except (OSError, ValueError, RecursionError, ConfigError):
        return None


def problem(folder: Path, target: Target) -> str:
    """Return why a commit could not be judged, as the step without a token was told."""
    try:
        text = _bytes(folder / f"{target.pull}-{target.head}" / "error").decode("utf-8", errors="replace")
    except OSError:
        return ""
    return text.strip()[-2000:]


def settled(folder: Path, target: Target, anew: Report | None, home: str, repository: str) -> Report | None:
    """Return a report as it counts: a fork that changes policy.toml, by which it is judged, stays red for that."""
    if anew is None or home == repository or not (folder / f"{target.pull}-{target.head}" / "settings").exists():
        return anew
    return replace(anew, data={**anew.data, "blocked": True, "settings": True})


def state(anew: Report | None) -> State:
    """Say what the status of a commit is; what could not be judged is never good."""
    if anew is None:
        return State.ERROR
    return State.FAILURE if anew.data["blocked"] else State.SUCCESS


def same(one: Mapping[str, Any], two: Mapping[str, Any]) -> bool:
    """Say whether two reports come to the same verdict and the same labels."""
    try:
        return one.get("blocked") is two.get("blocked") and labels.wanted(one) == labels.wanted(two)
    except ConfigError:
        return False


def _bytes(file: Path) -> bytes:
    if file.is_symlink() or file.stat().st_size > _LARGEST:
        raise OSError(file.name)
    return file.read_bytes()
