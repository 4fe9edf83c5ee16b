"""Answers and what proves them: events are appended to a person's chain together with the screen and the receipt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from notifier.consent_log import ConsentEvent, chained
from notifier.persons import Guardian, Person, Setting
from notifier.receipts import Receipt
from notifier.schema import addresses, consent_events, guardianships, link_requests, receipts, recipients, screens
from notifier.store.asks import person_of
from notifier.store.engine import Database

ATTEMPTS: Final = 5  # two answers of one person at the same moment: the second is decided anew

Decide = Callable[[Sequence[ConsentEvent]], ConsentEvent | None]


def append(
    database: Database, subject: str, decide: Decide, screen: str, receipt: Callable[[ConsentEvent], Receipt]
) -> ConsentEvent | None:
    """Decide on the events there are and append what was decided, with its screen and receipt, in one transaction.

    `decide` gets the chain and gives the next event (not yet chained) or None to write nothing; what it raises passes.
    Of two that run at once one is decided again on what the other wrote: the chain cannot fork.
    """
    for attempt in range(ATTEMPTS):
        try:
            with database.write() as connection:
                return _append(connection, subject, decide, screen, receipt)
        except IntegrityError:
            if attempt == ATTEMPTS - 1:
                raise
    return None


def _append(
    connection: Connection, subject: str, decide: Decide, screen: str, receipt: Callable[[ConsentEvent], Receipt]
) -> ConsentEvent | None:
    before = _chain(connection, subject)
    decided = decide(before)
    if decided is None:
        return None
    event = chained(decided, before[-1] if before else None)
    connection.execute(insert(consent_events).values(asdict(event) | {"position": len(before)}))
    if screen:
        dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
        values = {"sha256": event.screen_sha256, "content": screen}
        connection.execute(dialect.insert(screens).values(values).on_conflict_do_nothing())
    issued = receipt(event)
    content = {"receipt": issued.document, "key": issued.key}
    connection.execute(
        insert(receipts).values(
            id=issued.id,
            event_id=event.id,
            document=content,
            signature=issued.signature,
            created_at=issued.created_at,
        )
    )
    return event


def _chain(connection: Connection, subject: str) -> tuple[ConsentEvent, ...]:
    query = select(consent_events).where(consent_events.c.subject == subject).order_by(consent_events.c.position)
    return tuple(_event(row) for row in connection.execute(query))


def _event(row: Row[Any]) -> ConsentEvent:
    fields = {str(name): value for name, value in row._mapping.items() if name != "position"}
    return msgspec.convert(fields, type=ConsentEvent)


def events(database: Database, subject: str) -> tuple[ConsentEvent, ...]:
    """Return all events of a person in the order of the chain."""
    with database.read() as connection:
        return _chain(connection, subject)


def receipt_of(database: Database, identifier: str, *, event: bool = False) -> Receipt | None:
    """Return a receipt by its id, or by the id of its event."""
    column = receipts.c.event_id if event else receipts.c.id
    with database.read() as connection:
        row = connection.execute(select(receipts).where(column == identifier)).first()
    if row is None:
        return None
    return Receipt(row.id, row.event_id, row.document["receipt"], row.signature, row.document["key"], row.created_at)


def screen(database: Database, sha256: str) -> str | None:
    """Return what was shown, by its hash."""
    with database.read() as connection:
        return connection.scalar(select(screens.c.content).where(screens.c.sha256 == sha256))


def person(database: Database, identifier: str, setting: Setting) -> Person | None:
    """Return somebody as the decisions need them: the register's guardian unless the guardianships say more."""
    with database.read() as connection:
        row = connection.execute(select(recipients).where(recipients.c.id == identifier)).one_or_none()
        if row is None:
            return None
        periods = connection.execute(
            select(guardianships)
            .where(guardianships.c.child_id == identifier)
            .order_by(guardianships.c.established_at, guardianships.c.guardian_id)
        ).all()
    found = [Guardian(p.guardian_id, p.relation, p.established_at, p.ended_at) for p in periods]
    return person_of(row, found, setting)


def children(database: Database, guardian: str) -> tuple[str, ...]:
    """Return the ids of those a person answers for, or did, in order."""
    registered = select(recipients.c.id).where(recipients.c.guardian_id == guardian)
    recorded = select(guardianships.c.child_id).where(guardianships.c.guardian_id == guardian)
    with database.read() as connection:
        return tuple(sorted(set(connection.scalars(registered.union(recorded)))))


def by_address(database: Database, address: str) -> tuple[str, ...]:
    """Return who has an e-mail address, in order of id; upper and lower case are the same."""
    condition = (addresses.c.channel == "email") & (func.lower(addresses.c.address) == address.strip().lower())
    with database.read() as connection:
        return tuple(connection.scalars(select(addresses.c.recipient_id).where(condition).order_by("recipient_id")))


def note_link_request(database: Database, recipient: str, now: datetime, floor: timedelta) -> bool:
    """Note that somebody wants a fresh link; say False, and note nothing, where one was sent within `floor`."""
    with database.write() as connection:
        last = connection.scalar(select(func.max(link_requests.c.at)).where(link_requests.c.recipient_id == recipient))
        if last is not None and now - last < floor:
            return False
        connection.execute(insert(link_requests).values(recipient_id=recipient, at=now))
    return True
