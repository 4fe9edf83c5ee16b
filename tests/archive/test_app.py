"""The application sends the export's bytes, with the headers that caches, archives and browsers need."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from archive import app as application
from archive import responses, site
from archive.proof import CHECKPOINT, LOG, Log
from policy_versions.release import Record
from tests.policy_versions.gitmaker import GitMaker

if TYPE_CHECKING:
    from httpx2 import Response

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass
class Served:
    """The application over the sample, at a time that the test sets."""

    client: TestClient
    app: application.ArchiveApp
    now: datetime = NOW

    def get(self, path: str, **headers: str) -> Response:
        named = {k.replace("_", "-"): v for k, v in headers.items()}
        return self.client.get(path, headers={"accept-encoding": "identity"} | named, follow_redirects=False)

    def later(self, moment: datetime) -> None:
        self.now = moment
        self.app.archive.fresh_until = 0.0


@pytest.fixture
def served(repository: GitMaker) -> Iterator[Served]:
    holder: list[Served] = []
    app = application.create_app(repository.root, clock=lambda: holder[0].now if holder else NOW)
    with TestClient(app) as client:
        holder.append(Served(client, app))
        yield holder[0]
    app.archive.index.close()


def test_every_page_is_byte_for_byte_that_of_the_export(served: Served, repository: GitMaker) -> None:
    with Record.open(repository.root) as record:
        data, checkpoint = (record.repository.read(record.head, name) or b"" for name in (LOG, CHECKPOINT))
        made = {p.path: p.content for p in site.pages(record, today=date(2026, 11, 22), log=Log(data, checkpoint))}
    assert len(made) > 60
    for path, content in made.items():
        answer = served.get(f"/{path.removesuffix('index.html')}")
        assert answer.status_code == 200, path
        assert answer.content == content, path
        again = served.client.get(f"/{path.removesuffix('index.html')}", headers={"accept-encoding": "gzip"})
        assert again.content == content, path


def test_every_answer_has_the_security_headers(served: Served) -> None:
    for path in ("/", "/privacy/", "/nowhere", "/api/v1/policies", "/api/v1/x", "/privacy/timegate", "/on/?date=x"):
        headers = served.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'self'"), path
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


def test_a_text_is_immutable_and_its_digest_is_that_of_the_record(served: Served) -> None:
    answer = served.client.get("/privacy/v1.0.1/zh-CN.md", headers={"accept-encoding": "gzip"})
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "content-encoding" not in answer.headers
    digest = base64.b64encode(hashlib.sha256(answer.content).digest()).decode()
    assert answer.headers["repr-digest"] == f"sha-256=:{digest}:"


@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_what_is_known_is_not_sent_again(served: Served, coding: str) -> None:
    for _ in range(2):
        first = served.get("/privacy/v1.0.1/zh-CN/", accept_encoding=coding)
        assert first.headers["cache-control"] == "no-cache"
        same = served.get("/privacy/v1.0.1/zh-CN/", accept_encoding=coding, if_none_match=first.headers["etag"])
        assert (same.status_code, same.content) == (304, b"")
        assert same.headers["etag"] == first.headers["etag"]
        assert served.get("/privacy/v1.0.1/zh-CN/", if_none_match='"other"').status_code == 200


def test_codings_have_tags_of_their_own(served: Served) -> None:
    plain = served.get("/privacy/")
    packed = served.get("/privacy/", accept_encoding="br, gzip;q=0.8")
    refused = served.get("/privacy/", accept_encoding="gzip;q=0")
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["etag"] != plain.headers["etag"]
    assert "content-encoding" not in refused.headers
    assert "accept-encoding" in plain.headers["vary"]


def test_head_is_get_without_a_body(served: Served) -> None:
    for path in ("/privacy/", "/privacy/"):
        got, head = served.get(path), served.client.head(path, headers={"accept-encoding": "identity"})
        assert head.content == b""
        assert head.headers["content-length"] == got.headers["content-length"]


def test_a_new_day_shows_at_once(served: Served) -> None:
    path = "/privacy/v2.0.0/zh-CN/"
    assert "已公布" in served.get(path).text
    served.later(datetime(2026, 11, 30, 15, 59, tzinfo=UTC))
    assert "已公布" in served.get(path).text
    served.later(datetime(2026, 11, 30, 16, 0, tzinfo=UTC))  # midnight in Shanghai
    assert "现行有效，自" in served.get(path).text
    assert served.get("/privacy/latest").headers["location"] == "v2.0.0/zh-CN/"


def test_a_new_release_shows_without_a_restart(served: Served, repository: GitMaker) -> None:
    assert served.get("/privacy/v1.0.1/zh-CN/").status_code == 200
    repository.git("tag", "-d", "privacy/v2.0.0")
    served.later(NOW)
    assert served.get("/privacy/v2.0.0/zh-CN/").status_code == 404


def test_the_date_form_leads_to_the_day(served: Served) -> None:
    answer = served.get("/on/?policy=privacy&date=2024-12-31")
    assert (answer.status_code, answer.headers["location"]) == (303, "../privacy/on/2024-12-31/")
    assert served.get("/on/en/?date=2024-12-31").headers["location"] == "../../privacy/on/2024-12-31/en/"
    assert served.get("/on/index.html?date=2024-12-31").headers["location"] == "../privacy/on/2024-12-31/"
    assert "请按 年-月-日 填写日期" in served.get("/on/?policy=privacy&date=gestern").text
    assert "请按" not in served.get("/on/").text
    page = served.get("/privacy/on/2024-12-31/")
    assert "第 1.0.0 版" in page.text


def test_the_comparison_form_leads_to_the_redline_in_order(served: Served) -> None:
    for old, new in (("1.0.0", "2.0.0"), ("2.0.0", "1.0.0")):
        answer = served.get(f"/privacy/compare/?old={old}&new={new}")
        assert answer.headers["location"] == "../v1.0.0..v2.0.0/zh-CN/"
    assert served.get("/privacy/compare/en/?old=1.0.0&new=1.0.0").headers["location"] == "../../v1.0.0/en/"
    assert served.get("/privacy/v2.0.0..v1.0.0/zh-CN/").status_code == 200


def test_addresses_of_the_export_lead_to_the_permanent_ones(served: Served) -> None:
    answer = served.get("/privacy/index.html")
    assert (answer.status_code, answer.headers["location"]) == (308, "./")
    assert served.get("/privacy").headers["location"] == "privacy/"
    assert served.get("/privacy/v1.0.1/").headers["location"] == "zh-CN/"


def test_an_unknown_address_is_a_page_with_the_nearest_versions(served: Served) -> None:
    answer = served.get("/privacy/v1.0.9/en/")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "Page not found" in answer.text
    assert "../../v1.0.1/en/" in answer.text
    for odd in (
        "/%2e%2e/%2e%2e/etc/passwd",
        "/static/../policy.toml",
        "/privacy/v1.0.1/zh-CN.md.bak",
        "/%00",
        "/a%0d%0ab",
    ):
        assert served.get(odd).status_code == 404, odd


def test_only_reading_is_allowed(served: Served) -> None:
    answer = served.client.post("/privacy/")
    assert answer.status_code == 405
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_api_lists_and_answers_by_date(served: Served) -> None:
    assert [p["id"] for p in served.get("/api/v1/policies").json()["policies"]] == ["privacy"]
    assert served.get("/api/v1/policies/privacy").json()["in_force"] == "1.0.1"
    version = served.get("/api/v1/policies/privacy/versions/2.0.0").json()
    assert version["effective_on"] == "2026-12-01"
    assert version["status"] == "announced"
    on = served.get("/api/v1/versions?policy=privacy&on=2024-06-01").json()
    assert [v["number"] for v in on["versions"]] == ["1.0.0"]
    first = served.get("/api/v1/versions?limit=3").json()
    rest = served.get(f"/api/v1/versions?limit=3&cursor={first['next_cursor']}").json()
    assert len(first["versions"]) + len(rest["versions"]) == first["total"] == 4
    assert rest["next_cursor"] is None


@pytest.mark.parametrize(
    ("path", "status", "pointer"),
    [
        ("/api/v1/policies/nowhere", 404, "#/policy"),
        ("/api/v1/policies/privacy/versions/9", 404, "#/number"),
        ("/api/v1/versions?on=tomorrow", 400, "#/on"),
        ("/api/v1/versions?limit=-1", 400, "#/limit"),
        ("/api/v1/what", 404, ""),
    ],
)
def test_api_errors_are_problems(served: Served, path: str, status: int, pointer: str) -> None:
    answer = served.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = json.loads(answer.content)
    assert problem["status"] == status
    assert problem["title"]
    assert [e["pointer"] for e in problem.get("errors", [])] == ([pointer] if pointer else [])


def test_answers_held_in_memory_are_bounded() -> None:
    held = responses.Shelved(1000)
    answer = replace(responses.prepare(b"x" * 400, "text/plain", {}), packed=b"")
    for name in "abcd":
        held.put(name, answer)
    assert [name for name in "abcd" if held.get(name)] == ["c", "d"]


def test_a_date_typed_into_an_address_without_its_slash_is_kept(served: Served) -> None:
    answer = served.get("/on?policy=privacy&date=2024-05-01")
    assert (answer.status_code, answer.headers["location"]) == (308, "on/?policy=privacy&date=2024-05-01")
