"""Plan a campaign, lease and record, build a mail, send it: each against what the driver or the socket allows."""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from notifier import campaigns, render
from notifier.compose import Composer
from notifier.links import answer_url
from notifier.model import Audience, Campaign, DeliveryEvent, Message, Recipient, State
from notifier.store import campaigns as stored
from notifier.store import chunks, deliveries, recipients
from notifier.store.engine import Database
from policy_versions.model import Level, Publisher, Release, ReleaseStatus
from tests.bench.harness import rate

PEOPLE = 200_000
CHUNK_AT = 5  # the one column of a delivery that holds a number
Limit = Callable[[int], float]  # rows -> rows a second
NOW = datetime(2026, 11, 1, tzinfo=UTC)
PUBLISHER = Publisher(
    title={"zh-CN": "政策"},
    name={"zh-CN": "全民法务"},
    url="https://policies.example.com/",
    languages=("zh-CN",),
    authoritative="zh-CN",
    jurisdictions=("CN",),
    email="privacy@example.com",
    channels=("email",),
)
RELEASE = Release(
    policy="privacy",
    number="4.0.0",
    previous="3.0.0",
    announced_on=date(2026, 11, 1),
    effective_on=date(2026, 12, 1),
    texts={},
    summaries={"zh-CN": "新增广告合作方"},
    findings=(),
    decisions=(),
    level=Level.CONSENT,
    guardian=False,
    lead_days=30,
    status=ReleaseStatus.ANNOUNCED,
)


def bench() -> None:
    """Run all on SQLite, in a folder of its own, and what the database does on PostgreSQL where there is one."""
    with tempfile.TemporaryDirectory() as folder:
        _build(_ledger("", f"sqlite:///{folder}/notifier.db", Path(folder)))
        with postgres() as url:
            if url:
                _ledger(", PostgreSQL", url, Path(folder))


def grown_up(count: int) -> Iterator[Recipient]:
    """Make so many people who answer for themselves and have a mail address."""
    for n in range(count):
        yield Recipient(f"p{n:07}", "zh-CN", "CN", date(1990, 1, 1), addresses={"email": f"p{n:07}@example.org"})


def _ledger(on: str, url: str, folder: Path) -> Campaign:
    """Plan a campaign and record its results."""
    with Database.open(url) as database:
        database.create()
        recipients.save(database, grown_up(PEOPLE), NOW)
        driver = psycopg_insert(url) if on else partial(_insert, folder / "plan.db")
        campaign = _plan(on, database, driver)
        driver = psycopg_append(url) if on else partial(_append, folder / "record.db")
        _record(on, database, campaign, driver)
    return campaign


