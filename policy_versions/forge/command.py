"""A comment that asks for something: look whose it is, then commit what came of it and answer.

Between the two a step without any token reads the pull request's files; nothing of it is believed but by its form.
"""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from policy_versions.comments import parse
from policy_versions.forge import sticky
from policy_versions.forge.events import Asked
from policy_versions.forge.github import GitHub
from policy_versions.forge.http import ForgeError
from policy_versions.forge.port import Files, Pull, Writable
from policy_versions.forge.wording import say

INSIDERS: Final = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})
_PATH: Final = re.compile(r"policies/[a-z0-9][a-z0-9-]*/releases/[0-9]{1,9}(\.[0-9]{1,9}){0,2}\.yaml")
_SHA: Final = re.compile(r"[0-9a-f]{40}")
_LARGEST: Final = 8 * 2**20  # bytes of a release file
_SEEN: Final = "eyes"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the step without a token says: an answer to post, and what to commit."""

    reply: str
    files: Files
    message: str


def look(forge: GitHub, asked: Asked) -> Pull | None:
    """Return the pull request that a comment asks something about, and mark the comment as seen; None for any other."""
    if asked.pull is None or asked.action != "created" or not parse(asked.body):
        return None
    pull = forge.pull(asked.pull)
    if not pull.open:
        return None
    forge.react(asked.id, _SEEN)
    return pull


def read(folder: Path, directory: Path) -> Answer:
    """Read what the step without a token left; ForgeError with its own words where it failed.

    Only release files are ever taken, and never through a link that the pull request may hold.
    """
    try:
        said = json.loads((folder / "answer.json").read_bytes())
        reply, paths, message = str(said["reply"]), list(said["paths"]), str(said["message"])
    except FileNotFoundError:
        error = folder / "error"
        why = error.read_text(encoding="utf-8", errors="replace") if error.is_file() else ""
        raise ForgeError(why.strip()[-2000:] or "no answer was made") from None
    except (ValueError, KeyError, TypeError) as error:
        raise ForgeError(f"the answer is not of its form: {error!r}") from None
    return Answer(reply, {path: _file(directory, path) for path in paths if _allowed(path)}, message)


def answer(forge: Writable, asked: Asked, pull: Pull, given: Answer, checked: str, workflow: str, now: datetime) -> str:
    """Commit what was decided on top of the commit that it was decided about, start the check anew, and answer.

    Returns the commit, or nothing. `checked` is the commit that the step without a token has read.
    """
    commit, note = _commit(forge, asked, pull, given, checked, now)
    if commit:
        try:
            forge.restart(workflow, pull)
        except ForgeError as error:
            note += "\n\n" + _both("command.unchecked", problem=str(error)[:300])
    post(forge, asked, pull.number, "\n\n".join(x for x in ("" if note and not commit else given.reply, note) if x))
    return commit


def post(forge: Writable, asked: Asked, pull: int, text: str) -> None:
    """Write the answer to a comment, once: a run that is started again puts its answer in the same place."""
    if text.strip():
        sticky.upsert(forge, pull, text, name=f"answer-{asked.id}", cut=say()("comment.cut"))


def failed(problem: str) -> str:
    """Say that nothing could be done, with the reason as it came, shown as plain text."""
    shown = problem.replace("`", "'").replace("\r", "")
    return f"{_both('command.failed')}\n\n```text\n{shown}\n```"


def _commit(forge: Writable, asked: Asked, pull: Pull, given: Answer, checked: str, now: datetime) -> tuple[str, str]:
    """Return the commit made, if any, and what to add to the answer."""
    if not given.files:
        return "", ""
    if refused := _refusal(forge, asked, pull, checked):
        return "", refused
    try:
        commit = forge.commit(pull, given.files, given.message, forge.author(asked.author), now)
    except ForgeError as error:
        if error.status in {409, 422}:  # somebody pushed between our looking and our writing
            return "", _both("command.moved")
        raise
    return commit, _both("command.committed", commit=commit[:12], login=asked.author.login)


def _refusal(forge: Writable, asked: Asked, pull: Pull, checked: str) -> str:
    """Say why nothing is committed though what was asked is right; nothing where it may be."""
    if asked.edited:
        return _both("command.edited", login=asked.author.login)
    if asked.author.association not in INSIDERS and not forge.may_write(asked.author):  # membership may be private
        return _both("command.outsider", login=asked.author.login)
    if pull.head_repository != forge.repository:
        return _both("command.fork", repository=pull.head_repository or "?")
    return "" if checked == pull.head_sha else _both("command.moved")


def _both(key: str, **args: str) -> str:
    return say().each(lambda one: one(key, **args), "<br>")


def _allowed(path: object) -> bool:
    if not isinstance(path, str) or _PATH.fullmatch(path) is None:
        raise ForgeError(f"{str(path)[:80]!r} is no release file (allowed: policies/POLICY/releases/NUMBER.yaml)")
    return True


def _file(directory: Path, path: str) -> bytes | None:
    """Read a file of the work tree, None where it was deleted; no part of its path may be a link."""
    at = directory
    for part in path.split("/"):
        at /= part
        try:
            mode = at.lstat().st_mode
        except FileNotFoundError:
            return None
        if stat.S_ISLNK(mode):
            raise ForgeError(f"{path}: leads over a symbolic link")
    if not stat.S_ISREG(mode) or at.stat().st_size > _LARGEST:
        raise ForgeError(f"{path}: is no file of at most {_LARGEST} bytes")
    return at.read_bytes()


def head(folder: Path) -> str:
    """Return the commit that the step without a token has read."""
    file = folder / "head"
    text = file.read_text(encoding="utf-8", errors="replace").strip() if file.is_file() else ""
    return text if _SHA.fullmatch(text) else ""


def outputs(pull: Pull | None, asked: Asked) -> Mapping[str, Any]:
    """Return the outputs of the step that looks."""
    if pull is None:
        return {"asked": "false"}
    about = {"pull": pull.number, "sha": pull.head_sha, "base": pull.base_ref, "login": asked.author.login}
    return {"asked": "true", **about}
