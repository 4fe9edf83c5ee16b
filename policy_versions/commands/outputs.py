"""Where reports go: the screen, or files that are whole or not there."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import click

from policy_versions.errors import PolicyError
from policy_versions.reports.formats import FORMATS


class OutputError(PolicyError):
    """A report cannot be written where it should go."""


def parse(given: Sequence[str]) -> list[tuple[str, str]]:
    """Read `FORMAT=PATH` (`-` is the screen); UsageError names the formats, and a path that is given twice."""
    outputs = []
    for text in given:
        name, sign, path = text.partition("=")
        if name not in FORMATS or not sign or not path:
            raise click.UsageError(
                f"--output {text!r}: wanted FORMAT=PATH (formats: {', '.join(FORMATS)}; - prints it)"
            )
        outputs.append((name, path))
    paths = [path for _, path in outputs]
    twice = sorted({p for p in paths if paths.count(p) > 1})
    if twice:
        raise click.UsageError(f"--output: {', '.join(twice)} is given twice")
    return outputs


def write(path: str, text: str) -> None:
    """Write a report; a file that was there is replaced at once, or stays as it was when that fails."""
    if path == "-":
        click.echo(text, nl=False)
        return
    target = Path(os.path.realpath(path))
    try:
        if path == os.environ.get("GITHUB_STEP_SUMMARY"):  # other commands of the step write there too
            _append(target, text)
        elif target.exists() and not target.is_file():  # /dev/stdout, a pipe
            target.write_text(text, encoding="utf-8")
        else:
            _replace(target, text)
    except OSError as error:
        raise OutputError(f"--output: {path}: {error.strerror}") from None


def _replace(target: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
        Path(name).chmod(mode)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


SUMMARY: Final = 1_048_576  # bytes that GitHub takes of a step's summary


def _append(target: Path, text: str) -> None:
    """Add to GitHub's job summary, unless there is no room left in it: a too large one is refused whole."""
    there = target.stat().st_size if target.exists() else 0
    if there + len(text.encode()) > SUMMARY:
        click.echo(f"policyctl: {target} is full: the job summary is left out", err=True)
        return
    with target.open("a", encoding="utf-8") as file:
        file.write(text)


def colours(env: Mapping[str, str]) -> bool:
    """Say whether to colour: on a terminal, unless NO_COLOR is set; FORCE_COLOR colours anyway."""
    return bool(env.get("FORCE_COLOR")) or (not env.get("NO_COLOR") and sys.stdout.isatty())
