"""What became of the deliveries: how many stand where, and what one person was told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, case, func, select

from notifier.model import DeliveryEvent, State
from notifier.schema import campaigns, chunks, deliveries, delivery_events
from notifier.store.engine import Database


@dataclass(frozen=True, slots=True)
class Told:
    """What one person was told and what became of it: evidence, and what `show` prints."""

    delivery_id: int
    campaign_id: str
    policy: str
    number: str
    kind: str
    recipient_id: str
    actor_id: str
    audience: str
    channel: str
    address: str
    language: str
    message_id: str
    events: tuple[DeliveryEvent, ...]

    @property
    def state(self) -> State:
        """Return the current state: that of the latest event."""
        return self.events[-1].state if self.events else State.PENDING


@dataclass(frozen=True, slots=True)
class Count:
    """How many deliveries of a channel are in a state, and for which reason."""

    channel: str
    state: State
    detail: str
    number: int


def counts(database: Database, campaign: str) -> tuple[Count, ...]:
    """Count the deliveries of a campaign by channel, state and reason; nobody is left out."""
    past = delivery_events.alias()
    latest = select(func.max(past.c.id)).where(past.c.delivery_id == deliveries.c.id).correlate(deliveries)
    derived = case(
        (
            and_(delivery_events.c.state.is_not(None), delivery_events.c.state.not_in(("pending", "in-doubt"))),
            delivery_events.c.state,
        ),
        (chunks.c.state == "leased", State.SENDING.value),
        (campaigns.c.status == "cancelled", State.CANCELLED.value),
        else_=func.coalesce(delivery_events.c.state, State.PENDING.value),
    )
    detail = func.coalesce(delivery_events.c.detail, "")
    query = (
        select(deliveries.c.channel, derived, detail, func.count())
        .select_from(deliveries)
        .join(campaigns, campaigns.c.id == deliveries.c.campaign_id)
        .outerjoin(
            chunks,
            and_(
                chunks.c.campaign_id == deliveries.c.campaign_id,
                chunks.c.channel == deliveries.c.channel,
                chunks.c.chunk == deliveries.c.chunk,
            ),
        )
        .outerjoin(delivery_events, delivery_events.c.id == latest.scalar_subquery())
        .where(deliveries.c.campaign_id == campaign)
        .group_by(deliveries.c.channel, derived, detail)
        .order_by(deliveries.c.channel, derived, detail)
    )
    with database.read() as connection:
        return tuple(Count(row[0], State(row[1]), row[2], row[3]) for row in connection.execute(query))


def told(database: Database, person: str) -> tuple[Told, ...]:
    """Return all that was sent or skipped for a person, oldest campaign first, with every event."""
    mine = deliveries.c.recipient_id == person
    with database.read() as connection:
        rows = connection.execute(
            select(deliveries, campaigns.c.policy, campaigns.c.number, campaigns.c.kind)
            .join(campaigns, campaigns.c.id == deliveries.c.campaign_id)
            .where(mine)
            .order_by(campaigns.c.created_at, deliveries.c.id)
        ).all()
        past = connection.execute(
            select(delivery_events)
            .join(deliveries, deliveries.c.id == delivery_events.c.delivery_id)
            .where(mine)
            .order_by(delivery_events.c.id)
        ).all()
    events: dict[int, list[DeliveryEvent]] = defaultdict(list)
    for row in past:
        event = DeliveryEvent(row.delivery_id, State(row.state), row.at, row.provider_id, row.detail)
        events[row.delivery_id].append(event)
    return tuple(_told(row._mapping, events) for row in rows)


def _told(row: Mapping[Any, Any], events: Mapping[int, Sequence[DeliveryEvent]]) -> Told:
    names = ("campaign_id", "policy", "number", "kind", "recipient_id", "actor_id", "audience", "channel", "address")
    values = {name: row[name] for name in (*names, "language", "message_id")}
    return Told(delivery_id=row["id"], events=tuple(events.get(row["id"], ())), **values)
