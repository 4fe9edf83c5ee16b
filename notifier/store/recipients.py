"""Persons and their addresses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from notifier.model import NOWHERE, Recipient
from notifier.schema import addresses, recipients
from notifier.store.engine import Database

BATCH: Final = 5_000
_FIELDS: Final = (
    "id",
    "language",
    "jurisdiction",
    "birth_date",
    "age_band",
    "guardian_id",
    "guardian_relation",
)
_COLUMNS: Final = tuple(recipients.c[name] for name in _FIELDS)


def save(database: Database, people: Iterable[Recipient], now: datetime) -> int:
    """Store people: new ones are added, known ones replaced with their addresses. All or nothing; returns how many."""
    total = 0
    stream = iter(people)
    with database.write() as connection:
        while batch := list(islice(stream, BATCH)):
            _upsert(connection, batch, now)
            total += len(batch)
    return total


def _upsert(connection: Connection, batch: Sequence[Recipient], now: datetime) -> None:
    """Store one batch; when they came first is kept."""
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(recipients)
    changed = {name: statement.excluded[name] for name in _FIELDS[1:]}
    statement = statement.on_conflict_do_update(index_elements=["id"], set_=changed)
    rows = [{name: getattr(person, name) for name in _FIELDS} | {"created_at": now} for person in batch]
    connection.execute(statement, rows)
    for part in _parts([person.id for person in batch]):
        connection.execute(delete(addresses).where(addresses.c.recipient_id.in_(part)))
    places = [
        {"recipient_id": person.id, "channel": channel, "address": address, "rank": rank}
        for person in batch
        for rank, (channel, address) in enumerate(person.addresses.items())
    ]
    if places:
        connection.execute(insert(addresses), places)


def _parts(values: Sequence[str], size: int = 500) -> Iterator[Sequence[str]]:
    """Cut a list into parts that fit the number of bound values a statement may have."""
    return (values[start : start + size] for start in range(0, len(values), size))


def known(database: Database) -> set[str]:
    """Return the ids of all people."""
    with database.read() as connection:
        return set(connection.scalars(select(recipients.c.id)))


def count(database: Database) -> int:
    """Return how many people are stored."""
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(recipients)) or 0


def get(database: Database, identifier: str) -> Recipient | None:
    """Return a person by id, with addresses, or None."""
    with database.read() as connection:
        return by_id(connection, [identifier]).get(identifier)


def by_id(connection: Connection, identifiers: Iterable[str]) -> Mapping[str, Recipient]:
    """Return people by id; ids that nobody has are left out."""
    found: dict[str, Recipient] = {}
    for part in _parts(sorted(set(identifiers))):
        rows = connection.execute(select(*_COLUMNS).where(recipients.c.id.in_(part))).all()
        condition = addresses.c.recipient_id.in_(part)
        found |= {person.id: person for person in _with_addresses(connection, rows, condition)}
    return found


def pages(connection: Connection, size: int = BATCH) -> Iterator[tuple[Recipient, ...]]:
    """Yield all people in order of id, page by page (keyset: no page is skipped or read twice)."""
    after = ""
    while True:
        rows = connection.execute(
            select(*_COLUMNS).where(recipients.c.id > after).order_by(recipients.c.id).limit(size)
        ).all()
        if not rows:
            return
        last = rows[-1][0]
        condition = (addresses.c.recipient_id > after) & (addresses.c.recipient_id <= last)
        yield tuple(_with_addresses(connection, rows, condition))
        after = last


def _with_addresses(connection: Connection, rows: Sequence[Row[Any]], condition: Any) -> list[Recipient]:
    """Make recipients of rows and of the addresses that the condition selects."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    query = select(addresses.c.recipient_id, addresses.c.channel, addresses.c.address).where(condition)
    for person, channel, address in connection.execute(query.order_by(addresses.c.rank)).all():
        found[person][channel] = address
    return [Recipient(*row, found.get(row[0], NOWHERE)) for row in rows]  # type: ignore[arg-type]


def move(database: Database, identifier: str, channel: str, address: str) -> None:
    """Change one address of a person."""
    condition = (addresses.c.recipient_id == identifier) & (addresses.c.channel == channel)
    with database.write() as connection:
        connection.execute(update(addresses).where(condition).values(address=address))
