"""The archive: a text by number and by date, and a page from the application."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
import zlib
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from archive.app import ArchiveApp, create_app
from archive.index import Index
from policy_versions.release import Record
from tests.bench.harness import compare
from tests.policy_versions.gitmaker import GitMaker

VERSIONS, CLAUSES, ROUNDS = 120, 250, 300
TOML = """
schema = 1
authoritative = "zh-CN"
languages = ["zh-CN"]
jurisdictions = ["CN"]
[[policy]]
id = "privacy"
title = { zh-CN = "隐私政策" }
files = { zh-CN = "privacy.md" }
"""


def text(number: int) -> str:
    """Write a policy of about 60 kB in which a few clauses change from one version to the next."""
    lines = ["# 隐私政策", ""]
    for clause in range(CLAUSES):
        if clause % 25 == 0:
            lines += [f"## {clause // 25 + 1}、章节", ""]
        seen = number if clause % 40 == number % 40 else clause
        lines += [
            f"第 {clause} 条 我们为了实现功能收集第 {clause} 类信息，保存 {seen} 天，" + "用于提供服务与保障安全。" * 6,
            "",
        ]
    return "\n".join(lines)


def bench() -> None:
    """Compare look-ups and pages with their limits."""
    with tempfile.TemporaryDirectory() as folder:
        git = GitMaker(Path(folder) / "policies")
        for number in range(VERSIONS):
            git.commit({"policy.toml": TOML, "privacy.md": text(number)})
        index = Index.open(Path(folder) / "index.sqlite3")
        with Record.open(git.root) as record:
            index.update(record)
        _look_ups(index, Path(folder) / "index.sqlite3")
        app = create_app(
            git.root, clock=lambda: datetime(2026, 11, 22, tzinfo=UTC), index=Path(folder) / "index.sqlite3"
        )
        asyncio.run(_pages(app))
        app.archive.index.close()
        index.close()


def _look_ups(index: Index, file: Path) -> None:
    plain = sqlite3.connect(file)
    query = "SELECT t.data FROM release_texts x JOIN texts t USING (sha256) WHERE x.policy = ? AND x.number = ?"
    days = [date(2024, 1, 1) + timedelta(n % VERSIONS) for n in range(ROUNDS)]

    def limit() -> None:
        for n in range(ROUNDS):
            zlib.decompress(plain.execute(query, ("privacy", str(n % VERSIONS + 1))).fetchone()[0])

    def by_number() -> None:
        for n in range(ROUNDS):
            index.text_of("privacy", str(n % VERSIONS + 1), "zh-CN")

    def by_date() -> None:
        for day in days:
            index.text_on("privacy", "zh-CN", day)

    compare(f"{ROUNDS} texts by number", by_number, limit, 2.0)
    compare(f"{ROUNDS} texts by date", by_date, limit, 3.0)
    plain.close()


async def _pages(app: ArchiveApp) -> None:
    """Send a page from memory; the limit is an ASGI application that does nothing but send the same bytes."""
    path = "/privacy/v60/zh-CN/"
    sent = await _get(app, path)
    body = sent[1]["body"]
    start = sent[0]

    async def static(_scope: Any, _receive: Any, send: Callable[[Any], Awaitable[None]]) -> None:
        await send(start)
        await send({"type": "http.response.body", "body": body})

    async def many(target: Any) -> None:
        for _ in range(ROUNDS):
            await _get(target, path)

    loop = asyncio.get_running_loop()

    def run(target: Any) -> Callable[[], object]:
        return lambda: asyncio.run(many(target))

    await loop.run_in_executor(None, lambda: compare(f"{ROUNDS} pages, limit: bare ASGI", run(app), run(static), 4.0))


async def _get(target: Any, path: str) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    headers = [(b"host", b"localhost"), (b"accept-encoding", b"gzip")]
    scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b""}
    scope |= {"headers": headers, "root_path": "", "scheme": "http", "server": ("localhost", 80), "http_version": "1.1"}
    await target(scope, receive, send)
    return sent
