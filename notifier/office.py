"""What the operator's commands share: where the repository and the database are, and what is printed."""

from __future__ import annotations

import os
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import click

from notifier import campaigns, render
from notifier.campaigns import Preview
from notifier.model import Campaign, State
from notifier.settings import Settings
from notifier.store import chunks, ledger
from notifier.store.engine import Database
from policy_versions.release import Record

_EXPLAINED: Final = (State.FAILED, State.BOUNCED, State.SKIPPED, State.IN_DOUBT, State.PENDING)


@dataclass
class Office:
    """What every command needs: the repository, the settings, the database and the words."""

    directory: Path
    lang: str
    settings: Settings
    database: Database

    @cached_property
    def words(self) -> dict[str, Any]:
        """Return the operator's words."""
        return tomllib.loads((render.FOLDER / self.lang / "operator.toml").read_text(encoding="utf-8"))

    def say(self, key: str, **values: object) -> None:
        """Print one line in the operator's language."""
        click.echo(str(self.words[key]).format(**values))


@contextmanager
def open_office(context: click.Context, *, fresh: bool = True) -> Iterator[Office]:
    """Open the office of the group's options, with the database ready."""
    directory, lang = context.obj
    with Record.open(directory) as record:
        root = record.repository.root or directory
    settings = Settings.load(os.environ, root)
    with Database.open(settings.database_url) as database:
        if fresh:
            database.create()
        yield Office(directory, lang, settings, database)


def make_plan(office: Office, draft: Campaign, now: datetime, dry_run: bool) -> None:
    """Plan or preview a campaign and print what it comes to."""
    made: Preview = (campaigns.preview if dry_run else campaigns.plan)(office.database, draft, now)
    key = "would" if dry_run else "planned"
    office.say(key, planned=made.planned, people=made.people, campaign=made.campaign.id)
    for (channel, language), count in sorted(made.by_channel.items()):
        office.say("channel", channel=channel, language=language, count=count)
    for reason, count in sorted(made.unreachable.items()):
        office.say("unreachable", reason=office.words["reasons"][reason], count=count)
    if not made.planned:
        office.say("nothing")
    if not dry_run:
        office.say("next", campaign=made.campaign.id)


def print_status(office: Office, campaign: Campaign) -> None:
    """Print the counts of one campaign; every delivery is in exactly one of them."""
    counts = ledger.counts(office.database, campaign.id)
    level = render.words(office.lang)["levels"][campaign.level.value]
    status = office.words["statuses"][campaign.status.value]
    office.say("campaign", campaign=campaign.id, status=status, level=level, people=sum(c.number for c in counts))
    totals: Counter[tuple[str, State]] = Counter()
    reasons: dict[tuple[str, State], Counter[str]] = {}
    for one in counts:
        totals[one.channel, one.state] += one.number
        if one.detail and one.state in _EXPLAINED:
            shown = office.words["reasons"].get(one.detail, re.sub(r"<[^>]*>", "<…>", one.detail))
            reasons.setdefault((one.channel, one.state), Counter())[shown] += one.number
    for (channel, state), count in totals.items():
        office.say("count", channel=channel, state=office.words["states"][state.value], count=count)
        for reason, number in reasons.get((channel, state), Counter()).most_common(5):
            office.say("reason", reason=reason, count=number)
    for channel, until, reason, count in chunks.waiting(office.database, campaign.id):
        office.say("waits", channel=channel, until=until, reason=reason, count=count)
