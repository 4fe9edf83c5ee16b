"""`policyctl classify`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import click

from policy_versions.commands.options import SPEAKS, here
from policy_versions.errors import PolicyError, TextError
from policy_versions.model import Assessment


@click.command()
@click.argument("before", required=False, type=click.Path(path_type=Path))
@click.argument("after", required=False, type=click.Path(path_type=Path))
@click.option("--language", help="Language of both texts, such as zh-CN or en; detected when left out.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="What to print.")
@click.option(
    "--batch", help="File (or - for standard input) with one JSON object a line: id, before, after, language."
)
@click.option("--full", is_flag=True, help="Add to the JSON: editorial changes, witness, laws, terms, why so sure.")
@click.option("--policy", default="", help="Identity of the policy, part of every fingerprint.")
@SPEAKS
def classify(
    before: Path | None, after: Path | None, language: str | None, form: str, batch: str | None, full: bool, policy: str
) -> None:
    """Say what changed from BEFORE to AFTER and what it means."""
    if batch is not None:
        if before or after:
            raise click.UsageError("--batch takes no BEFORE and AFTER")
        sys.exit(_batch(batch, policy, full=full))
    if before is None or after is None:
        raise click.UsageError("give two files: BEFORE AFTER (or --batch FILE)")
    from policy_versions.classify import to_json  # noqa: PLC0415 - keeps `--help` light

    found = assess(before, after, language, policy)
    if form == "json":
        click.echo(json.dumps(to_json(found, full=full), ensure_ascii=False, indent=2))
    else:
        _print(found)


def assess(before: Path, after: Path, language: str | None, policy: str) -> Assessment:
    """Read two files and judge the change; raises TextError naming the file that cannot be read as text.

    The language is detected where it is not named; in one without a lexicon every change is left for a person.
    """
    from policy_versions.classify import classify as judge  # noqa: PLC0415
    from policy_versions.detect import detect  # noqa: PLC0415

    old, new = read(before), read(after)
    return judge(old, new, language or detect(new or old), policy=policy)


def read(path: Path) -> str:
    """Read a text file as UTF-8; raises TextError with the line of the first bad byte."""
    from policy_versions.extent import limit  # noqa: PLC0415 - keeps `--help` light

    try:
        limit(path.stat().st_size, str(path))
        data = path.read_bytes()
    except OSError as error:
        raise TextError(f"{path}: {error.strerror or error}") from None
    if b"\0" in data[:8192]:
        raise TextError(f"{path}: not a text file (it holds NUL bytes)")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise TextError(f"{path}: line {line}: not valid UTF-8") from None


def _batch(source: str, policy: str, *, full: bool) -> int:
    """Answer each line as it comes; return 1 when any of them could not be judged."""
    failed = 0
    for number, line in enumerate(_lines(source), 1):
        if not line.strip():
            continue
        answer, good = _answer(number, line, policy, full=full)
        failed |= not good
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    return int(failed)


def _lines(source: str) -> Iterator[str]:
    if source == "-":
        yield from _decoded(sys.stdin.buffer)
        return
    try:
        with Path(source).open("rb") as file:
            yield from _decoded(file)
    except OSError as error:
        raise click.UsageError(f"--batch: {source}: {error.strerror or error}") from None


def _decoded(stream: IO[bytes]) -> Iterator[str]:
    for line in stream:
        yield line.decode("utf-8", "replace")


def _answer(number: int, line: str, policy: str, *, full: bool) -> tuple[dict[str, Any], bool]:
    from policy_versions.classify import to_json  # noqa: PLC0415

    identity: object = None
    try:
        asked = json.loads(line.removeprefix("\ufeff"))
        identity = asked.get("id") if isinstance(asked, dict) else None
        if not isinstance(asked, dict) or not all(isinstance(asked.get(k), str) for k in ("before", "after")):
            raise TextError(f'line {number}: expected {{"id", "before", "after", "language"}}, paths as strings')
        language = asked.get("language")
        if language is not None and not isinstance(language, str):
            raise TextError(f"line {number}: `language` must be a string")
        found = assess(Path(asked["before"]), Path(asked["after"]), language, str(asked.get("policy", policy)))
        return {"id": identity, **to_json(found, full=full)}, True
    except json.JSONDecodeError as error:
        return {"id": identity, "error": f"line {number}: not JSON: {error.msg}"}, False
    except RecursionError:
        return {"id": identity, "error": f"line {number}: not JSON: nested too deeply"}, False
    except (PolicyError, ValueError) as error:
        return {"id": identity, "error": str(error) or type(error).__name__}, False


def _print(found: Assessment) -> None:
    say = here()
    if not found.findings:
        click.echo(say("cli.classify.none"))
    for finding in found.findings:
        kind = f"{say(f'category.{finding.category}')}, {say(f'cli.classify.effect.{finding.effect}')}"
        sure = say(f"cli.classify.confidence.{finding.confidence}")
        click.echo(f"{kind}: {say(f'direction.{finding.direction}')} ({finding.rule}, {sure})")
        for mark, text in (("-", finding.evidence_before), ("+", finding.evidence_after)):
            if text:
                click.echo(f"  {mark} {text}")
        click.echo(f"  {say.texts(finding.explanation)}")
        click.echo(f"  {say.texts(finding.confidence_reason)} · {'; '.join(finding.law)}")
