"""What the company's own pages show to a person until it is answered or no longer true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from notifier.model import Message
from notifier.schema import banners, campaigns
from notifier.store.engine import Database


@dataclass(frozen=True, slots=True)
class Banner:
    """One notice for one person: what it says, in which language, and where it leads."""

    campaign_id: str
    policy: str
    number: str
    kind: str
    level: str
    language: str
    title: str
    body: str
    link: str
    created_at: datetime


def put(database: Database, messages: Sequence[Message], now: datetime) -> None:
    """Store banners; one that is there already stays as it is."""
    dialect: Any = postgresql if database.dialect == "postgresql" else sqlite
    rows = [
        {
            "delivery_id": message.delivery_id,
            "recipient_id": message.to,
            "campaign_id": message.notice.campaign,
            "language": message.notice.language,
            "title": message.notice.subject,
            "body": message.banner,
            "link": message.link,
            "created_at": now,
        }
        for message in messages
    ]
    if not rows:
        return
    with database.write() as connection:
        connection.execute(dialect.insert(banners).on_conflict_do_nothing(), rows)


def of(database: Database, person: str) -> tuple[Banner, ...]:
    """Return the banners of a person, newest first; a recall hides the announcement and reminders it takes back."""
    query = (
        select(
            banners.c.campaign_id,
            campaigns.c.policy,
            campaigns.c.number,
            campaigns.c.kind,
            campaigns.c.level,
            banners.c.language,
            banners.c.title,
            banners.c.body,
            banners.c.link,
            banners.c.created_at,
        )
        .join(campaigns, campaigns.c.id == banners.c.campaign_id)
        .where(banners.c.recipient_id == person)
        .order_by(banners.c.created_at.desc(), banners.c.delivery_id.desc())
    )
    with database.read() as connection:
        found = [Banner(**row._mapping) for row in connection.execute(query)]
    recalled = {(banner.policy, banner.number) for banner in found if banner.kind == "recall"}
    return tuple(
        banner for banner in found if banner.kind == "recall" or (banner.policy, banner.number) not in recalled
    )
