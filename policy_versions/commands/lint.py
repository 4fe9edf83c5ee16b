"""`policyctl lint`: what is wrong in the texts themselves, with file, line and rule; a part of `check`."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from policy_versions.commands.desk import DIRECTORY, LANG, chosen, open_desk, spoken
from policy_versions.decisions import Block
from policy_versions.history import Repository
from policy_versions.lint import lint as run
from policy_versions.lint import severities
from policy_versions.reports.words import LANGUAGES, Words, words
from policy_versions.review import review

VERSION = 1


@click.command()
@click.argument("policy", required=False)
@click.option("--format", "kind", type=click.Choice(["text", "json"]), default="text", help="How to report.")
@click.option("--rules", is_flag=True, help="List the rules and what each does, and end.")
@LANG
@DIRECTORY
def lint(policy: str | None, kind: str, rules: bool, lang: str | None, directory: Path) -> None:
    """Look over the texts of the work tree: dates, contact, placeholders, links, annexes, statutory floors.

    Every policy is looked at, changed or not. Exit 0: nothing blocks. 1: something does. A rule that misreads a passage
    is waived in the release file (`waivers`), by two approvers; `[lint] block` of policy.toml makes warnings block.
    """
    say = spoken(lang)
    with Repository.open(directory) as repository:
        desk = open_desk(repository, None)
        if rules:
            found = severities(tuple(desk.config.lint.block))
            click.echo("".join(f"{rule:<22} {weight}\n" for rule, weight in found.items()), nl=False)
            return
        base = (
            None if repository.unborn else repository.resolve("HEAD")
        )  # old faults of a text never released only warn
        looked = [review(desk, one, base=base, lint=run, everything=True) for one in chosen(desk.config, policy)]
        said = [block for one in looked for block in one.linted]
    if kind == "json":
        click.echo(
            json.dumps({"schema_version": VERSION, "problems": [_row(b) for b in said]}, ensure_ascii=False, indent=2)
        )
    else:
        click.echo(_text(said, say), nl=False)
    if any(not b.warns for b in said):
        sys.exit(1)


def _row(block: Block) -> dict[str, object]:
    texts = {x: {"what": words(x).what(block), "how": words(x).how(block)} for x in LANGUAGES}
    place = {"path": block.args.get("path", ""), "line": int(block.args.get("line", "0"))}
    return {"rule": block.code, **place, "blocks": not block.warns, "args": dict(block.args), **texts}


def _text(said: Sequence[Block], say: Words) -> str:
    if not said:
        return say("lint.clean") + "\n"
    lines = []
    for block in said:
        sign = say("lint.warns" if block.warns else "lint.blocks")
        lines.append(f"{block.args.get('path', '')}:{block.args.get('line', '0')}: {sign} {block.code}")
        lines.append(f"  {say.what(block)} {say.how(block)}".rstrip())
    count = sum(not b.warns for b in said)
    lines.append(say("lint.count", blocks=count, warns=len(said) - count))
    return "\n".join(lines) + "\n"
