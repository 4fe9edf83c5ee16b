"""The people of the demo: told by mail, they follow the link in it and press a button on the page they get."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Final

import httpx2

from archive.demo import story
from archive.demo.forms import PageError, forms
from notifier import audience, campaigns, links, outbox
from notifier.audience import Rows
from notifier.campaigns import Preview
from notifier.cases import Decision
from notifier.model import State
from notifier.outbox import Relay
from notifier.settings import Settings
from notifier.store import campaigns as stored
from notifier.store import recipients
from notifier.store.engine import Database
from policy_versions.model import Publisher, Release

_LINK: Final = re.compile(r"https?://\S+/answer/[\w.=~-]+")
_STEPS: Final = 20  # screens that one person may be led through before we call it a loop


@dataclass(frozen=True, slots=True)
class Act:
    """Who answers what for whom."""

    subject: str
    actor: str
    decision: Decision


ACTS: Final = (
    Act("wang-01", "wang-01", Decision.ACCEPT),
    Act("smith-02", "smith-02", Decision.DECLINE),
    Act("lin-03", "lin-04", Decision.ACCEPT),
)


@dataclass(frozen=True, slots=True)
class Answered:
    """What a person did and saw: how many screens, and the page at the end."""

    act: Act
    link: str
    screens: tuple[str, ...]
    result: str


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a campaign."""

    rows: Rows
    plan: Preview
    results: Counter[State]


def tell(
    settings: Settings, database: Database, file: Path, release: Release, publisher: Publisher, *, now: datetime
) -> Told:
    """Take the recipients' list, plan one delivery a person and channel, and send what is due."""
    day = now.date()
    rows = audience.read_csv(
        file.read_bytes(), language=publisher.authoritative, today=day, known=recipients.known(database)
    )
    recipients.save(database, rows.recipients, now)
    campaign = campaigns.draft(release, publisher, now)
    outbox.check(campaign, settings)
    plan = campaigns.plan(database, campaign, now)
    stored.start(database, plan.campaign.id, by="operator@example.com", now=now)
    relay = Relay(database, settings, clock=lambda: now)
    return Told(rows, plan, relay.run(plan.campaign.id, once=True))


def link_of(mails: Sequence[EmailMessage], act: Act, secrets: Sequence[str]) -> str:
    """Find the personal link that a mail brought for an act."""
    for mail in mails:
        body = mail.get_body(("plain",))
        found = _LINK.search(body.get_content()) if body else None
        if found is None:
            continue
        link = links.read_token(secrets, links.token_of(found[0]))
        if (link.subject, link.actor) == (act.subject, act.actor):
            return found[0]
    raise PageError(f"no mail brought {act.actor} a link to answer for {act.subject}")


def answer(client: httpx2.Client, link: str, act: Act) -> Answered:
    """Open a link and press the same button on each screen until nothing more is asked."""
    reply = _good(client.get(link))
    screens: list[str] = []
    while "done" not in reply.url.params:
        if len(screens) == _STEPS:
            raise PageError(f"{link}: still asking after {_STEPS} screens")
        screens.append(reply.text)
        asked = [f for f in forms(reply.text, str(reply.url)) if _offers(f.buttons, act.decision)]
        if not asked:
            raise PageError(f"{link}: nothing to press for {act.decision}")
        reply = _good(client.post(asked[0].action, data=_plain(asked[0].pressed(act.decision))))
    return Answered(act, link, tuple(screens), reply.text)


def _offers(buttons: Sequence[tuple[str, str]], decision: Decision) -> bool:
    return any(value == decision for _name, value in buttons)


def _plain(values: Mapping[str, str]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}


def _good(reply: httpx2.Response) -> httpx2.Response:
    if reply.status_code != httpx2.codes.OK:
        raise PageError(f"{reply.url}: {reply.status_code}")
    return reply


def client() -> httpx2.Client:
    """Make a browser of sorts: follows redirects, uses no proxy."""
    return httpx2.Client(follow_redirects=True, trust_env=False, timeout=20)


def write_recipients(target: Path) -> None:
    """Write the list of people, one row of it wrong on purpose."""
    target.write_bytes((story.SAMPLES / "recipients.csv").read_bytes())
