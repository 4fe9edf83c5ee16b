"""Campaigns: planned once a (policy, number, kind, round), and the only place where their status changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, insert, select, update

from notifier.model import Campaign, CampaignStatus, Kind, Snapshot
from notifier.schema import campaigns, chunks
from notifier.store.engine import Database
from policy_versions.errors import PolicyError
from policy_versions.model import Level


class CampaignError(PolicyError):
    """The campaign does not exist, or cannot do this now."""


def add(connection: Connection, campaign: Campaign) -> Campaign:
    """Store a campaign, or return the one that is already there under its id."""
    row = connection.execute(select(campaigns).where(campaigns.c.id == campaign.id).with_for_update()).one_or_none()
    if row is not None:
        return _campaign(row)
    release = campaign.snapshot.release
    values = {
        "id": campaign.id,
        "policy": release.policy,
        "number": release.number,
        "previous": release.previous,
        "kind": campaign.kind,
        "round": campaign.round,
        "level": campaign.level,
        "guardian": release.guardian,
        "effective_on": release.effective_on,
        "status": campaign.status,
        "channels": ",".join(campaign.channels),
        "created_at": campaign.created_at,
        "release_json": msgspec.json.encode(campaign.snapshot).decode(),
    }
    connection.execute(insert(campaigns), values)
    return campaign


def get(database: Database, identifier: str) -> Campaign:
    """Return a campaign by id; raise CampaignError naming those there are."""
    with database.read() as connection:
        row = connection.execute(select(campaigns).where(campaigns.c.id == identifier)).one_or_none()
        if row is not None:
            return _campaign(row)
        there = connection.scalars(select(campaigns.c.id).order_by(campaigns.c.created_at)).all()
    raise CampaignError(f"no campaign {identifier!r} (there are: {', '.join(there) or 'none'})")


def every(database: Database) -> tuple[Campaign, ...]:
    """Return all campaigns, oldest first."""
    with database.read() as connection:
        rows = connection.execute(select(campaigns).order_by(campaigns.c.created_at, campaigns.c.id))
        return tuple(_campaign(row) for row in rows)


def _campaign(row: Row[Any]) -> Campaign:
    return Campaign(
        id=row.id,
        kind=Kind(row.kind),
        round=row.round,
        level=Level(row.level),
        status=CampaignStatus(row.status),
        channels=tuple(filter(None, row.channels.split(","))),
        created_at=row.created_at,
        snapshot=msgspec.json.decode(row.release_json, type=Snapshot),
        started_at=row.started_at,
        started_by=row.started_by,
    )


def transition(
    database: Database, identifier: str, origin: Sequence[CampaignStatus], target: CampaignStatus, **values: Any
) -> None:
    """Move a campaign to another status; raise CampaignError when it does not stand where that is possible."""
    condition = (campaigns.c.id == identifier) & campaigns.c.status.in_(origin)
    with database.write() as connection:
        moved = connection.execute(update(campaigns).where(condition).values(status=target, **values))
        if moved.rowcount and target is CampaignStatus.CANCELLED:
            waiting = (chunks.c.campaign_id == identifier) & (chunks.c.state == "pending")
            connection.execute(update(chunks).where(waiting).values(state="cancelled"))
    if not moved.rowcount:
        status = get(database, identifier).status
        raise CampaignError(f"the campaign {identifier} is {status}: it cannot become {target}")


def start(database: Database, identifier: str, by: str, now: datetime) -> None:
    """Let a planned or paused campaign send, and note who started it; a running one stays as it is."""
    campaign = get(database, identifier)
    if campaign.status is CampaignStatus.RUNNING:
        return
    values = {} if campaign.started_at else {"started_at": now, "started_by": by}
    transition(database, identifier, (CampaignStatus.PLANNED, CampaignStatus.PAUSED), CampaignStatus.RUNNING, **values)


def finish(database: Database, identifier: str) -> bool:
    """Call a running campaign done when none of its chunks is left to send; say whether it is."""
    left = select(chunks.c.chunk).where(chunks.c.campaign_id == identifier, chunks.c.state.in_(("pending", "leased")))
    condition = (campaigns.c.id == identifier) & (campaigns.c.status == CampaignStatus.RUNNING)
    with database.write() as connection:
        moved = connection.execute(
            update(campaigns).where(condition, ~left.exists()).values(status=CampaignStatus.DONE)
        )
    return moved.rowcount == 1
