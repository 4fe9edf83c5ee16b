"""`policyctl import`, `versions`, `show`, `diff`: what a policy repository holds."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
import msgspec

from policy_versions import config as configuration
from policy_versions import history, importing
from policy_versions.commands.options import DIRECTORY, SPEAKS, here, note
from policy_versions.config import Config
from policy_versions.errors import HistoryError, PolicyError, TextError, UnknownVersionError
from policy_versions.history import Repository
from policy_versions.model import Version

_REF = click.option("--ref", default="", metavar="REF", help="Read this branch, tag or commit instead of HEAD.")
_LANGUAGE = click.option("--language", default="", metavar="TAG", help="Which language: zh-CN, en …")


@click.command("import")
@SPEAKS
@DIRECTORY
@_REF
@click.option("--language", default="", metavar="TAG", help="The language of texts whose name and script do not tell.")
@click.option("--timezone", default="UTC", show_default=True, metavar="ZONE", help="The zone in which days begin.")
@click.option("--output", default="", metavar="FILE", help="Write here instead of policy.toml; - for the screen.")
@click.option("--force", is_flag=True, help="Overwrite what is there.")
def import_(directory: Path, ref: str, language: str, timezone: str, output: str, force: bool) -> None:
    """Make policy.toml from the Markdown files of a history, deleted ones too; renames are followed."""
    with Repository.open(directory) as repository:
        target = _target(repository, output, force)
        chosen = ref or repository.default_ref()
        commit = repository.resolve(chosen)
        _notes(repository, ref, chosen)
        follower = repository.follow(commit)
        plan = importing.plan(follower.documents, repository.blob, follower.of, language)
        text = importing.to_toml(plan, ref=chosen if chosen != "HEAD" else "", timezone=timezone)
        configuration.parse(text.encode(), lambda _: True)  # before anything is written
    if target is None:
        sys.stdout.write(text)
    else:
        target.write_text(text, encoding="utf-8")
    texts = sum(len(f.document.entries) for group in plan.policies.values() for f in group)
    gone = sum(not group[0].document.present for group in plan.policies.values())
    name, count = target or configuration.NAME, len(plan.policies)
    note("import.done", name=name, count=count, gone=gone, texts=texts, ref=chosen)
    if importing.UNKNOWN in plan.languages:
        note("import.unknown")
    for path, reason in sorted(plan.skipped.items()):
        note(f"import.{reason}", path=_printable(path))
    if target is not None:
        note("import.next")


@click.command()
@click.argument("policy", required=False)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
@_LANGUAGE
@SPEAKS
@DIRECTORY
@_REF
def versions(policy: str | None, format_: str, language: str, directory: Path, ref: str) -> None:
    """List the versions of POLICY, or of all policies, oldest first."""
    with _opened(directory, ref) as (repository, config):
        found = history.versions(repository, config, policy, language or None, today=_today(config))
        if language and not found:
            raise UnknownVersionError(f"no versions in {language!r}; the languages are {', '.join(config.languages)}")
    if format_ == "json":
        sys.stdout.writelines(_json(found))
    else:
        sys.stdout.writelines(f"{line}\n" for line in _columns([_cells(v) for v in found]))


@click.command()
@click.argument("spec", metavar="POLICY@VERSION|POLICY@DATE")
@_LANGUAGE
@SPEAKS
@DIRECTORY
@_REF
def show(spec: str, language: str, directory: Path, ref: str) -> None:
    """Print the text of a version, byte for byte: by number, by day (2024-05-01), or the one in force today."""
    with _opened(directory, ref) as (repository, config):
        version = _find(repository, config, spec, language)
        data = repository.blob(version.blob)
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


@click.command()
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@_LANGUAGE
@SPEAKS
@DIRECTORY
@_REF
def diff(before: str, after: str, language: str, directory: Path, ref: str) -> None:
    """Show the redline from A to B, each a file or POLICY@VERSION, POLICY@DATE.

    Each change starts with `@@ -lines +lines @@ headings`; then `+` is added, `-` removed, `>` moved,
    `~` changed with the words marked: [-old-]{+new+}.
    """
    from policy_versions import document, redline  # noqa: PLC0415 - the Markdown parser is not for every command
    from policy_versions.commands.redline_text import render  # noqa: PLC0415

    sides = [_side(value, language, directory, ref) for value in (before, after)]
    tongue = language or next((lang for _, lang in sides if lang != importing.UNKNOWN), importing.UNKNOWN)
    old, new = (document.parse(text, tongue) for text, _ in sides)
    lines = list(render(redline.redline(old, new)))
    for line in lines:
        click.echo(line)
    if not lines:
        same = sides[0][0] == sides[1][0]
        note("diff.same" if same else "diff.markup")


def _target(repository: Repository, output: str, force: bool) -> Path | None:
    """Decide where the new policy.toml goes; None is the screen."""
    if output == "-":
        return None
    if not output and repository.root is None:
        raise HistoryError(
            "a bare repository has no place for policy.toml: name one with --output FILE, or - for the screen"
        )
    target = Path(output) if output or repository.root is None else repository.root / configuration.NAME
    if target.exists() and not force:
        raise HistoryError(f"{target} exists already: --force overwrites it, --output FILE writes elsewhere")
    return target


@contextmanager
def _opened(directory: Path, ref: str) -> Iterator[tuple[Repository, Config]]:
    with Repository.open(directory) as repository:
        bare = repository.resolve(ref) if ref and repository.root is None else None
        config = configuration.load(repository, bare)
        config = msgspec.structs.replace(config, ref=ref) if ref else config
        _notes(repository, config.ref, config.ref or repository.default_ref())
        yield repository, config


def _notes(repository: Repository, asked: str, chosen: str) -> None:
    """Say on stderr what the reader must know about where the versions come from."""
    if not asked and chosen != "HEAD":
        note("unborn", ref=chosen)
    if repository.shallow:
        note("shallow")


def _find(repository: Repository, config: Config, spec: str, language: str) -> Version:
    """Find a version in the language asked for, else in the authoritative one, else in the one there is."""
    policy = config.policy(spec.partition("@")[0])
    there = policy.files.keys()
    if language and language not in there:
        raise UnknownVersionError(f"{policy.id} is not there in {language!r}; there is {', '.join(there)}")
    chosen = language or (config.authoritative if config.authoritative in there else next(iter(there)))
    today = _today(config)
    return history.find(history.versions(repository, config, policy.id, chosen, today=today), spec, today=today)


def _side(value: str, language: str, directory: Path, ref: str) -> tuple[str, str]:
    """Read one side of a diff: a file where there is one of that name, else a version; return text and language."""
    path = Path(value)
    try:
        if path.is_file():
            return history.decode(path.read_bytes()), importing.split_language(path.name)[1] or importing.UNKNOWN
        with _opened(directory, ref) as (repository, config):
            version = _find(repository, config, value, language)
            return history.text(repository, version), version.language
    except TextError as error:
        raise TextError(f"{value}: {error}") from None
    except (OSError, ValueError) as error:
        raise PolicyError(f"{value}: cannot be read: {error}") from None


def _today(config: Config) -> date:
    return datetime.now(config.zone).date()


def _json(found: Sequence[Version]) -> Iterator[str]:
    """Write the list a row at a time: a long history never stands in memory as one text."""
    yield '{"schema_version": 1, "versions": ['
    for index, version in enumerate(found):
        yield (",\n  " if index else "\n  ") + json.dumps(_row(version), ensure_ascii=False)
    yield "\n]}\n"


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _row(version: Version) -> dict[str, Any]:
    return {
        "policy": version.policy,
        "language": version.language,
        "number": version.number,
        "commit": version.commit,
        "path": _encodable(version.path),
        "blob": version.blob,
        "sha256": version.sha256,
        "bytes": version.size,
        "announced_on": _day(version.announced_on),
        "effective_on": _day(version.effective_on),
        "date": _day(version.effective_on or version.committed_on),
        "status": version.status.value,
    }


def _cells(version: Version) -> list[str]:
    day = version.effective_on or version.committed_on
    where = (version.sha256[:12], version.commit[:12], _printable(version.path))
    return [
        version.policy,
        version.language,
        version.number,
        str(day or ""),
        here()(f"cli.status.{version.status}"),
        *where,
    ]


def _columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _encodable(path: str) -> str:
    """Show bytes of a name that are not UTF-8 as replacement characters: JSON has no other place for them."""
    return os.fsencode(path).decode("utf-8", "replace")


def _printable(path: str) -> str:
    """Escape what would move the cursor of a terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in _encodable(path))
