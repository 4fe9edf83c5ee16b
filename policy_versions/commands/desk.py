"""What the commands that judge a repository share: its desk, its policies, their options, the language to speak."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from policy_versions import answering, obligations, release_file
from policy_versions import config as settings
from policy_versions.commands.options import DIRECTORY, LANG, note, spoken
from policy_versions.config import Config, Policy
from policy_versions.errors import ConfigError, HistoryError
from policy_versions.history import Repository
from policy_versions.reports.words import LANGUAGES, words
from policy_versions.review import Desk, Source

__all__ = [
    "DIRECTORY", "LANG", "chosen", "draft_header", "open_desk", "pairs", "spoken", "trusting", "truths", "work_tree",
]  # fmt: skip
_TRUTHS: Final = {"true": True, "false": False}


def open_desk(repository: Repository, commit: str | None) -> Desk:
    """Return what a review needs, for the files of a commit or (None) of the work tree, judged today."""
    imported = commit is not None and repository.read(commit, settings.NAME) is None and repository.root is not None
    if imported:  # its policy.toml was made later: the history is judged by the one that lies here
        note("no-settings", commit=(commit or "")[:12], name=settings.NAME)
    config = settings.load(repository, None if imported else commit)
    today = datetime.now(config.zone).date()
    if commit is None and repository.root is None:
        commit = repository.resolve(config.ref or repository.default_ref())
    there = commit or ("" if repository.unborn else repository.resolve("HEAD"))
    release_file.owned(repository.files(there, "policies") if there else (), [p.id for p in config.policies])
    return Desk(repository, config, Source(repository, commit), today)


def trusting(desk: Desk, base: str) -> Desk:
    """Return a desk by which only those may decide whom the commit `base` names as approvers too."""
    try:
        before = settings.load(desk.repository, base)
    except ConfigError:
        return desk
    return replace(desk, config=answering.trusted(desk.config, before))


def chosen(config: Config, policy: str | None) -> list[Policy]:
    """Return the policy asked for, else all that are not withdrawn."""
    return [config.policy(policy)] if policy else [p for p in config.policies if not p.withdrawn]


def work_tree(repository: Repository) -> Path:
    """Return the folder to write to; HistoryError in a bare repository."""
    if repository.root is None:
        raise HistoryError("a bare repository has no work tree to write to")
    return repository.root


def draft_header() -> str:
    """Return the comment lines above a release file that is still open."""
    return "\n".join(words(x)("draft.header") for x in LANGUAGES)


def pairs(option: str, given: Sequence[str]) -> dict[str, str]:
    """Read what was given as NAME=VALUE; ConfigError names what was not."""
    parts = [text.partition("=") for text in given]
    wrong = [f"{option}: `{''.join(p)}` (allowed: NAME=VALUE)" for p in parts if not (p[0] and p[2])]
    if wrong:
        raise ConfigError(wrong)
    return {name.strip(): value.strip() for name, _, value in parts}


def truths(option: str, given: Sequence[str]) -> dict[str, bool]:
    """Read answers to the questions of the table, NAME=true or NAME=false; ConfigError names what is neither."""
    found = pairs(option, given)
    wrong = [f"{option}: `{k}={v}` (allowed: NAME=true, NAME=false)" for k, v in found.items() if v not in _TRUTHS]
    wrong += [
        f"{option}: no question `{k}` (allowed: {', '.join(obligations.conditions())})"
        for k in found
        if k not in obligations.conditions()
    ]
    if wrong:
        raise ConfigError(wrong)
    return {k: _TRUTHS[v] for k, v in found.items()}
