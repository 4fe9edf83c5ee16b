"""The keys and kept checkpoints given to `publish` and `verify`; what is wrong with one is misuse, by its name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from policy_versions.errors import PolicyError
from policy_versions.signed_note import Checkpoint, Key, NoteError, open_note

KEY_FILE: Final = "POLICYCTL_SIGNING_KEY_FILE"


def signing(environment: Mapping[str, str]) -> list[Key]:
    """Read the signing key where one is configured; PolicyError for a file that holds none."""
    path = environment.get(KEY_FILE)
    if not path:
        return []
    where = f"{KEY_FILE}: {path}"
    try:
        text = Path(path).read_bytes()
    except OSError as error:
        raise PolicyError(f"{where}: {error.strerror}") from None
    key = _parse(text.decode(errors="replace"), where)
    if not key.secret:
        raise PolicyError(f"{where}: is a verifier's key (allowed: PRIVATE+KEY+NAME+ID+BASE64)")
    return [key]


def verifiers(given: Iterable[str]) -> list[Key]:
    """Read the values of --key."""
    return [_parse(text, "--key") for text in given]


def witness(path: Path) -> bytes:
    """Read a checkpoint kept elsewhere; PolicyError for a file that is none."""
    data = path.read_bytes()
    try:
        Checkpoint.parse(open_note(data.decode(errors="replace"))[0])
    except NoteError as error:
        raise PolicyError(f"--against: {path}: is no checkpoint: {error}") from None
    return data


def _parse(text: str, where: str) -> Key:
    try:
        return Key.parse(text)
    except NoteError as error:
        raise PolicyError(f"{where}: {error}") from None
