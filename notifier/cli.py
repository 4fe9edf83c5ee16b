"""`policyctl notify`: import people, plan, start, follow and stop campaigns. No merge and no plan sends by itself."""

from __future__ import annotations

import getpass
import os
import signal
import threading
from collections import Counter
from collections.abc import Container
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any
from zoneinfo import ZoneInfo

import click

from notifier import audience, campaigns, outbox, render
from notifier.model import Audience, CampaignStatus, Kind, State
from notifier.office import Office, make_plan, open_office, print_status
from notifier.store import campaigns as stored
from notifier.store import ledger, recipients
from policy_versions.errors import PolicyError
from policy_versions.model import Publisher
from policy_versions.release import Record


def _language() -> str:
    """Choose the operator's language by LC_ALL or LANG."""
    spoken = os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return "zh-CN" if spoken.startswith("zh") else "en"


@click.group()
@click.option("-C", "--directory", type=click.Path(path_type=Path), default=Path(), help="The policy repository.")
@click.option("--lang", type=click.Choice(render.LANGUAGES), envvar="POLICYCTL_LANG", help="Speak Chinese or English.")
@click.pass_context
def notify(context: click.Context, directory: Path, lang: str | None) -> None:
    """Plan, send and follow campaigns."""
    context.obj = (directory, lang or _language())


@notify.command("import")
@click.argument("csv", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--skip-bad", is_flag=True, help="Store the good rows although others are bad.")
@click.option("--encoding", default="utf-8", show_default=True, help="How the file is encoded, such as gb18030.")
@click.pass_context
def import_(context: click.Context, csv: Path, skip_bad: bool, encoding: str) -> None:
    """Store the people of a CSV file; every bad row is named with line, column and reason (exit 1 when any is)."""
    with open_office(context) as office:
        publisher = _publisher(office.directory)
        rows = _read(csv, publisher, recipients.known(office.database), encoding, office.lang)
        for problem in rows.problems:
            click.echo(f"{csv}: {problem.told(office.lang)}", err=True)
        if rows.problems and not skip_bad:
            office.say("refused" if rows.bad_rows else "unnamed", bad=rows.bad_rows, good=len(rows.recipients))
            context.exit(1)
        office.say("imported", count=recipients.save(office.database, rows.recipients, datetime.now(UTC)))
        if rows.bad_rows:
            office.say("skipped", bad=rows.bad_rows)


def _read(csv: Path, publisher: Publisher, known: Container[str], encoding: str, lang: str) -> audience.Rows:
    """Read the file; what is wrong with it as a whole is said in the operator's language, too."""
    today = datetime.now(ZoneInfo(publisher.timezone)).date()
    try:
        with csv.open("rb") as file:
            return audience.read_csv(
                file, language=publisher.authoritative, today=today, known=known, encoding=encoding
            )
    except audience.AudienceError as error:
        raise PolicyError(f"{csv}: {error.why.told(lang)}") from None


def _publisher(directory: Path) -> Publisher:
    with Record.open(directory) as record:
        return record.publisher


@notify.command()
@click.argument("release", metavar="POLICY@NUMBER")
@click.option("--dry-run", is_flag=True, help="Count, and write nothing.")
@click.option("--recall", is_flag=True, help="Tell those who were told that the release is withdrawn.")
@click.pass_context
def plan(context: click.Context, release: str, dry_run: bool, recall: bool) -> None:
    """Plan who is told of a release, by which channel, in which language; send nothing. Twice is the same as once."""
    policy, _, number = release.partition("@")
    if not policy or not number:
        raise click.BadParameter(f"{release!r} is not POLICY@NUMBER, such as privacy@4.0.0")
    now = datetime.now(UTC)
    with open_office(context) as office:
        with Record.open(office.directory) as record:
            today = now.astimezone(ZoneInfo(record.publisher.timezone)).date()
            found = record.release(policy, number, today=today)
            draft = campaigns.draft(found, record.publisher, now, kind=Kind.RECALL if recall else Kind.ANNOUNCE)
        make_plan(office, draft, now, dry_run)


@notify.command()
@click.argument("campaign")
@click.option("--dry-run", is_flag=True, help="Count, and write nothing.")
@click.pass_context
def remind(context: click.Context, campaign: str, dry_run: bool) -> None:
    """Plan a reminder for those who have not answered an announcement: two at most, none to who refused."""
    now = datetime.now(UTC)
    with open_office(context) as office:
        make_plan(office, campaigns.reminder(office.database, campaign, now), now, dry_run)


@notify.command()
@click.argument("campaign")
@click.option("--connections", type=click.IntRange(1, 64), default=4, show_default=True, help="How many side by side.")
@click.option("--once", is_flag=True, help="Stop when nothing is due now; do not wait for retries.")
@click.option("--workers", type=click.Choice(["here", "celery"]), default="here", show_default=True, help="Who sends.")
@click.option("--by", default=None, help="Who starts it (default: the user of this machine).")
@click.pass_context
def send(context: click.Context, campaign: str, connections: int, once: bool, workers: str, by: str | None) -> None:
    """Start a planned or paused campaign and send it. Ctrl-C stops at the next message; run it again to go on."""
    with open_office(context) as office:
        found = stored.get(office.database, campaign)
        outbox.check(found, office.settings)
        if workers == "celery":
            from notifier import tasks  # noqa: PLC0415 - Celery is loaded only where it is used

            tasks.check(office.settings)
        stored.start(office.database, campaign, by or getpass.getuser(), datetime.now(UTC))
        waiting = sum(one.number for one in ledger.counts(office.database, campaign) if not one.state.final)
        office.say("sending", campaign=campaign, count=waiting)
        if workers == "celery":
            office.say("queued", count=tasks.enqueue(office.settings, office.database, campaign))
            return
        total = _relay(office, campaign, connections, once)
        states = office.words["states"]
        results = ", ".join(f"{states[state.value]} {count}" for state, count in sorted(total.items())) or "0"
        office.say("sent", results=results)
        print_status(office, stored.get(office.database, campaign))


def _relay(office: Office, campaign: str, connections: int, once: bool) -> Counter[State]:
    """Run relays until the campaign is done; SIGTERM and Ctrl-C let them write down what they know."""
    stop = threading.Event()

    def halt(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, halt) for number in (signal.SIGINT, signal.SIGTERM)}

    def make() -> outbox.Relay:
        return outbox.Relay(office.database, office.settings, clock=lambda: datetime.now(UTC), stop=stop)

    try:
        return outbox.run_many(make, connections, campaign, once=once)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@notify.command()
