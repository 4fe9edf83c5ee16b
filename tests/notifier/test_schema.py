"""The invariants that the tables themselves keep."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from notifier import migrations, schema
from notifier.store.engine import REVISION, Database, StoreError
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
        assert set(sa.inspect(connection).get_table_names()) == {*schema.metadata.tables, "alembic_version"}


def test_bad_addresses_of_databases_are_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not a database address"):
        Database.open("nonsense")
    with pytest.raises(ConfigError, match="allowed: sqlite, postgresql"):
        Database.open("mysql://localhost/x")
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(StoreError, match="cannot open"), Database.open(f"sqlite:///{folder}").read():
        pass
    other = tmp_path / "letter.txt"
    other.write_text("this is no database, whatever its name says\n" * 50)
    with pytest.raises(StoreError, match="not a database"), Database.open(f"sqlite:///{other}").read():
        pass


def shape(database: Database) -> list[tuple[str, str]]:
    """Return what the database says that it is made of."""
    query = "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'alembic%' AND sql IS NOT NULL"
    if database.dialect == "postgresql":
        query = (
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
            " UNION SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
            " UNION SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal"
            " UNION SELECT table_name || '.' || column_name, data_type || is_nullable || coalesce(column_default, '')"
            " FROM information_schema.columns WHERE table_schema = 'public'"
        )
    with database.read() as connection:
        rows = connection.execute(sa.text(query)).all()
    return sorted((name, _lines(sql)) for name, sql in rows if "alembic" not in name)


def _lines(sql: str) -> str:
    """Bring the lines of a definition into an order: that of a table's constraints says nothing."""
    return "\n".join(sorted(line.strip(" ,\t") for line in sql.split("\n")))


def test_the_migrations_make_the_very_tables_of_the_schema(database: Database, tmp_path: Path) -> None:
    wanted = shape(database)
    other = database
    if database.dialect == "sqlite":
        other = Database.open(f"sqlite:///{tmp_path}/other.db")
    else:
        with database.write() as connection:
            connection.execute(sa.text("DROP SCHEMA public CASCADE"))
            connection.execute(sa.text("CREATE SCHEMA public"))
    migrations.upgrade(other)
    assert shape(other) == wanted
    other.create()
    migrations.upgrade(other)
    assert shape(other) == wanted
    migrations.downgrade(other, "base")
    assert shape(other) == []
    other.close()


def test_a_new_database_and_alembic_agree_where_they_are(database: Database) -> None:
    assert ScriptDirectory.from_config(migrations.config(database)).get_heads() == [REVISION]
    migrations.upgrade(database)
    with database.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0000'"))
    with pytest.raises(StoreError, match="notify upgrade"):
        database.create()
