"""Options that many commands share, and the words in which they speak: loaded when there is something to say."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from policy_versions.reports.words import Words

LANGUAGES: Final = ("zh-CN", "en")

DIRECTORY = click.option(
    "-C", "--directory", default=".", metavar="DIR", help="The policy repository, or a folder in it (default: here).",
    type=click.Path(path_type=Path),
)  # fmt: skip
_META: Final = "policyctl.lang"


def _remember(context: click.Context, _: click.Parameter, value: str | None) -> str | None:
    context.meta[_META] = value
    return value


def _lang(*, exposed: bool) -> Callable[[Any], Any]:
    return click.option(
        "--lang", type=click.Choice(LANGUAGES), envvar="POLICYCTL_LANG", callback=_remember, expose_value=exposed,
        help="Speak Chinese or English (default: as LANG).",
    )  # fmt: skip


LANG = _lang(exposed=True)
"""For commands that hand the language on."""
SPEAKS = _lang(exposed=False)
"""For commands that only `tell` and `note`."""


def spoken(lang: str | None) -> Words:
    """Speak the language asked for, else that of the environment."""
    from policy_versions.reports.words import words  # noqa: PLC0415 - most commands have little to say

    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return words(lang or ("zh-CN" if locale.startswith("zh") else "en"))


def here() -> Words:
    """Speak as the running command was asked to by its `--lang`."""
    context = click.get_current_context(silent=True)
    return spoken(context.meta.get(_META) if context else None)


def note(key: str, **args: object) -> None:
    """Say something beside the output."""
    click.echo(f"policyctl: {here()(f'cli.{key}', **args)}", err=True)


def tell(key: str, **args: object) -> None:
    """Say something as output."""
    click.echo(here()(f"cli.{key}", **args))
