"""Deliveries are planned once and never change; what became of them is appended, their state is derived."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, and_, bindparam, case, exists, func, insert, literal, select

from notifier.model import Audience, Delivery, DeliveryEvent, State
from notifier.schema import chunks, deliveries, delivery_events
from notifier.store import bulk
from notifier.store.chunks import Lease, hold
from notifier.store.engine import Database

CHUNK: Final = 500
# Nothing can be sent to these: their "chunk" says why, no worker leases it, and they are skipped from the start.
UNREACHABLE: Final = {-1: "no-address", -2: "guardian-unknown", -3: "guardian-without-address"}
_COLUMNS: Final = (
    "campaign_id",
    "recipient_id",
    "actor_id",
    "audience",
    "language",
    "channel",
    "address",
    "chunk",
    "message_id",
)
_AUDIENCES: Final = {audience.value: audience for audience in Audience}
_STATES: Final = {state: state.value for state in State}
_ROLES: Final = {audience: audience.value for audience in Audience}  # an enumeration's own look-up is slow
_EVENTS: Final = ("delivery_id", "state", "at", "provider_id", "detail")


class Planned(NamedTuple):
    """One delivery to be planned; `unreachable` is a key of UNREACHABLE or 0."""

    recipient_id: str
    actor_id: str
    audience: Audience
    language: str
    channel: str
    address: str
    message_id: str
    unreachable: int = 0


def planned_ids(connection: Connection, campaign: str, people: Sequence[str]) -> set[str]:
    """Return which of these people have deliveries in a campaign already (`people` in order of id)."""
    if not people:
        return set()
    between = deliveries.c.recipient_id.between(people[0], people[-1])
    query = select(deliveries.c.recipient_id).where(deliveries.c.campaign_id == campaign, between)
    return set(connection.scalars(query))


class Planner:
    """Writes the deliveries of one campaign within one transaction, 500 a chunk and channel."""

    def __init__(self, connection: Connection, campaign: str) -> None:
        self.connection, self.campaign = connection, campaign
        self.first: dict[str, int] = {}
        self.count: dict[str, int] = {}

    def write(self, plans: Iterable[Planned]) -> None:
        """Append deliveries."""
        rows = []  # all before the COPY: a connection cannot ask while it copies
        campaign, count = self.campaign, self.count
        for person, actor, audience, language, channel, address, key, unreachable in plans:
            chunk = unreachable
            if not chunk:
                planned = count.get(channel)
                if planned is None:
                    planned = self._open(channel)
                chunk = self.first[channel] + planned // CHUNK
                count[channel] = planned + 1
            rows.append((campaign, person, actor, _ROLES[audience], language, channel, address, chunk, key))
        bulk.insert(self.connection, "deliveries", _COLUMNS, rows)

    def _open(self, channel: str) -> int:
        """Find out where the chunks of a channel go on; return how many deliveries it has from here: none."""
        self.first[channel] = _next_chunk(self.connection, self.campaign, channel)
        return 0

    def close(self, now: datetime) -> None:
        """Open the chunks to the workers, and record who cannot be reached and why."""
        rows = [
            {"campaign_id": self.campaign, "channel": channel, "chunk": self.first[channel] + n, "state": "pending"}
            for channel, count in self.count.items()
            for n in range(-(-count // CHUNK))
        ]
        if rows:
            self.connection.execute(insert(chunks), rows)
        reason = case(UNREACHABLE, value=deliveries.c.chunk)
        unreached = select(
            deliveries.c.id, literal(State.SKIPPED.value), literal(now, delivery_events.c.at.type), literal(""), reason
        ).where(
            deliveries.c.campaign_id == self.campaign,
            deliveries.c.chunk < 0,
            ~exists().where(delivery_events.c.delivery_id == deliveries.c.id),
        )
        self.connection.execute(insert(delivery_events).from_select(_EVENTS, unreached))


def _next_chunk(connection: Connection, campaign: str, channel: str) -> int:
    """Return the number after the last chunk of a channel."""
    query = select(func.max(chunks.c.chunk)).where(chunks.c.campaign_id == campaign, chunks.c.channel == channel)
    last = connection.scalar(query)
    return 0 if last is None else last + 1


_PLACE: Final = and_(
    deliveries.c.campaign_id == bindparam("campaign"),
    deliveries.c.channel == bindparam("channel"),
    deliveries.c.chunk == bindparam("chunk"),
)
_LOADED: Final = ("id", "recipient_id", "actor_id", "audience", "channel", "address", "language", "message_id")
_MINE: Final = select(*(deliveries.c[name] for name in _LOADED)).where(_PLACE).order_by(deliveries.c.id)
_PAST: Final = (
    select(delivery_events.c.delivery_id, delivery_events.c.state)
    .join(deliveries, deliveries.c.id == delivery_events.c.delivery_id)
    .where(_PLACE)
    .order_by(delivery_events.c.id)
)


def load(database: Database, lease: Lease) -> tuple[list[Delivery], dict[int, State]]:
    """Return the deliveries of a chunk that are not settled, and the latest state of those that had one."""
    bound = {"campaign": lease.campaign_id, "channel": lease.channel, "chunk": lease.chunk}
    with database.read() as connection:
        rows = connection.execute(_MINE, bound).all()
        past = connection.execute(_PAST, bound).all()
    states = {delivery: State(state) for delivery, state in past}
    attempts = Counter(delivery for delivery, _state in past)
    settled = {delivery for delivery, state in states.items() if state.final}
    found = [
        Delivery(i, person, actor, _AUDIENCES[audience], channel, address, language, key, attempts.get(i, 0))
        for i, person, actor, audience, channel, address, language, key in rows
        if i not in settled
    ]
    return found, states


def append(connection: Connection, events: Iterable[DeliveryEvent]) -> None:
    """Append events in their order."""
    stamps: dict[datetime, Any] = {}
    rows = []
    for delivery, state, at, provider, detail in events:
        stamp = stamps.get(at)
        if stamp is None:
            stamp = stamps[at] = bulk.moment(connection, at)
        rows.append((delivery, _STATES[state], stamp, provider, detail))
    bulk.insert(connection, "delivery_events", _EVENTS, rows)


def note(database: Database, lease: Lease, events: Sequence[DeliveryEvent]) -> None:
    """Append events while keeping the lease; raise LeaseLostError, and write nothing, where another holds the chunk."""
    with database.write() as connection:
        hold(connection, lease, state="leased")
        append(connection, events)


def record(
    database: Database,
    lease: Lease,
    events: Sequence[DeliveryEvent],
    *,
    retry_at: datetime | None,
    now: datetime,
    detail: str = "",
    fallback: Iterable[Planned] = (),
) -> None:
    """Append the results of a chunk and give it back in one commit.

    `retry_at` = something is left, from when it may be tried again; None = the chunk is done. `fallback` are the
    deliveries on the next channel of those who could not be reached on this one. Raises LeaseLostError, writing
    nothing, when another worker holds the chunk.
    """
    state = "done" if retry_at is None else "pending"
    values = {"state": state, "not_before": retry_at, "leased_until": None, "detail": detail}
    with database.write() as connection:
        hold(connection, lease, **values)
        append(connection, events)
        missing = [plan for plan in fallback if not _there(connection, lease.campaign_id, plan)]
        if missing:
            planner = Planner(connection, lease.campaign_id)
            planner.write(missing)
            planner.close(now)


def _there(connection: Connection, campaign: str, plan: Planned) -> bool:
    """Say whether this person has a delivery on this channel already."""
    same = exists().where(
        deliveries.c.campaign_id == campaign,
        deliveries.c.recipient_id == plan.recipient_id,
        deliveries.c.actor_id == plan.actor_id,
        deliveries.c.channel == plan.channel,
    )
    return bool(connection.scalar(select(same)))


def add_event(database: Database, event: DeliveryEvent) -> None:
    """Append one event that came from outside (a bounce, a receipt of a provider)."""
    with database.write() as connection:
        append(connection, [event])


_REACHED: Final = (State.SENDING, State.SENT, State.DELIVERED, State.BOUNCED, State.IN_DOUBT)


def told(campaign: str) -> Any:
    """Make the condition that a delivery of a campaign reached somebody, or may have: sent, in doubt or in flight."""
    sent = exists().where(
        delivery_events.c.delivery_id == deliveries.c.id,
        delivery_events.c.state.in_([state.value for state in _REACHED]),
    )
    flying = exists().where(
        chunks.c.campaign_id == campaign,
        chunks.c.channel == deliveries.c.channel,
        chunks.c.chunk == deliveries.c.chunk,
        chunks.c.state == "leased",
    )
    return sent | flying


def people_of(
    connection: Connection, campaign: str, size: int = 5_000, *, reached: bool = False
) -> Iterator[tuple[str, ...]]:
    """Yield the ids of everybody who has a delivery in a campaign, page by page in order of id.

    `reached` leaves out those to whom nothing can have come yet.
    """
    after = ""
    condition = [deliveries.c.campaign_id == campaign, *([told(campaign)] if reached else [])]
    while True:
        query = select(deliveries.c.recipient_id).distinct().where(*condition, deliveries.c.recipient_id > after)
        page = tuple(connection.scalars(query.order_by(deliveries.c.recipient_id).limit(size)))
        if not page:
            return
        yield page
        after = page[-1]
