"""Real Celery workers on real brokers send what was queued; a broker message is a wake-up and nothing more."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from notifier import campaigns, tasks
from notifier.model import CampaignStatus, Recipient, State
from notifier.settings import Settings
from notifier.store import campaigns as stored
from notifier.store import ledger, recipients
from notifier.store.engine import Database
from policy_versions.errors import ConfigError
from policy_versions.model import Publisher, Release
from tests.notifier.sink import sink

PEOPLE = 1300


@contextmanager
def worker(env: dict[str, str], log: Path) -> Iterator[None]:
    """Run a worker as `celery -A notifier worker` does, until it is told to stop; `log` takes what it says."""
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "notifier",
        "worker",
        "-c",
        "2",
        "-l",
        "WARNING",
        "--without-mingle",
    ]
    with log.open("ab") as said:
        running = subprocess.Popen(command, env=os.environ | env, stdout=said, stderr=said)
    try:
        yield
    finally:
        running.send_signal(signal.SIGTERM)
        try:
            running.wait(30)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def done(database: Database, campaign: str, seconds: float) -> bool:
    """Wait until a campaign is done, at most so long."""
    until = time.monotonic() + seconds
    while stored.get(database, campaign).status is not CampaignStatus.DONE:
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


@pytest.mark.parametrize(
    "variable",
    [
        pytest.param("TEST_REDIS_URL", marks=pytest.mark.redis),
        pytest.param("TEST_AMQP_URL", marks=pytest.mark.rabbitmq),
    ],
)
def test_workers_send_what_is_queued_and_nothing_twice(
    variable: str, database_url: str, release: Release, publisher: Publisher, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    with Database.open(database_url) as database, sink() as (handler, smtp):
        env = {
            "POLICYCTL_DATABASE_URL": database_url,
            "POLICYCTL_SECRET_KEY": "key",
            "POLICYCTL_SMTP_URL": smtp,
            "POLICYCTL_BROKER_URL": os.environ[variable],
            "POLICYCTL_QUEUE": f"notify-{uuid.uuid4().hex}",
            "POLICYCTL_ROOT": str(tmp_path),
        }
        settings = Settings.load(env, tmp_path)
        database.create()
        people = [
            Recipient(f"p{n}", "en", age_band="18+", addresses={"email": f"p{n}@example.org"}) for n in range(PEOPLE)
        ]
        recipients.save(database, people, now)
        campaign = campaigns.plan(database, campaigns.draft(release, publisher, now), now).campaign.id
        stored.start(database, campaign, "lin", now)
        log = tmp_path / "worker.log"
        with worker(env, log):
            assert tasks.enqueue(settings, database, campaign) == 6
            with tasks.configure(settings) as app:
                app.send_task("notifier.sweep")  # what beat does: the chunks are queued a second time
            finished = done(database, campaign, 60)
        for _ in range(2 if not finished else 0):  # a supervisor starts a worker anew that never reached its broker
            with worker(env, log):
                finished = finished or done(database, campaign, 60)
        assert finished, log.read_text("utf-8", "replace")[-2000:]
        counts = {(c.channel, c.state): c.number for c in ledger.counts(database, campaign)}
        assert counts == {("email", State.SENT): PEOPLE, ("in_app", State.SENT): PEOPLE}
        assert Counter(mail.to for mail in handler.mails) == Counter(f"p{n}@example.org" for n in range(PEOPLE))


def test_tasks_take_ids_only_and_survive_a_lost_worker(settings: Settings) -> None:
    app = tasks.configure(replace(settings, broker_url="amqp://127.0.0.1//"))
    assert {name for name in app.tasks if name.startswith("notifier.")} == {"notifier.deliver", "notifier.sweep"}
    assert (app.conf.task_acks_late, app.conf.task_reject_on_worker_lost) == (True, True)
    assert app.conf.task_default_queue_type == "quorum"
    assert app.conf.accept_content == ["json"]


def test_no_broker_is_told(settings: Settings, database: Database) -> None:
    with pytest.raises(ConfigError, match="POLICYCTL_BROKER_URL: not set"):
        tasks.enqueue(settings, database, "x")


@pytest.mark.parametrize("address", ["redis://u:secret-word@127.0.0.1:1/0", "amqp://u:secret-word@127.0.0.1:1//"])
def test_a_broker_that_does_not_answer_is_told_without_its_password(
    database: Database,
    release: Release,
    publisher: Publisher,
    people: tuple[Recipient, ...],
    now: datetime,
    settings: Settings,
    address: str,
) -> None:
    recipients.save(database, people, now)
    planned = campaigns.plan(database, campaigns.draft(release, publisher, now), now).campaign
    stored.start(database, planned.id, "lin", now)
    with pytest.raises(tasks.BrokerError, match=r"broker 127\.0\.0\.1:1 cannot be reached") as told:
        tasks.enqueue(replace(settings, broker_url=address), database, planned.id)
    assert "secret-word" not in str(told.value)
    assert stored.get(database, planned.id).status is CampaignStatus.RUNNING


def test_another_kind_of_broker_is_refused(database: Database, settings: Settings) -> None:
    with pytest.raises(ConfigError, match=r"no such broker `kafka` \(allowed: redis"):
        tasks.enqueue(replace(settings, broker_url="kafka://127.0.0.1"), database, "x")