@click.argument("campaign", required=False)
@click.pass_context
def status(context: click.Context, campaign: str | None) -> None:
    """Count where the deliveries of a campaign (or of all) stand, and say why some failed or wait."""
    with open_office(context) as office:
        found = [stored.get(office.database, campaign)] if campaign else stored.every(office.database)
        if not found:
            office.say("none")
        for one in found:
            print_status(office, one)


@notify.command()
@click.argument("campaign")
@click.option("--language", type=click.Choice(render.LANGUAGES), help="In which language (default: the authoritative).")
@click.option("--audience", "role", type=click.Choice([a.value for a in Audience]), default="person", show_default=True)
@click.option(
    "--form",
    type=click.Choice(["text", "html", "short", "banner"]),
    default="text",
    show_default=True,
    help="Which form.",
)
@click.pass_context
def show(context: click.Context, campaign: str, language: str | None, role: str, form: str) -> None:
    """Print the notice of a campaign as it is sent, with a mark where each person's own link goes."""
    with open_office(context) as office:
        found = stored.get(office.database, campaign)
    publisher = found.snapshot.publisher
    spoken = language or render.language_for(publisher.authoritative, found.snapshot)
    notice = render.notice(found, spoken, Audience(role), office.settings.mail_from or publisher.email)
    click.echo(f"{notice.subject}\n\n{notice.text}" if form == "text" else getattr(notice, form), nl=form != "text")


def _move(context: click.Context, campaign: str, target: CampaignStatus) -> None:
    """Move a campaign to another status by hand."""
    origins = {
        CampaignStatus.PAUSED: (CampaignStatus.RUNNING,),
        CampaignStatus.CANCELLED: (CampaignStatus.PLANNED, CampaignStatus.RUNNING, CampaignStatus.PAUSED),
    }
    with open_office(context) as office:
        if target is CampaignStatus.RUNNING:
            if stored.get(office.database, campaign).started_at is None:
                raise PolicyError(f"{campaign} was never started: start it with `policyctl notify send {campaign}`")
            stored.start(office.database, campaign, getpass.getuser(), datetime.now(UTC))
        else:
            stored.transition(office.database, campaign, origins[target], target)
        office.say("moved", campaign=campaign, status=office.words["statuses"][target.value])


@notify.command()
@click.argument("campaign")
@click.pass_context
def pause(context: click.Context, campaign: str) -> None:
    """Let a running campaign rest; what is in flight is finished."""
    _move(context, campaign, CampaignStatus.PAUSED)


@notify.command()
@click.argument("campaign")
@click.pass_context
def resume(context: click.Context, campaign: str) -> None:
    """Let a paused campaign go on where workers run; `send` does it here."""
    _move(context, campaign, CampaignStatus.RUNNING)


@notify.command()
@click.argument("campaign")
@click.pass_context
def cancel(context: click.Context, campaign: str) -> None:
    """End a campaign for good; who was told stays told."""
    _move(context, campaign, CampaignStatus.CANCELLED)


@notify.command()
@click.pass_context
def upgrade(context: click.Context) -> None:
    """Bring a database that an earlier version made to this one; make a copy of it first."""
    from notifier import migrations  # noqa: PLC0415 - alembic takes half a second to load

    with open_office(context, fresh=False) as office:
        migrations.upgrade(office.database)


def __getattr__(name: str) -> Any:
    """Load the commands of the answers when they are asked for."""
    if name in ("consent", "evidence"):
        from notifier import cli_consent  # noqa: PLC0415

        return getattr(cli_consent, name)
    raise AttributeError(name)
