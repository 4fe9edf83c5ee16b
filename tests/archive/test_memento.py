"""RFC 7089 on the wire: TimeGate, TimeMap, mementos; RFC 5829 between versions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from archive import app as application
from archive import memento
from tests.policy_versions.gitmaker import GitMaker

if TYPE_CHECKING:
    from httpx2 import Response

BASE = "https://policies.example.com/privacy/"


@pytest.fixture
def client(repository: GitMaker) -> Iterator[TestClient]:
    app = application.create_app(repository.root, clock=lambda: datetime(2026, 11, 22, tzinfo=UTC))
    with TestClient(app, follow_redirects=False) as made:
        yield made
    app.archive.index.close()


def links(header: str) -> list[tuple[str, dict[str, str]]]:
    """Parse a Link header or a TimeMap (RFC 8288)."""
    found = re.findall(r"<([^>]*)>((?:\s*;\s*[a-z-]+=\"[^\"]*\")*)", header)
    return [(target, dict(re.findall(r"([a-z-]+)=\"([^\"]*)\"", rest))) for target, rest in found]


def gate(client: TestClient, when: str | None) -> Response:
    return client.get("/privacy/timegate", headers={"accept-datetime": when} if when else {})


@pytest.mark.parametrize(
    ("when", "number"),
    [
        ("Thu, 01 Jan 2015 00:00:00 GMT", "1.0.0"),
        ("Tue, 30 Apr 2024 15:59:59 GMT", "1.0.0"),
        ("Sat, 11 Jan 2025 15:59:59 GMT", "1.0.0"),
        ("Sat, 11 Jan 2025 16:00:00 GMT", "1.0.1"),
        ("Fri, 01 Jan 2038 00:00:00 GMT", "1.0.1"),
        (None, "1.0.1"),
    ],
)
def test_the_timegate_chooses_by_coming_into_force(client: TestClient, when: str | None, number: str) -> None:
    answer = gate(client, when)
    assert answer.status_code == 302
    assert answer.headers["location"] == f"{BASE}v{number}/zh-CN/"
    assert "accept-datetime" in answer.headers["vary"]
    assert "memento-datetime" not in answer.headers
    rels = {rel for _, p in links(answer.headers["link"]) for rel in p["rel"].split()}
    assert {"original", "timemap", "first", "last", "memento"} <= rels


@pytest.mark.parametrize(
    "when", ["yesterday", "2024-01-01", "Thu, 01 Jan 2015 00:00:00", "Thu, 32 Jan 2015 00:00:00 GMT"]
)
def test_a_bad_date_is_400(client: TestClient, when: str) -> None:
    assert gate(client, when).status_code == 400


def test_head_is_get(client: TestClient) -> None:
    head = client.head("/privacy/timegate", headers={"accept-datetime": "Thu, 01 Jan 2015 00:00:00 GMT"})
    assert (head.status_code, head.headers["location"]) == (302, f"{BASE}v1.0.0/zh-CN/")


def test_language_is_negotiated_after_the_date(client: TestClient) -> None:
    answer = client.get("/privacy/timegate", headers={"accept-language": "de, en;q=0.8, zh;q=0.5"})
    assert answer.headers["location"] == f"{BASE}v1.0.1/en/"


def test_a_memento_says_when_and_what_of(client: TestClient) -> None:
    answer = client.get("/privacy/v1.0.1/zh-CN/")
    assert answer.headers["memento-datetime"] == "Sat, 11 Jan 2025 16:00:00 GMT"
    assert "accept-datetime" not in answer.headers["vary"]
    by_rel = {rel: target for target, p in links(answer.headers["link"]) for rel in p["rel"].split()}
    assert by_rel["original"] == f"{BASE}latest"
    assert by_rel["timegate"] == f"{BASE}timegate"
    assert by_rel["predecessor-version"] == f"{BASE}v1.0.0/zh-CN/"
    assert by_rel["latest-version"] == f"{BASE}v1.0.1/zh-CN/"


def test_announced_and_withdrawn_versions_are_no_mementos(client: TestClient) -> None:
    for number in ("2.0.0", "1.1.0"):
        answer = client.get(f"/privacy/v{number}/zh-CN/")
        assert answer.status_code == 200
        assert "memento-datetime" not in answer.headers


def test_the_chain_of_versions_walks_to_both_ends(client: TestClient) -> None:
    seen, at = [], f"{BASE}v1.0.0/zh-CN/"
    while at:
        seen.append(at)
        header = client.get(at.removeprefix("https://policies.example.com")).headers["link"]
        at = next((t for t, p in links(header) if "successor-version" in p["rel"].split()), "")
    assert seen == [f"{BASE}v{n}/zh-CN/" for n in ("1.0.0", "1.0.1", "1.1.0", "2.0.0")]
    first = client.get("/privacy/v1.0.0/zh-CN/").headers["link"]
    assert not [p for _, p in links(first) if "predecessor-version" in p["rel"]]


def test_the_timemap_lists_every_memento_with_its_own_datetime(client: TestClient) -> None:
    answer = client.get("/privacy/timemap")
    assert answer.headers["content-type"] == "application/link-format"
    found = links(answer.text)
    rels = [p["rel"] for _, p in found]
    assert rels[:3] == ["original", "self", "timegate"]
    assert found[1][1]["from"] == "Tue, 30 Apr 2024 16:00:00 GMT"
    mementos = [(t, p) for t, p in found if "memento" in p["rel"].split()]
    assert len(mementos) == 2
    for target, parameters in mementos:
        header = client.get(target.removeprefix("https://policies.example.com")).headers["memento-datetime"]
        assert header == parameters["datetime"]


def test_latest_leads_to_the_version_in_force_and_names_the_gate(client: TestClient) -> None:
    answer = client.get("/privacy/latest")
    assert (answer.status_code, answer.headers["location"]) == (302, "v1.0.1/zh-CN/")
    assert answer.headers["cache-control"] == "no-cache"
    assert "timegate" in {p["rel"] for _, p in links(answer.headers["link"])}
    assert client.get("/nowhere/latest").status_code == 404
    assert client.get("/nowhere/timegate").status_code == 404


def test_dates_are_written_as_http_does() -> None:
    moment = datetime(2026, 12, 1, tzinfo=UTC)
    assert memento.write(moment) == "Tue, 01 Dec 2026 00:00:00 GMT"
    assert memento.read(memento.write(moment)) == moment
