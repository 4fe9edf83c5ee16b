"""Plan a campaign, lease and record, build a mail, send it: each against what the driver or the socket allows."""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

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
    """Run all, on a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database.open(f"sqlite:///{folder}/notifier.db")
        database.create()
        people = (
            Recipient(f"p{n:07}", "zh-CN", "CN", date(1990, 1, 1), addresses={"email": f"p{n:07}@example.org"})
            for n in range(PEOPLE)
        )
        recipients.save(database, people, NOW)
        campaign = _plan(database, Path(folder))
        _record(database, campaign, Path(folder))
        _build(campaign)
        database.close()


def _plan(database: Database, folder: Path) -> Campaign:
    """Plan for everybody by e-mail and on our own pages, against executemany of the same rows."""
    draft = campaigns.draft(RELEASE, PUBLISHER, NOW)
    start = time.perf_counter()
    made = campaigns.plan(database, draft, NOW)
    ours = made.planned / (time.perf_counter() - start)
    limit = _insert(folder / "plan.db", "deliveries", 10, made.planned)
    rate("plan a campaign", ours, limit, 0.6)
    return made.campaign


def _insert(path: Path, table: str, columns: int, count: int) -> float:
    """Return how many rows a second the driver inserts, with the indexes that are needed anyhow."""
    driver = sqlite3.connect(path, isolation_level=None)
    driver.execute("PRAGMA journal_mode=WAL")
    driver.execute("PRAGMA synchronous=NORMAL")
    names = [f"c{n}" for n in range(1, columns)]
    rule = ", UNIQUE (c1, c2, c3, c4)"
    driver.execute(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, {', '.join(names)}{rule})")
    driver.execute(f"CREATE INDEX due ON {table} (c1, c4, c5)")
    whole = ("privacy-4.0.0-announce", "p", "person", "email", 0, "x" * 40, "zh-CN", "p000000@example.org", "p")
    rows = [(whole[0], f"p{n:07}", *whole[2:4], n // 500, *whole[5:]) for n in range(count)]
    marks = ", ".join("?" * len(names))
    start = time.perf_counter()
    driver.execute("BEGIN IMMEDIATE")
    driver.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", rows)  # noqa: S608
    driver.execute("COMMIT")
    spent = time.perf_counter() - start
    driver.close()
    return count / spent


def _record(database: Database, campaign: Campaign, folder: Path) -> None:
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
    rate("lease and record", ours, _append(folder / "record.db", len(spent) * 500), 0.5)
    tenth = max(1, len(spent) // 10)
    first, last = spent[tenth - 1] - start, spent[-1] - spent[-1 - tenth]
    rate("lease and record, last tenth v the first", 1 / last, 1 / first, 1 / 1.3)


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


def _messages(campaign: Campaign, count: int) -> Iterator[Message]:
    notice = render.notice(replace(campaign), "zh-CN", Audience.PERSON, "privacy@example.com")
    link = answer_url("https://policies.example.com/", ("key",), "p1", campaign.id, "p1")
    return (Message(n, f"p{n}", f"p{n}@example.org", link, f"<{n}@example.com>", notice) for n in range(count))


def _build(campaign: Campaign) -> None:
    """Build mails; the goal is 20 microseconds a mail beyond the first."""
    composer = Composer()
    messages = list(_messages(campaign, 20_001))
    size = len(composer.compose(messages[0], NOW))
    start = time.perf_counter()
    for message in messages[1:]:
        composer.compose(message, NOW)
    ours = 20_000 / (time.perf_counter() - start)
    sys.stdout.write(f"one mail is {size} bytes\n")
    rate("build one mail (limit: 20 us)", ours, 1 / 20e-6, 1.0)
