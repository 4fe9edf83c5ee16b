"""The Celery app: a broker message is only a wake-up with ids in it, the database is the truth."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from celery import Celery

from notifier.outbox import Relay
from notifier.settings import Settings
from notifier.store import campaigns, chunks
from notifier.store.engine import Database
from policy_versions.errors import ConfigError

SWEEP: Final = 15.0  # seconds between two looks for what is due


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


def enqueue(settings: Settings, database: Database, campaign: str) -> int:
    """Queue the chunks of a campaign that are due; raise ConfigError without a broker."""
    if not settings.broker_url:
        raise ConfigError(["POLICYCTL_BROKER_URL: not set: such as redis://127.0.0.1:6379/0 or amqp://127.0.0.1//"])
    due = chunks.due_ids(database, campaign, now())
    with configure(settings) as queue:
        for channel, chunk in due:
            queue.send_task("notifier.deliver", (campaign, channel, chunk))
    return len(due)


def __getattr__(name: str) -> Any:
    """Make the app when a worker asks for it: importing this module reads no settings."""
    if name == "app":
        return configure(load())
    raise AttributeError(name)
