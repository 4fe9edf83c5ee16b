"""Leases: a worker takes 500 deliveries by one row, and only who holds the newest token may write their results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import BindParameter, Connection, Select, and_, bindparam, func, or_, select, tuple_, update

from notifier.model import CampaignStatus
from notifier.schema import campaigns, chunks
from notifier.store.engine import Database
from policy_versions.errors import PolicyError


class LeaseLostError(PolicyError):
    """Another worker holds this chunk now; what this one still had to write belongs to the other."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A chunk in somebody's hands. `token` grows with each lease; `attempts` counts them.

    `taken_over` says that the one who held it before never gave it back.
    """

    campaign_id: str
    channel: str
    chunk: int
    token: int
    attempts: int
    taken_over: bool = False


_PLACE: Final = and_(
    chunks.c.campaign_id == bindparam("at_campaign"),
    chunks.c.channel == bindparam("at_channel"),
    chunks.c.chunk == bindparam("at_chunk"),
)
_HELD: Final = update(chunks).where(_PLACE, chunks.c.lease_token == bindparam("at_token"), chunks.c.state == "leased")
_TAKE: Final = (
    update(chunks)
    .where(_PLACE)
    .values(
        state="leased",
        lease_token=chunks.c.lease_token + 1,
        leased_until=bindparam("until"),
        attempts=chunks.c.attempts + 1,
    )
    .returning(chunks.c.lease_token, chunks.c.attempts)
)


@lru_cache(maxsize=8)
def _first(wanted: tuple[str, ...]) -> Select[str, str, int, str]:
    """Return the query for the first chunk that is due, narrowed by these bound values; built once each."""
    now: BindParameter[datetime] = bindparam("now")
    due = or_(
        and_(chunks.c.state == "pending", or_(chunks.c.not_before.is_(None), chunks.c.not_before <= now)),
        and_(chunks.c.state == "leased", chunks.c.leased_until <= now),
    )
    columns = {"at_campaign": chunks.c.campaign_id, "at_channel": chunks.c.channel, "at_chunk": chunks.c.chunk}
    return (
        select(chunks.c.campaign_id, chunks.c.channel, chunks.c.chunk, chunks.c.state)
        .join(campaigns, campaigns.c.id == chunks.c.campaign_id)
        .where(campaigns.c.status == CampaignStatus.RUNNING, due)
        .where(*(columns[name] == bindparam(name) for name in wanted))
        .order_by(chunks.c.chunk, chunks.c.channel)
        .limit(1)
        .with_for_update(skip_locked=True, of=chunks)
    )


def lease(
    database: Database,
    now: datetime,
    until: datetime,
    *,
    campaign: str | None = None,
    channel: str | None = None,
    chunk: int | None = None,
) -> Lease | None:
    """Take the next chunk of a running campaign that is due, or whose worker let its lease run out; None if none is."""
    wanted = {"campaign": campaign, "channel": channel, "chunk": chunk}
    bound = {f"at_{name}": value for name, value in wanted.items() if value is not None}
    with database.write() as connection:
        key = connection.execute(_first(tuple(bound)), bound | {"now": now}).one_or_none()
        if key is None:
            return None
        place = {"at_campaign": key[0], "at_channel": key[1], "at_chunk": key[2]}
        taken = connection.execute(_TAKE, place | {"until": until}).one()
    return Lease(key[0], key[1], key[2], taken[0], taken[1], key[3] == "leased")


def hold(connection: Connection, lease: Lease, **values: Any) -> None:
    """Change the row of a chunk that is still held by this lease; raise LeaseLostError where it is not."""
    bound: dict[str, Any] = {"at_campaign": lease.campaign_id, "at_channel": lease.channel, "at_chunk": lease.chunk}
    bound["at_token"] = lease.token
    statement = _HELD.values({name: bindparam(f"new_{name}") for name in values})
    bound |= {f"new_{name}": value for name, value in values.items()}
    if not connection.execute(statement, bound).rowcount:
        raise LeaseLostError


def renew(database: Database, lease: Lease, until: datetime) -> bool:
    """Hold a chunk longer; raise LeaseLostError where another took it; say whether the campaign still runs."""
    with database.write() as connection:
        hold(connection, lease, leased_until=until)
        status = connection.scalar(select(campaigns.c.status).where(campaigns.c.id == lease.campaign_id))
    return status == CampaignStatus.RUNNING


def abandon(database: Database, campaign: str, channel: str, chunk: int, token: int, now: datetime) -> bool:
    """End the lease of a worker that is known to be dead, so that nobody waits for it to run out."""
    try:
        with database.write() as connection:
            hold(connection, Lease(campaign, channel, chunk, token, 0), leased_until=now)
    except LeaseLostError:
        return False
    return True


def due_ids(database: Database, campaign: str, now: datetime) -> Sequence[tuple[str, int]]:
    """Return (channel, chunk) of what could be sent now; what a broker is told to wake workers for."""
    due = or_(chunks.c.not_before.is_(None), chunks.c.not_before <= now)
    waits = and_(chunks.c.state == "pending", due)
    stale = and_(chunks.c.state == "leased", chunks.c.leased_until <= now)
    query = select(chunks.c.channel, chunks.c.chunk).where(chunks.c.campaign_id == campaign, or_(waits, stale))
    with database.read() as connection:
        return [(row[0], row[1]) for row in connection.execute(query.order_by(chunks.c.chunk))]


def next_due(database: Database, campaign: str | None = None) -> datetime | None:
    """Return when the next waiting or leased chunk of a running campaign may be taken; None when none is left."""
    query = (
        select(
            func.min(chunks.c.not_before).filter(chunks.c.state == "pending"),
            func.min(chunks.c.leased_until).filter(chunks.c.state == "leased"),
        )
        .join(campaigns, campaigns.c.id == chunks.c.campaign_id)
        .where(campaigns.c.status == CampaignStatus.RUNNING, chunks.c.state.in_(("pending", "leased")))
    )
    if campaign:
        query = query.where(chunks.c.campaign_id == campaign)
    with database.read() as connection:
        moments = [value for value in connection.execute(query).one() if value is not None]
    return min(moments, default=None)


def waiting(database: Database, campaign: str) -> Sequence[tuple[str, datetime | None, str, int]]:
    """Return (channel, not before, why, how many chunks) of what waits after a failure."""
    query = (
        select(chunks.c.channel, func.min(chunks.c.not_before), chunks.c.detail, func.count())
        .where(tuple_(chunks.c.campaign_id, chunks.c.state) == (campaign, "pending"), chunks.c.detail != "")
        .group_by(chunks.c.channel, chunks.c.detail)
    )
    with database.read() as connection:
        return [(row[0], row[1], row[2], row[3]) for row in connection.execute(query)]
