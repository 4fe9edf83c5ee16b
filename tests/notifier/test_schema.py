"""The invariants that the tables themselves keep."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from notifier import schema
from notifier.store.engine import Database, StoreError
from policy_versions.errors import ConfigError


def person(identifier: str, now: datetime) -> dict[str, object]:
    """Make a row of recipients."""
    return {"id": identifier, "language": "en", "jurisdiction": "CN", "created_at": now}


def consent_event(now: datetime, **fields: object) -> dict[str, object]:
    """Make a row of consent_events."""
    texts = "policy number language text_sha256 screen_sha256 actor actor_id relation method previous_hash"
    row: dict[str, object] = dict.fromkeys(texts.split(), "x")
    row |= {"id": "1", "position": 0, "subject": "p", "findings": [], "state": "given", "at": now, "hash": "h"}
    return row | fields


def test_moments_come_back_in_utc_and_naive_ones_are_refused(database: Database, now: datetime) -> None:
    local = now.astimezone(timezone(timedelta(hours=8)))
    with database.write() as connection:
        connection.execute(schema.recipients.insert(), person("a", local))
    with database.read() as connection:
        found = connection.scalar(sa.select(schema.recipients.c.created_at))
    assert found == now
    assert found.utcoffset() == timedelta(0)
    with pytest.raises(StatementError, match="time zone"), database.write() as connection:
        connection.execute(schema.recipients.insert(), person("b", now.replace(tzinfo=None)))


@pytest.mark.parametrize(
    "statement", [schema.consent_events.delete(), schema.consent_events.update().values(state="refused")]
)
def test_an_answer_can_neither_be_changed_nor_removed(
    database: Database, now: datetime, statement: sa.Delete | sa.Update
) -> None:
    with database.write() as connection:
        connection.execute(schema.consent_events.insert(), consent_event(now))
    with pytest.raises(DBAPIError, match="append-only"), database.write() as connection:
        connection.execute(statement)
    with database.read() as connection:
        assert connection.scalars(sa.select(schema.consent_events.c.state)).all() == ["given"]


def test_two_answers_cannot_take_the_same_place_in_a_chain(database: Database, now: datetime) -> None:
    with database.write() as connection:
        connection.execute(schema.consent_events.insert(), consent_event(now))
    with pytest.raises(IntegrityError), database.write() as connection:
        connection.execute(schema.consent_events.insert(), consent_event(now, id="2", hash="other"))


def test_a_state_that_does_not_exist_is_refused(database: Database, now: datetime) -> None:
    with pytest.raises(IntegrityError), database.write() as connection:
        connection.execute(schema.consent_events.insert(), consent_event(now, state="assumed"))


def test_what_fails_inside_a_transaction_leaves_no_trace(database: Database, now: datetime) -> None:
    with pytest.raises(ZeroDivisionError), database.write() as connection:
        connection.execute(schema.recipients.insert(), person("a", now))
        _ = 1 / 0
    with database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(schema.recipients)) == 0


def test_making_the_tables_twice_changes_nothing(database: Database) -> None:
    database.create()
    with database.read() as connection:
        assert set(sa.inspect(connection).get_table_names()) == set(schema.metadata.tables)


def test_bad_addresses_of_databases_are_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not a database address"):
        Database.open("nonsense")
    with pytest.raises(ConfigError, match="allowed: sqlite, postgresql"):
        Database.open("mysql://localhost/x")
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(StoreError, match="cannot open"), Database.open(f"sqlite:///{folder}").read():
        pass
