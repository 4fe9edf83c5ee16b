"""`policyctl`: one command, its sub-commands loaded only when they are called."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from typing import Any, Final

import click
from click.shell_completion import CompletionItem

from policy_versions import __version__
from policy_versions.errors import PolicyError

# name -> (module, attribute, help): the help stands here so that `policyctl --help` imports nothing heavy.
COMMANDS: Final[dict[str, tuple[str, str, str]]] = {
    "init": ("policy_versions.commands.init", "init", "Lay out a new policy repository."),
    "import": (
        "policy_versions.commands.repository",
        "import_",
        "Make policy.toml from the Markdown files of a history.",
    ),
    "versions": ("policy_versions.commands.repository", "versions", "List the versions of one policy or of all."),
    "show": ("policy_versions.commands.repository", "show", "Print a version: POLICY@VERSION or POLICY@DATE."),
    "diff": ("policy_versions.commands.repository", "diff", "Show the redline between two versions or files."),
    "classify": (
        "policy_versions.commands.classify",
        "classify",
        "Say what changed between two texts and what it means.",
    ),
    "rules": ("policy_versions.commands.rules", "rules", "List the rules of the classifier."),
    "explain": ("policy_versions.commands.rules", "explain", "Explain one rule, with examples."),
    "check": (
        "policy_versions.commands.check",
        "check",
        "Judge the changes of BASE..HEAD; exit 1 when something blocks.",
    ),
    "lint": (
        "policy_versions.commands.lint",
        "lint",
        "Look over the texts: dates, contact, placeholders, links, annexes, statutory floors.",
    ),
    "draft": ("policy_versions.commands.release", "draft", "Write the release file of the next version."),
    "decide": ("policy_versions.commands.decide", "decide", "Confirm, overrule or raise a finding."),
    "comment": (
        "policy_versions.commands.comment",
        "comment",
        "Do what a comment on a pull request asks for, and say what to answer.",
    ),
    "publish": ("policy_versions.commands.release", "publish", "Tag and log a release that nothing blocks."),
    "recall": ("policy_versions.commands.recall", "recall", "Take back an announced version before it applies."),
    "verify": ("policy_versions.commands.release", "verify", "Check that no published text was altered."),
    "git-diff": ("policy_versions.commands.shell", "git_diff", "Show redlines in `git diff` (a diff driver)."),
    "completion": ("policy_versions.commands.shell", "completion", "Print the completion script of a shell."),
    "schema": ("policy_versions.commands.shell", "schema", "Print the JSON Schema of check's reports."),
    "archive": ("archive.cli", "archive", "Export or serve the archive."),
    "notify": ("notifier.cli", "notify", "Plan, send and follow campaigns."),
    "consent": ("notifier.cli", "consent", "Show and record what people answered."),
    "evidence": ("notifier.cli", "evidence", "Prove what bound a person, what they were told and what they said."),
    "forge": ("policy_versions.commands.forge", "forge", "Write what a check found on the pull request it is for."),
    "demo": ("archive.demo", "demo", "Walk one change from a git diff to a recorded answer."),
}

# What a command of the lower package asks of the upper ones, by name as well; the caller's Protocol says what it gets.
PORTS: Final[dict[str, tuple[str, str]]] = {"outlook": ("notifier.preview", "outlook")}


def port(name: str) -> Any:
    """Load what stands behind a port."""
    module, attribute = PORTS[name]
    return getattr(importlib.import_module(module), attribute)


COLLECT: Final = 50_000
"""Look for cycles after so many new objects: we make next to none, and looking through all that is kept takes long."""


class LazyGroup(click.Group):
    """A group that imports a sub-command's module only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the sub-commands in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load the module of a sub-command."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        if callable(ctx.obj):  # only where the process is ours and ends with the command
            ctx.obj(cmd_name)
        command = getattr(importlib.import_module(entry[0]), entry[1])
        return command if isinstance(command, click.Command) else None

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete a sub-command's name without importing any."""
        found = [CompletionItem(name, help=entry[2]) for name, entry in COMMANDS.items() if name.startswith(incomplete)]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the sub-commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry[2]) for name, entry in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.version_option(__version__, prog_name="policyctl")
def cli() -> None:
    """Privacy policies in git: what changed, what it means, whom to tell, who agreed, and every old version."""


def _warm(command: str) -> None:
    """Take up the patterns of a command; `--help` needs none."""
    from policy_versions.warm import warm  # noqa: PLC0415

    warm(command)


def main(args: list[str] | None = None) -> Any:
    """Run `policyctl`; errors of the input end with one message and exit code 1 or 2, never with a traceback."""
    gc.set_threshold(COLLECT, 20, 50)
    try:
        return cli.main(args=args, standalone_mode=True, obj=_warm)
    except PolicyError as error:
        click.echo(f"policyctl: {error}", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except OSError as error:
        if error.filename is None:
            raise
        click.echo(f"policyctl: {os.fsdecode(error.filename)}: {error.strerror}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
