"""`policyctl comment`: do what a comment on a pull request asks for in the release file, and say what to answer."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path

import click

from policy_versions import answering, decisions, publishing, release_file
from policy_versions import config as settings
from policy_versions.answering import Outcome
from policy_versions.commands.desk import DIRECTORY, chosen, draft_header, open_desk, work_tree
from policy_versions.comments import Command, Mistake, Verb, parse
from policy_versions.decisions import Block
from policy_versions.errors import ConfigError, TextError
from policy_versions.history import Repository
from policy_versions.lint import lint
from policy_versions.model import Release
from policy_versions.reports.reply import Reply, render
from policy_versions.reports.words import LANGUAGES, words
from policy_versions.review import Desk, review, state, touched

VERSION = 1


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of a comment: the answer, the files it changed, and in whose name."""

    reply: str
    paths: tuple[str, ...] = ()
    by: str = ""
    outcomes: tuple[Outcome, ...] = ()


@click.command()
@click.option(
    "--body", type=click.Path(exists=True, dir_okay=False, allow_dash=True), required=True, metavar="FILE",
    help="The comment's text (- for the standard input).",
)  # fmt: skip
@click.option("--author", "login", required=True, metavar="LOGIN", help="The account that wrote it.")
@click.option(
    "--base", metavar="REF", default="",
    help="The branch that the pull request goes into: only who is an approver there too may decide.",
)  # fmt: skip
@click.option("--format", "kind", type=click.Choice(["text", "json"]), default="text", help="How to answer.")
@click.option("--lang", type=click.Choice(LANGUAGES), help="Answer in one language (default: Chinese and English).")
@DIRECTORY
def comment(body: str, login: str, base: str, kind: str, lang: str | None, directory: Path) -> None:
    """Do what a comment asks for (`/policy agree a1b2c3 reason`) in the release file of the work tree.

    Nothing is committed. `text` prints the answer to post (Markdown; nothing for a comment that does not call us).
    `json` prints one object: schema_version 1, reply (post it unless it is empty), commit (true: commit `paths`, each
    of them changed, new or deleted, with `message` and `author` {name, email}), commands, done, refused (counts).

    Who may decide: an account under [logins] of policy.toml, whose approver stands under `approvers`, in the work tree
    and at --base. Exit 0 also where a command is refused: the answer says why. 2: wrong use or configuration.
    """
    asked = parse(_read(body))
    with Repository.open(directory) as repository:
        found = _answer(repository, asked, login, base, lang) if asked else Answered("")
    if kind == "text":
        click.echo(found.reply, nl=False)
        return
    name, address = parseaddr(found.by)
    done = [o for o in found.outcomes if o.done]
    report = {
        "schema_version": VERSION,
        "reply": found.reply,
        "commit": bool(found.paths),
        "paths": list(found.paths),
        "message": _message(login, asked, found) if found.paths else "",
        "author": {"name": name or login, "email": address} if found.paths else None,
        "commands": len(asked),
        "done": len(done),
        "refused": len(found.outcomes) - len(done),
    }
    click.echo(json.dumps(report, ensure_ascii=False, indent=2))


def _read(body: str) -> str:
    data = sys.stdin.buffer.read() if body == "-" else Path(body).read_bytes()
    return data.decode("utf-8", errors="replace")


def _answer(
    repository: Repository, asked: Sequence[Command | Mistake], login: str, base: str, lang: str | None
) -> Answered:
    say = words(lang) if lang else words(*LANGUAGES)
    desk = open_desk(repository, None)
    trusted = _trust(desk, base)
    by = answering.person(login, trusted)
    helps = any(isinstance(one, Command) and one.verb is Verb.HELP for one in asked)
    wanted = [one for one in asked if isinstance(one, Mistake) or one.verb.writes]
    if wanted and not by:
        names = ", ".join(sorted(trusted.logins)) or "-"
        block = Block("comment-login-unknown", {"login": login, "logins": names})
        outcomes = tuple(Outcome(one.line, blocks=(block,)) for one in wanted[:1])
        return Answered(render(Reply(login, outcomes, helps, None), say), outcomes=outcomes)
    outcomes, paths = _write(desk, trusted, wanted, by) if wanted else ((), ())
    looks = bool(paths) or any(isinstance(one, Command) and one.verb is Verb.STATUS for one in asked)
    left = _left(desk, base) if looks else None
    return Answered(render(Reply(login, outcomes, helps, left), say), paths, by, outcomes)


