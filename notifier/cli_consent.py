"""`policyctl consent` and `policyctl evidence`: what people answered, and the answers that come by phone or paper."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from notifier.cases import Case, Decision
from notifier.consent_log import ConsentError, ConsentEvent, Method
from policy_versions.errors import PolicyError

if TYPE_CHECKING:
    from notifier.asking import Asked
    from notifier.desk import Desk

_WHERE: Final = click.option(
    "-C",
    "--directory",
    metavar="DIR",
    type=click.Path(path_type=Path),
    default=Path(),
    help="The policy repository, or a folder in it (default: here).",
)
_FORMAT: Final = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="What to print."
)


def _known(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    """Refuse a language that there are no words for, before it is quietly answered in another."""
    from notifier.render import LANGUAGES  # noqa: PLC0415 - heavy, and only asked when somebody names one

    if value and value not in LANGUAGES:
        raise click.BadParameter(f"there are no words in {value!r} (allowed: {', '.join(LANGUAGES)})")
    return value


_LANGUAGE: Final = click.option(
    "--language", "--lang", default="", metavar="TAG", callback=_known, help="zh-CN or en (default: the policy's)."
)
_BY: Final = click.option("--by", default="", metavar="ID", help="Who acted: the person (default) or a guardian.")
_METHODS: Final = tuple(method.value for method in Method if method is not Method.PAGE)
_METHOD: Final = click.option("--method", type=click.Choice(_METHODS), required=True, help="How the answer came.")
_MATTERS: Final = click.option(
    "--finding", "keys", multiple=True, metavar="FP", help="Only this finding (repeatable; default: the general ones)."
)


def _desk(directory: Path) -> Desk:
    from notifier.desk import Desk  # noqa: PLC0415 - SQLAlchemy and git only when they are needed

    return Desk.open(directory.resolve())


@click.group()
def consent() -> None:
    """Show, record and check what people answered."""


@consent.command()
@click.argument("person")
@_WHERE
@_FORMAT
@_LANGUAGE
def show(person: str, directory: Path, form: str, language: str) -> None:
    """Print which version binds PERSON today and why, and all they were told and answered."""
    desk = _desk(directory)
    _print_evidence(desk, person, desk.setting.day(datetime.now(UTC)), (), form, language)


@consent.command()
@click.argument("person")
@click.argument("version")
@click.option("--decision", type=click.Choice(tuple(d.value for d in Decision)), required=True, help="The answer.")
@_METHOD
@_BY
@_MATTERS
@click.option(
    "--screen",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The text that was shown or read out; it is kept and its hash recorded.",
)
@_WHERE
@_LANGUAGE
def record(  # noqa: PLR0913, PLR0917 - each is an option of the command
    person: str,
    version: str,
    decision: str,
    method: str,
    by: str,
    keys: tuple[str, ...],
    screen: Path | None,
    directory: Path,
    language: str,
) -> None:
    """Record an answer of PERSON about VERSION (POLICY@NUMBER) that did not come by the page.

    Consent needs --screen: nobody can agree to what they were not shown. Separate matters are named one by one with
    --finding; without it the answer is about the general question.
    """
    desk = _desk(directory)
    case = _case(desk, person, by or person, version, language)
    if decision == Decision.ACCEPT and screen is None:
        raise click.UsageError("--screen: an accept needs the text that was shown or read out (a file)")
    shown = _read(screen) if screen else ""
    made = desk.record(case, _matters(case, keys), Decision(decision), Method(method), shown)
    _print_events(made)


@consent.command()
@click.argument("person")
@click.argument("version")
@_METHOD
@_BY
@_MATTERS
@_WHERE
def withdraw(person: str, version: str, method: str, by: str, keys: tuple[str, ...], directory: Path) -> None:
    """Take back what PERSON agreed to about VERSION (POLICY@NUMBER): all of it, or the findings named."""
    desk = _desk(directory)
    case = _case(desk, person, by or person, version, "")
    granted = [i for q in case.questions for i in q.items if i.key in case.said and case.said[i.key].state.grants]
    chosen = [item for item in granted if not keys or item.key in keys]
    if not chosen:
        raise ConsentError(f"{person!r} has given no consent about {version} that could be withdrawn")
    _print_events(desk.record(case, chosen, Decision.DECLINE, Method(method), ""))


@consent.command()
@click.argument("person")
@click.argument("version")
@_BY
@_WHERE
def link(person: str, version: str, by: str, directory: Path) -> None:
    """Print the personal link under which PERSON answers about VERSION (POLICY@NUMBER)."""
    desk = _desk(directory)
    case = _case(desk, person, by or person, version, "")
    click.echo(desk.answer_url(person, case.actor, case.release.policy, case.release.number))


@consent.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", default="", metavar="KEY", help="The publisher's public key (NAME+ID+BASE64).")
def verify(file: Path, key: str) -> None:
    """Check a receipt FILE without any server; exit 1 when it does not hold."""
    from notifier import receipts  # noqa: PLC0415
    from policy_versions.signed_note import Key  # noqa: PLC0415

    event = receipts.verify(file.read_bytes(), Key.parse(key) if key else None)
    click.echo(f"ok: {event.subject} {event.state} {event.policy} {event.number} at {event.at.isoformat()}")
    if not key:
        click.echo("The key came from the receipt itself: compare it with the publisher's, or pass --key.", err=True)


@click.command()
@click.option("--person", required=True, metavar="ID", help="The company's id of the person.")
@click.option("--on", "day", required=True, metavar="YYYY-MM-DD", help="The day; its end is meant.")
@click.option("--policy", "policies", multiple=True, help="Only this policy (repeatable; default: all).")
@_WHERE
@_FORMAT
@_LANGUAGE
def evidence(person: str, day: str, policies: tuple[str, ...], directory: Path, form: str, language: str) -> None:
    """Prove what bound a person on a day, what they were told, when and how, and what they answered."""
    desk = _desk(directory)
    unknown = [policy for policy in policies if policy not in desk.policies]
    if unknown:
        raise click.UsageError(f"--policy: no policy `{unknown[0]}` (allowed: {', '.join(desk.policies)})")
    _print_evidence(desk, person, _day(day), policies, form, language)


def _print_evidence(desk: Desk, person: str, day: date, policies: tuple[str, ...], form: str, language: str) -> None:
    import msgspec  # noqa: PLC0415

    from notifier.evidence import gather, to_json  # noqa: PLC0415
    from notifier.evidence_text import in_words  # noqa: PLC0415

    found = gather(desk, person, day, policies)
    if form == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(to_json(found)), indent=2).decode())
    else:
        click.echo(in_words(found, desk.publisher, language or desk.publisher.authoritative), nl=False)
    if found.broken_at:
        raise _BrokenChainError(f"the chain of {person!r} is broken at event {found.broken_at}")


class _BrokenChainError(PolicyError):
    """The chain of answers does not hold."""

    exit_code = 1


def _case(desk: Desk, person: str, actor: str, version: str, language: str) -> Case:
    policy, _, number = version.partition("@")
    if policy not in desk.policies:
        raise click.UsageError(f"VERSION: no policy `{policy}` (allowed: {', '.join(desk.policies)}), as POLICY@NUMBER")
    now = datetime.now(UTC)
    known = desk.releases(policy, desk.setting.day(now))
    release = next((r for r in known if r.number == number), None)
    if release is None:
        there = ", ".join(r.number for r in known)
        raise click.UsageError(f"VERSION: {policy} has no version `{number}` (allowed: {there})")
    return desk.case(desk.person(person), actor, release, now, language or desk.language_of(actor))


def _matters(case: Case, keys: tuple[str, ...]) -> list[Asked]:
    every = {item.key: item for question in case.questions for item in question.items}
    unknown = [key for key in keys if key not in every]
    if unknown:
        raise click.UsageError(f"--finding: `{unknown[0]}` is not asked (allowed: {', '.join(every) or 'none'})")
    if keys:
        return [every[key] for key in keys]
    general = [item for question in case.questions if not question.separate for item in question.items]
    if not general:
        raise click.UsageError(
            f"--finding: name the separate matters one by one (allowed: {', '.join(every) or 'none'})"
        )
    return general


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConsentError(f"{path}: not UTF-8 text") from error


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise click.UsageError(f"--on: not a day `{text}` (such as 2026-12-01)") from error


def _print_events(made: list[ConsentEvent]) -> None:
    for event in made:
        click.echo(f"{event.id} {event.state} {' '.join(event.findings)}")
    if not made:
        click.echo("nothing new: that was recorded already", err=True)
