"""A connection to the database: SQLite by default, PostgreSQL by its address; short transactions, opened by name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DatabaseError

from notifier.schema import metadata
from policy_versions.errors import ConfigError, PolicyError

__all__ = ["Connection", "Database", "StoreError"]

DIALECTS: Final = ("sqlite", "postgresql")
REVISION: Final = "0001"  # the newest file in notifier/migrations/versions
STAMP: Final = "alembic_version"  # where alembic keeps the revision
PRAGMAS: Final = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=15000",
)


class StoreError(PolicyError):
    """The database cannot be used."""


class Database:
    """Where everything is kept; `read` and `write` give a connection inside one transaction each."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @classmethod
    def open(cls, url: str) -> Database:
        """Open a database by its address; raise ConfigError for one that cannot be understood."""
        try:
            parsed = make_url(url)
            dialect = parsed.get_backend_name()
        except ArgumentError as error:
            raise ConfigError([f"POLICYCTL_DATABASE_URL: not a database address: {url!r}"]) from error
        if dialect not in DIALECTS:
            allowed = ", ".join(DIALECTS)
            raise ConfigError([f"POLICYCTL_DATABASE_URL: no such database `{dialect}` (allowed: {allowed})"])
        if dialect == "sqlite":
            return cls(_sqlite(url))
        return cls(create_engine(url, pool_pre_ping=True))

    @property
    def dialect(self) -> str:
        """Return `sqlite` or `postgresql`."""
        return self.engine.dialect.name

    def create(self) -> None:
        """Make all tables in a new database; raise StoreError for one that another version made."""
        with self.write() as connection:
            if not inspect(connection).has_table(STAMP):
                metadata.create_all(connection)
                connection.execute(text(f"CREATE TABLE {STAMP} (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
                connection.execute(text(f"INSERT INTO {STAMP} VALUES ('{REVISION}')"))  # noqa: S608 - our own constants
            found = connection.scalar(text(f"SELECT version_num FROM {STAMP}"))  # noqa: S608
        if found != REVISION:
            raise StoreError(
                f"the database is at revision {found}, this version needs {REVISION}: `policyctl notify upgrade`"
            )

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that only reads."""
        with self._connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction that writes: committed at the end, rolled back when something is raised."""
        with self._connect() as connection:
            immediate = connection.execution_options(immediate=True)
            with immediate.begin():
                yield immediate

    @contextmanager
    def _connect(self) -> Iterator[Connection]:
        """Connect, or say in one sentence that it is impossible."""
        try:
            connection = self.engine.connect()
        except DatabaseError as error:  # also a file that is no database
            shown = self.engine.url.render_as_string(hide_password=True)
            raise StoreError(f"cannot open the database {shown}: {error.orig}") from error
        with connection:
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _sqlite(url: str) -> Engine:
    """Open SQLite so that a writer waits for its turn at BEGIN instead of failing in the middle."""
    path = make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url)
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(driver: Any, _record: object) -> None:
    """Set what SQLite forgets with each connection; transactions are begun by `_on_begin` alone."""
    driver.isolation_level = None
    for pragma in PRAGMAS:
        driver.execute(pragma)


def _on_begin(connection: Connection) -> None:
    """Take the write lock at once in `write`: a read that becomes a write later cannot wait, it can only fail."""
    immediate = connection.get_execution_options().get("immediate")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