def _trust(desk: Desk, base: str) -> settings.Config:
    if not base:
        return desk.config
    commit = desk.repository.resolve(base)
    try:
        return answering.trusted(desk.config, settings.load(desk.repository, commit))
    except ConfigError as error:
        raise ConfigError([f"--base {base}: {problem}" for problem in error.problems]) from None


def _write(
    desk: Desk, trusted: settings.Config, wanted: Sequence[Command | Mistake], by: str
) -> tuple[tuple[Outcome, ...], tuple[str, ...]]:
    """Bring the drafts up to date, do what is asked, write what changed; the paths are those git now sees changed."""
    made = {p.id: _draft(desk, p) for p in chosen(desk.config, None)}
    open_ones = {policy: d for policy, d in made.items() if d}
    drafts = {policy: d.release for policy, d in open_ones.items()}
    now, outcomes = answering.apply(wanted, drafts, trusted, by, desk.today)
    if not any(o.done for o in outcomes):
        return outcomes, ()
    paths: list[str] = []
    for policy, release in now.items():
        if release != drafts[policy] or any(isinstance(w, Command) and w.verb is Verb.DRAFT for w in wanted):
            paths += _settle(desk, policy, release, open_ones[policy])
    return outcomes, tuple(dict.fromkeys(paths))


def _settle(desk: Desk, policy: str, release: Release, drafted: publishing.Draft) -> list[str]:
    """Write a release file, and once more under the number that its decisions ask for."""
    root = work_tree(desk.repository)
    held = state(desk, desk.config.policy(policy))
    settled = decisions.settle(release, desk.config, held.lead)
    paths = _put(root, drafted.path, release_file.dump(settled, draft_header(), today=desk.today), drafted.replaces)
    again = _draft(desk, desk.config.policy(policy))
    return paths if again is None else [*paths, *_put(root, again.path, again.data, again.replaces)]


def _draft(desk: Desk, policy: settings.Policy) -> publishing.Draft | None:
    """Draft the release file alone: the texts are the lawyer's, and a workflow commits release files only."""
    return publishing.draft(desk, policy, header=draft_header(), redate=False)


def _put(root: Path, path: str, data: bytes, replaces: str) -> list[str]:
    if replaces:
        (root / replaces).unlink(missing_ok=True)
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_bytes(data)
    return [path, *([replaces] if replaces else [])]


def _left(desk: Desk, base: str) -> tuple[Block, ...]:
    """Return what still stands in the way, for the policies that anything is open about."""
    start = desk.repository.merge_base(desk.repository.resolve(base), desk.repository.resolve("HEAD")) if base else None
    try:
        reviews = touched(review(desk, p, base=start, lint=lint) for p in desk.config.policies)
    except TextError as error:
        return (Block("comment-unreadable", {"problem": str(error)}),)
    return tuple(block for one in reviews for block in one.blocks)


def _message(login: str, asked: Sequence[Command | Mistake], found: Answered) -> str:
    """Word the commit: what was asked for, for whom, by which account."""
    there = {o.line for o in found.outcomes if o.done}
    made = [one for one in asked if isinstance(one, Command) and one.line in there]
    numbers = [p.rsplit("/", 1)[-1].removesuffix(".yaml") for p in found.paths[:1]]
    lines = [f"{one.verb} {' '.join(one.fingerprints)}".rstrip() for one in made]
    reasons: Mapping[str, str] = {f"{one.verb}": one.reason for one in made if one.reason}
    body = "\n".join(f"{verb}: {' '.join(reason.split())}" for verb, reason in reasons.items())
    return (
        f"Decide {' '.join(numbers)}: {'; '.join(lines)}"[:120]
        + f"\n\n{body}\n\nBy {found.by}, in a comment by {login}\n"
    )
