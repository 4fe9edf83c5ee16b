"""`policyctl demo`: one change, walked from a git diff to a person's recorded answer, on this machine alone."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

import click

from archive.strings import LANGUAGES

NAME: Final = "policyctl"


@click.command()
@click.option(
    "--directory", default="demo-out", show_default=True, type=click.Path(path_type=Path), metavar="DIR",
    help="Where everything is written; replaced if an earlier demo made it, else it must be empty.",
)  # fmt: skip
@click.option("--serve/--no-serve", default=True, show_default=True, help="Serve the archive at the end, until Ctrl-C.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port on 127.0.0.1 (default: 8000, or any that is free).")
@click.option("--lang", type=click.Choice(LANGUAGES), envvar="POLICYCTL_LANG", help="Which language to tell it in.")
def demo(directory: Path, serve: bool, port: int | None, lang: str | None) -> None:
    """Walk one change of a privacy policy from a lawyer's edit to people's answers, and show where each step lies."""
    from archive.demo.say import Narrator  # noqa: PLC0415 - `policyctl demo --help` needs none of it
    from archive.demo.walk import run  # noqa: PLC0415

    tell = Narrator(lang or language_of(os.environ), click.echo, called(sys.argv[0], shutil.which))
    run(directory, tell, port=port, serving=serve, clock=lambda: datetime.now().astimezone())


def called(program: str, which: Callable[[str], str | None]) -> str:
    """Say how this reader calls the command: by its name where the shell finds it, else as this run was called."""
    name = Path(program).name
    return NAME if which(NAME) or name != NAME else shlex.quote(program)


def language_of(env: Mapping[str, str]) -> str:
    """Choose Chinese unless the locale asks for another language."""
    locale = next((env[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if env.get(name)), "")
    named = locale.partition(".")[0].partition("_")[0]
    return "zh-CN" if named in {"", "C", "POSIX", "zh"} else "en"
