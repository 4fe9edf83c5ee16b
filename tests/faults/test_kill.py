"""A relay that is killed again and again (SIGKILL: it can clean up nothing) loses nobody and doubles hardly anybody."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from notifier import campaigns
from notifier.model import CampaignStatus, Recipient, State
from notifier.settings import Settings
from notifier.store import campaigns as stored
from notifier.store import ledger, recipients
from notifier.store.engine import Database
from policy_versions.model import Publisher, Release
from tests.notifier.conftest import database_url, postgres_url, publisher, release  # noqa: F401 - fixtures
from tests.notifier.sink import Handler, sink

PEOPLE = 1200
CONNECTIONS = 2
KILLS = 3


def start(root: Path, campaign: str, smtp: str, url: str) -> subprocess.Popen[bytes]:
    """Start a relay as an operator does."""
    env = os.environ | {
        "POLICYCTL_DATABASE_URL": url,
        "POLICYCTL_SECRET_KEY": "key",
        "POLICYCTL_SMTP_URL": smtp,
        "POLICYCTL_LANG": "en",
    }
    command = [sys.executable, "-m", "policy_versions", "notify", "-C", str(root), "send", campaign]
    command += ["--connections", str(CONNECTIONS)]
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def kill_after(relay: subprocess.Popen[bytes], handler: Handler, more: int) -> None:
    """Kill the relay with SIGKILL when so many more mails have come in."""
    target = len(handler.mails) + more
    while len(handler.mails) < target and relay.poll() is None:
        time.sleep(0.002)
    assert relay.poll() is None, relay.communicate()[0].decode()
    relay.send_signal(signal.SIGKILL)
    relay.wait()
    assert relay.stdout is not None
    relay.stdout.close()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Give a policy repository."""
    env = os.environ | {"GIT_CONFIG_GLOBAL": "/dev/null"}
    command = [sys.executable, "-m", "policy_versions", "init", str(tmp_path / "policies")]
    subprocess.run(command, check=True, env=env, capture_output=True)
    return tmp_path / "policies"


def test_killed_relays_lose_nobody_and_double_at_most_what_was_in_flight(
    root: Path,
    database_url: str,  # noqa: F811 - the fixture
    release: Release,  # noqa: F811
    publisher: Publisher,  # noqa: F811
) -> None:
    now = datetime.now(UTC)
    with Database.open(database_url) as database, sink(delay=0.001) as (handler, smtp):
        database.create()
        crowd = (
            Recipient(f"p{n:05}", "en", age_band="18+", addresses={"email": f"p{n:05}@example.org"})
            for n in range(PEOPLE)
        )
        recipients.save(database, crowd, now)
        draft = campaigns.draft(release, replace(publisher, channels=("email",)), now)
        campaign = campaigns.plan(database, replace(draft, channels=("email",)), now).campaign
        for _ in range(KILLS):
            kill_after(start(root, campaign.id, smtp, database_url), handler, 150)
        last = start(root, campaign.id, smtp, database_url)
        output = last.communicate(timeout=120)[0].decode()
        assert last.returncode == 0, output
        keys: dict[str, list[str]] = defaultdict(list)
        for mail in handler.mails:
            keys[mail.to].append(str(mail.message["Message-ID"]))
        assert len(keys) == PEOPLE
        assert stored.get(database, campaign.id).status is CampaignStatus.DONE
        assert [(c.state, c.number) for c in ledger.counts(database, campaign.id)] == [(State.SENT, PEOPLE)]
        doubled = {to: found for to, found in keys.items() if len(found) > 1}
        assert len(handler.mails) - PEOPLE <= KILLS * CONNECTIONS
        assert all(len(set(found)) == 1 for found in doubled.values())
        assert Counter(len(set(found)) for found in keys.values()) == {1: PEOPLE}
        for to in doubled:
            (told,) = ledger.told(database, to.partition("@")[0])
            assert State.IN_DOUBT in {event.state for event in told.events}
    assert list((Settings.load({}, root).journal).iterdir()) == []
