"""transparency/log.jsonl and transparency/checkpoint: the published versions in the order of publishing."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Final

from policy_versions import history, transparency
from policy_versions.errors import ConfigError, HistoryError
from policy_versions.model import Release
from policy_versions.transparency import Checkpoint, Key, Tree

LOG: Final = "transparency/log.jsonl"
CHECKPOINT: Final = "transparency/checkpoint"
WITHDRAWN: Final = "withdrawn"


def leaf(release: Release) -> bytes:
    """Return what the log says of a release."""
    return transparency.statement(
        policy=release.policy,
        number=release.number,
        announced_on=release.announced_on.isoformat() if release.announced_on else "",
        effective_on=release.effective_on.isoformat() if release.effective_on else "",
        texts={language: text.sha256 for language, text in release.texts.items()},
        previous=release.previous,
    )


def withdrawal(release: Release) -> bytes:
    """Return what the log says of a recall; with the reasons, so that nobody words them otherwise later."""
    return transparency.canonical(
        {
            "event": WITHDRAWN,
            "number": release.number,
            "policy": release.policy,
            "reasons": dict(release.withdrawn_for),
            "withdrawn_on": release.withdrawn_on.isoformat() if release.withdrawn_on else "",
        }
    )


def withdraws(row: bytes) -> bool:
    """Say whether a leaf speaks of a recall, not of a publication."""
    return bool(json.loads(row).get("event") == WITHDRAWN)


def leaves(data: bytes | None) -> tuple[bytes, ...]:
    """Split a log into its leaves; ConfigError names each line that is not one canonical JSON statement."""
    rows = (data or b"").split(b"\n")
    problems = [] if not data or rows[-1] == b"" else [f"{LOG}: line {len(rows)}: does not end with a newline"]
    rows = rows[:-1] if rows[-1] == b"" else rows
    problems += [
        f"{LOG}: line {n}: is not a canonical statement" for n, row in enumerate(rows, 1) if not _canonical(row)
    ]
    if problems:
        raise ConfigError(problems)
    return tuple(rows)


def names(row: bytes) -> tuple[str, str]:
    """Return the policy and number that a leaf speaks of."""
    said = json.loads(row)
    return str(said["policy"]), str(said["number"])


def dump(rows: Sequence[bytes]) -> bytes:
    """Write a log."""
    return b"".join(row + b"\n" for row in rows)


def origin(url: str) -> str:
    """Return the name of a log: the archive's address without its scheme."""
    return re.sub(r"^https?://", "", url).strip("/") or "policy-versions.invalid"


def head(name: str, rows: Sequence[bytes], keys: Sequence[Key] = ()) -> bytes:
    """Return the checkpoint over all leaves, signed by the keys."""
    return transparency.sign(Checkpoint(name, len(rows), Tree(rows).root()).text(), keys).encode()


def _canonical(row: bytes) -> bool:
    try:
        said = json.loads(row)
        return isinstance(said, dict) and {"policy", "number"} <= said.keys() and transparency.canonical(said) == row
    except (ValueError, RecursionError):
        return False


def parent(repository: history.Repository, commit: str) -> str:
    """Return the first parent of a commit; empty for a root commit or where a shallow clone ends."""
    try:
        return repository.resolve(f"{commit}^")
    except HistoryError:
        return ""