@contextmanager
def postgres() -> Iterator[str]:
    """Give the address of an empty database on the server of TEST_POSTGRES_URL, dropped afterwards; else nothing."""
    admin = os.environ.get("TEST_POSTGRES_URL", "")
    if not admin:
        sys.stdout.write("PostgreSQL: skipped, TEST_POSTGRES_URL is not set\n")
        yield ""
        return
    name = f"bench_{uuid.uuid4().hex}"
    engine = sa.create_engine(admin, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f'CREATE DATABASE "{name}"'))
    yield sa.make_url(admin).set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(sa.text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    engine.dispose()


def psycopg_insert(url: str) -> Limit:
    """Give how many rows a second COPY takes into a table with the indexes that are needed anyhow."""

    def limit(count: int) -> float:
        columns = ", ".join(f"c{n} {'int' if n == CHUNK_AT else 'text'}" for n in range(1, 10))
        rows = _rows(count)
        with _plain(url) as driver:
            driver.execute(f"CREATE TABLE limit_plan (id bigserial PRIMARY KEY, {columns}, UNIQUE (c1, c2, c3, c4))")
            driver.execute("CREATE INDEX ON limit_plan (c1, c4, c5)")
            names = ", ".join(f"c{n}" for n in range(1, 10))
            start = time.perf_counter()
            into = f"COPY limit_plan ({names}) FROM STDIN"
            with driver.transaction(), driver.cursor() as cursor, cursor.copy(into) as copy:
                for row in rows:
                    copy.write_row(row)
            return count / (time.perf_counter() - start)

    return limit


def psycopg_append(url: str) -> Limit:
    """Give how many rows a second COPY appends, 500 a commit, beside the update of a lease."""

    def limit(count: int) -> float:
        with _plain(url) as driver:
            driver.execute("CREATE TABLE limit_chunks (chunk int PRIMARY KEY, state text)")
            driver.execute(
                "INSERT INTO limit_chunks SELECT n, 'pending' FROM generate_series(0, %s) n", (count // 500,)
            )
            columns = "delivery bigint, state text, at timestamptz, provider text, detail text"
            driver.execute(f"CREATE TABLE limit_events (id bigserial PRIMARY KEY, {columns})")
            driver.execute("CREATE INDEX ON limit_events (delivery)")
            start = time.perf_counter()
            for chunk in range(count // 500):
                driver.execute("UPDATE limit_chunks SET state = 'leased' WHERE chunk = %s", (chunk,))
                with driver.transaction(), driver.cursor() as cursor:
                    into = "COPY limit_events (delivery, state, at, provider, detail) FROM STDIN"
                    with cursor.copy(into) as copy:
                        for n in range(500):
                            copy.write_row((chunk * 500 + n, "sent", NOW, "2.0.0 taken", ""))
                    driver.execute("UPDATE limit_chunks SET state = 'done' WHERE chunk = %s", (chunk,))
            return count / (time.perf_counter() - start)

    return limit


def _plain(url: str) -> Any:
    """Connect without SQLAlchemy."""
    import psycopg  # noqa: PLC0415 - an extra

    address = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(address, autocommit=True)


def _plan(on: str, database: Database, driver: Limit) -> Campaign:
    """Plan for everybody by e-mail and on our own pages, against executemany of the same rows."""
    draft = campaigns.draft(RELEASE, PUBLISHER, NOW)
    start = time.perf_counter()
    made = campaigns.plan(database, draft, NOW)
    ours = made.planned / (time.perf_counter() - start)
    rate(f"plan a campaign{on}", ours, driver(made.planned), 0.6)
    return made.campaign


def _rows(count: int) -> list[tuple[object, ...]]:
    """Make rows of the size of deliveries."""
    whole = ("privacy-4.0.0-announce", "p", "person", "email", 0, "x" * 40, "zh-CN", "p000000@example.org", "p")
    return [(whole[0], f"p{n:07}", *whole[2:4], n // 500, *whole[5:]) for n in range(count)]


def _insert(path: Path, count: int) -> float:
    """Return how many rows a second the driver inserts, with the indexes that are needed anyhow."""
    driver = sqlite3.connect(path, isolation_level=None)
    driver.execute("PRAGMA journal_mode=WAL")
    driver.execute("PRAGMA synchronous=NORMAL")
    names = [f"c{n}" for n in range(1, 10)]
    driver.execute(f"CREATE TABLE deliveries (id INTEGER PRIMARY KEY, {', '.join(names)}, UNIQUE (c1, c2, c3, c4))")
    driver.execute("CREATE INDEX due ON deliveries (c1, c4, c5)")
    rows = _rows(count)
    marks = ", ".join("?" * len(names))
    start = time.perf_counter()
    driver.execute("BEGIN IMMEDIATE")
    driver.executemany(f"INSERT INTO deliveries ({', '.join(names)}) VALUES ({marks})", rows)  # noqa: S608
    driver.execute("COMMIT")
    spent = time.perf_counter() - start
    driver.close()
    return count / spent


def _record(on: str, database: Database, campaign: Campaign, driver: Limit) -> None:
    """Lease every chunk and append its results, against appending rows of that size 500 a commit."""
    stored.start(database, campaign.id, "bench", NOW)
    spent, later = [], timedelta(minutes=2)
    start = time.perf_counter()
    while (lease := chunks.lease(database, NOW, NOW + later)) is not None:
        todo, _states = deliveries.load(database, lease)
        events = [DeliveryEvent(delivery.id, State.SENT, NOW, "2.0.0 taken") for delivery in todo]
        deliveries.record(database, lease, events, retry_at=None, now=NOW)
        spent.append(time.perf_counter())
    ours = len(spent) * 500 / (spent[-1] - start)
    rate(f"lease and record{on}", ours, driver(len(spent) * 500), 0.5)
    tenth = max(1, len(spent) // 10)
    first, last = spent[tenth - 1] - start, spent[-1] - spent[-1 - tenth]
    rate(f"lease and record, last tenth v the first{on}", 1 / last, 1 / first, 1 / 1.3)


def _append(path: Path, count: int) -> float:
    """Return how many rows a second the driver appends, 500 a commit, beside the update of a lease."""
    driver = sqlite3.connect(path, isolation_level=None)
    driver.execute("PRAGMA journal_mode=WAL")
    driver.execute("PRAGMA synchronous=NORMAL")
    driver.execute("CREATE TABLE chunks (chunk INTEGER PRIMARY KEY, state)")
    driver.executemany("INSERT INTO chunks VALUES (?, 'pending')", [(n,) for n in range(count // 500)])
    driver.execute("CREATE TABLE events (id INTEGER PRIMARY KEY, delivery, state, at, provider, detail)")
    driver.execute("CREATE INDEX mine ON events (delivery)")
    start = time.perf_counter()
    for chunk in range(count // 500):
        driver.execute("UPDATE chunks SET state = 'leased' WHERE chunk = ? RETURNING chunk", (chunk,)).fetchall()
        rows = [(chunk * 500 + n, "sent", "2026-11-01 00:00:00.000000", "2.0.0 taken", "") for n in range(500)]
        driver.execute("BEGIN IMMEDIATE")
        driver.executemany("INSERT INTO events (delivery, state, at, provider, detail) VALUES (?, ?, ?, ?, ?)", rows)
        driver.execute("UPDATE chunks SET state = 'done' WHERE chunk = ?", (chunk,))
        driver.execute("COMMIT")
    spent = time.perf_counter() - start
    driver.close()
    return count / spent


def messages(campaign: Campaign, count: int) -> Iterator[Message]:
    notice = render.notice(replace(campaign), "zh-CN", Audience.PERSON, "privacy@example.com")
    link = answer_url("https://policies.example.com/", ("key",), "p1", campaign.id, "p1")
    return (Message(n, f"p{n}", f"p{n}@example.org", link, f"<{n}@example.com>", notice) for n in range(count))


def _build(campaign: Campaign) -> None:
    """Build mails; the goal is 20 microseconds a mail beyond the first."""
    composer = Composer()
    letters = list(messages(campaign, 20_001))
    size = len(composer.compose(letters[0], NOW))
    start = time.perf_counter()
    for message in letters[1:]:
        composer.compose(message, NOW)
    ours = 20_000 / (time.perf_counter() - start)
    sys.stdout.write(f"one mail is {size} bytes\n")
    rate("build one mail (limit: 20 us)", ours, 1 / 20e-6, 1.0)
