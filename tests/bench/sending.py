"""Send a campaign to a sink on this machine: the whole way with its ledger, against Postfix's own load generator."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from notifier import campaigns, outbox
from notifier.compose import Composer
from notifier.model import State
from notifier.outbox import Relay
from notifier.settings import Settings
from notifier.store import campaigns as stored
from notifier.store import recipients
from notifier.store.engine import Database
from tests.bench.harness import rate
from tests.bench.notifier import NOW, PUBLISHER, RELEASE, grown_up, messages, postgres

PEOPLE = 10_000
SIDE_BY_SIDE = 4
TOOLS = ("smtp-sink", "smtp-source")


def bench() -> None:
    """Run on SQLite, and on PostgreSQL where there is one (TEST_POSTGRES_URL)."""
    missing = [name for name in TOOLS if not _tool(name)]
    if missing:
        sys.stdout.write(f"sending: skipped, Postfix's {' and '.join(missing)} are not on this machine\n")
        return
    with tempfile.TemporaryDirectory() as folder, _sink() as port:
        _send("send to a sink, SQLite", f"sqlite:///{folder}/notifier.db", Path(folder), port)
        with postgres() as url:
            if url:
                _send("send to a sink, PostgreSQL", url, Path(folder), port)


def _send(name: str, url: str, folder: Path, port: int) -> None:
    """Plan for everybody by e-mail alone and time the relay; the limit sends as many mails of the same size."""
    env = {"POLICYCTL_SECRET_KEY": "k" * 32, "POLICYCTL_SMTP_URL": f"smtp://127.0.0.1:{port}"}
    env |= {"POLICYCTL_DATABASE_URL": url, "POLICYCTL_JOURNAL_DIR": str(folder / "journal")}
    settings = Settings.load(env, folder)
    with Database.open(url) as database:
        database.create()
        recipients.save(database, grown_up(PEOPLE), NOW)
        plan = campaigns.plan(database, campaigns.draft(RELEASE, PUBLISHER, NOW), NOW)
        stored.start(database, plan.campaign.id, "bench", NOW)
        size = len(Composer().compose(next(messages(plan.campaign, 1)), NOW))
        limit = _source(port, size)
        start = time.perf_counter()
        results = outbox.run_many(
            lambda: Relay(database, settings, clock=lambda: NOW), SIDE_BY_SIDE, plan.campaign.id, once=True
        )
        ours = PEOPLE / (time.perf_counter() - start)
    if results[State.SENT] != plan.planned:
        raise SystemExit(f"{name}: {results} of {plan.planned} were sent")
    limit = (limit + _source(port, size)) / 2
    sys.stdout.write(f"{name}: {ours:.0f} mails a second beside as many banners; smtp-source {limit:.0f}\n")
    rate(name, ours, limit, 0.5)


def _source(port: int, size: int) -> float:
    """Return how many mails a second smtp-source hands in over 20 kept connections."""
    command = [_tool("smtp-source"), "-d", "-s", "20", "-m", str(PEOPLE), "-l", str(size)]
    start = time.perf_counter()
    subprocess.run([*command, "-f", "a@example.com", "-t", "b@example.org", f"127.0.0.1:{port}"], check=True)
    return PEOPLE / (time.perf_counter() - start)


@contextmanager
def _sink() -> Iterator[int]:
    """Run Postfix's sink on a free port; it throws away what it gets."""
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = int(taken.getsockname()[1])
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    with subprocess.Popen([_tool("smtp-sink"), *user, f"127.0.0.1:{port}", "256"]) as sink:
        try:
            _wait(port)
            yield port
        finally:
            sink.terminate()


def _wait(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit("smtp-sink does not answer")


def _tool(name: str) -> str:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin") or ""
