"""`policyctl git-diff`, `completion`, `schema`: policyctl at home in git, in a shell and in other programs."""

from __future__ import annotations

import os
from pathlib import Path

import click
from click.shell_completion import get_completion_class

from policy_versions.errors import PolicyError
from policy_versions.importing import UNKNOWN, split_language

SHELLS = ("bash", "zsh", "fish")


@click.command("git-diff", context_settings={"ignore_unknown_options": True})
@click.argument(
    "given", nargs=-1, metavar="PATH OLD-FILE OLD-HEX OLD-MODE NEW-FILE NEW-HEX NEW-MODE", type=click.UNPROCESSED
)
def git_diff(given: tuple[str, ...]) -> None:
    """Show a redline as git's own diff; git calls this, once it was told to:

    \b
    echo 'policies/**/*.md diff=policy' >> .gitattributes
    git config diff.policy.command 'policyctl git-diff'

    Then `git diff` and `git log -p --ext-diff` show words struck out and written in; `--no-ext-diff` shows lines.
    """
    if len(given) == 1:  # an unmerged path has no two sides
        click.echo(f"* {given[0]}")
        return
    if len(given) not in (7, 9):
        raise click.UsageError("git calls this with 7 or 9 arguments (git help gitattributes: external diff driver)")
    name, old, _, _, new = given[:5]
    renamed = given[7] if len(given) == 9 else name
    for line in _redline(name, renamed, old, new):
        click.echo(line, color=_coloured())


def _redline(name: str, renamed: str, old: str, new: str) -> list[str]:
    from policy_versions import document, redline  # noqa: PLC0415 - the Markdown parser is not for every command
    from policy_versions.commands.redline_text import render  # noqa: PLC0415

    head = [click.style(f"--- a/{name}\n+++ b/{renamed}", bold=True)]
    try:
        texts = [_read(path) for path in (old, new)]
    except PolicyError as error:  # git would end the whole diff if this one failed
        return [*head, f"! {error}", ""]
    tongue = split_language(renamed)[1] or UNKNOWN
    before, after = (document.parse(text, tongue) for text in texts)
    return [*head, *render(redline.redline(before, after))]


def _read(path: str) -> str:
    from policy_versions.commands.classify import read  # noqa: PLC0415

    return "" if path == os.devnull else read(Path(path))


def _coloured() -> bool | None:
    """Say whether to colour: git shows us in its pager, which is no terminal; None lets click look."""
    if os.environ.get("NO_COLOR"):
        return False
    return True if os.environ.get("GIT_PAGER_IN_USE") or os.environ.get("FORCE_COLOR") else None


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print the script that completes policyctl's commands and options in a shell.

    \b
    bash: policyctl completion bash > ~/.local/share/bash-completion/completions/policyctl
    zsh:  policyctl completion zsh > "${fpath[1]}/_policyctl"
    fish: policyctl completion fish > ~/.config/fish/completions/policyctl.fish
    """
    from policy_versions.cli import cli  # noqa: PLC0415 - the group that loads this very command

    kind = get_completion_class(shell)
    if kind is None:
        raise PolicyError(f"no completion for {shell!r} (allowed: {', '.join(SHELLS)})")
    click.echo(kind(cli, {}, "policyctl", "_POLICYCTL_COMPLETE").source())


@click.command()
def schema() -> None:
    """Print the JSON Schema that `policyctl check --format json` keeps to."""
    from policy_versions.reports.json import schema as published  # noqa: PLC0415

    click.echo(published(), nl=False)
