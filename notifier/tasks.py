"""The Celery app: a broker message is only a wake-up with ids in it, the database is the truth."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from celery import Celery
from celery.exceptions import OperationalError

from notifier.outbox import Relay
from notifier.settings import Settings
from notifier.store import campaigns, chunks
from notifier.store.engine import Database
from policy_versions.errors import ConfigError, PolicyError

SWEEP: Final = 15.0  # seconds between two looks for what is due
BROKERS: Final = ("redis", "rediss", "amqp", "amqps")


class BrokerError(PolicyError):
    """The broker cannot be reached."""


def configure(settings: Settings) -> Celery:
    """Make the app for these settings; a broker must be named before something is queued."""
    made = Celery("notifier", broker=settings.broker_url or None)
    quorum = settings.broker_url.startswith("amqp")
    made.conf.update(
        accept_content=["json"],
        beat_schedule={"sweep": {"task": "notifier.sweep", "schedule": SWEEP}},
        broker_connection_retry_on_startup=True,
        broker_transport_options={} if quorum else {"visibility_timeout": 3600},
        result_backend=None,
        task_acks_late=True,
        task_default_queue=settings.queue,
        task_default_queue_type="quorum" if quorum else "classic",
        task_ignore_result=True,
        task_reject_on_worker_lost=True,
        task_serializer="json",
        task_soft_time_limit=1500,
        task_time_limit=1800,
        worker_prefetch_multiplier=1,
        worker_soft_shutdown_timeout=30.0,
    )
    made.task(name="notifier.deliver")(deliver)
    made.task(name="notifier.sweep")(sweep)
    return made


def load() -> Settings:
    """Read the settings of a worker: the policy repository is POLICYCTL_ROOT, else here."""
    return Settings.load(os.environ, Path(os.environ.get("POLICYCTL_ROOT", ".")))


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def deliver(campaign: str, channel: str, chunk: int) -> None:
    """Send one chunk if it is still due; a second wake-up for it finds nothing."""
    settings = load()
    with Database.open(settings.database_url) as database:
        relay = Relay(database, settings, clock=now)
        try:
            relay.run_chunk(campaign, channel, chunk)
        finally:
            relay.close()


def sweep() -> int:
    """Wake workers for whatever is due, also what a dead worker left; returns how many chunks."""
    settings = load()
    with Database.open(settings.database_url) as database:
        Relay(database, settings, clock=now).revive()
        running = [one.id for one in campaigns.every(database) if one.status == "running"]
        return sum(enqueue(settings, database, campaign) for campaign in running)


def check(settings: Settings) -> None:
    """Raise ConfigError for an address of the broker that is missing or of a kind we do not use."""
    if not settings.broker_url:
        raise ConfigError(["POLICYCTL_BROKER_URL: not set: such as redis://127.0.0.1:6379/0 or amqp://127.0.0.1//"])
    kind = settings.broker_url.partition(":")[0]
    if kind not in BROKERS:
        raise ConfigError([f"POLICYCTL_BROKER_URL: no such broker `{kind}` (allowed: {', '.join(BROKERS)})"])


def enqueue(settings: Settings, database: Database, campaign: str) -> int:
    """Queue the chunks of a campaign that are due; raise ConfigError without a broker, BrokerError without answer."""
    check(settings)
    due = chunks.due_ids(database, campaign, now())
    try:
        with configure(settings) as queue:
            for channel, chunk in due:
                queue.send_task("notifier.deliver", (campaign, channel, chunk))
    except OperationalError as error:
        there = urlsplit(settings.broker_url).netloc.rpartition("@")[2]
        raise BrokerError(
            f"the broker {there} cannot be reached ({error}); nobody is lost: send again later"
        ) from error
    return len(due)


def __getattr__(name: str) -> Any:
    """Make the app when a worker asks for it: importing this module reads no settings."""
    if name == "app":
        return configure(load())
    raise AttributeError(name)
