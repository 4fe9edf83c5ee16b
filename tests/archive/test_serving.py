"""What `archive serve` opens beside the archive: the pages where people answer, and notices for the company's site."""

from __future__ import annotations

import os
import socket
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from starlette.applications import Starlette
from starlette.testclient import TestClient

from archive.app import create_app
from archive.cli import archive
from archive.consent_pages import Service, missing, open_service, routes
from notifier.cases import Decision
from notifier.consent_log import Method
from notifier.desk import Desk
from notifier.links import answer_url, token_of
from notifier.model import Message, Notice
from notifier.settings import Settings
from notifier.store import banners, recipients
from tests.consent_site import NOW, PEOPLE, SECRETS, Site, build
from tests.policy_versions.gitmaker import GitMaker

KEY = "site-key"


def banner(site: Site, delivery: int, person: str) -> None:
    """Put a notice on the company's own pages, as the channel does."""
    words = Notice("zh-CN", "变更", "", "", "", "有变更", "", "", "", "privacy-4.0.0-announce")
    link = answer_url("https://policies.example.com", SECRETS, person, words.campaign, person)
    banners.put(site.desk.database, [Message(delivery, person, person, link, "", words)], NOW)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = build(tmp_path)
    for number, person in enumerate(("u-adult", "u-english"), 1):
        banner(made, number, person)
    return made


def client(site: Site, key: str = KEY) -> TestClient:
    return TestClient(Starlette(routes=routes(Service(site.desk, None, site.clock, key))))


def shown(site: Site, person: str) -> list[str]:
    answer = client(site).get("/api/v1/banners", params={"person": person}, headers={"authorization": f"Bearer {KEY}"})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-store"
    return [one["title"] for one in answer.json()["banners"]]


def answer(site: Site, decision: Decision) -> None:
    case = site.desk.case(site.desk.person("u-adult"), "u-adult", site.releases[1], site.now, "zh-CN")
    for question in case.questions:
        site.desk.record(case, question.items, decision, Method.PAGE, "the screen")


def test_a_notice_is_shown_on_the_own_pages_until_it_is_answered(site: Site) -> None:
    assert shown(site, "u-adult") == ["变更"]
    answer(site, Decision.DECLINE)
    assert shown(site, "u-adult") == []
    assert shown(site, "u-english") == ["变更"]
    assert shown(site, "nobody") == []


def test_who_said_later_is_left_alone_for_two_days(site: Site) -> None:
    answer(site, Decision.LATER)
    assert shown(site, "u-adult") == []
    site.now = NOW + timedelta(hours=48)
    assert shown(site, "u-adult") == ["变更"]


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", f"Basic {KEY}", "Bearer ключ"])
def test_without_the_key_of_the_site_nobody_learns_of_persons(site: Site, header: str) -> None:
    there = client(site).get(
        "/api/v1/banners", params={"person": "u-adult"}, headers={"authorization": header.encode()}
    )
    assert there.status_code == 401
    assert there.headers["content-type"] == "application/problem+json"
    assert "变更" not in there.text


def test_without_a_key_there_is_no_such_page(site: Site) -> None:
    assert client(site, "").get("/api/v1/banners", headers={"authorization": "Bearer "}).status_code == 404


def test_a_request_for_nobody_is_told(site: Site) -> None:
    assert client(site).get("/api/v1/banners", headers={"authorization": f"Bearer {KEY}"}).status_code == 400


# the command


@pytest.fixture
def bare_env(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("POLICYCTL_")]:
        monkeypatch.delenv(name)


@pytest.mark.usefixtures("bare_env")
def test_what_the_personal_pages_lack_is_named(repository: GitMaker) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:  # so that the command ends before it serves
        port = str(taken.getsockname()[1])
        done = CliRunner().invoke(archive, ["serve", "-C", str(repository.root), "--port", port])
    assert done.exit_code == 2
    assert "POLICYCTL_SECRET_KEY" in done.output
    assert "notifier.db" in done.output
    assert f"cannot listen on 127.0.0.1:{port}" in done.output
    assert "Traceback" not in done.output


@pytest.mark.usefixtures("bare_env")
def test_with_people_and_a_secret_everything_is_served_together(repository: GitMaker) -> None:
    env = {"POLICYCTL_SECRET_KEY": "secret"}
    root = repository.root
    assert len(missing(root, {})) == 2
    desk = Desk.open(root, env)
    recipients.save(desk.database, PEOPLE, NOW)
    assert missing(root, env) == missing(root / "policies", env) == []
    service = open_service(root, env, lambda: NOW)
    app = create_app(root, clock=lambda: NOW, consent=service)
    with TestClient(app) as served:
        assert served.get("/").status_code == 200
        assert served.get("/choices/" + token_of(desk.choices_url("u-adult"))).status_code == 200
        assert served.get("/choices/garbled").status_code == 404
    app.archive.index.close()
    for opened in (desk, service.desk):
        opened.database.close()


def test_a_database_by_its_address_is_not_looked_for_on_disk(repository: GitMaker) -> None:
    env = {"POLICYCTL_SECRET_KEY": "secret", "POLICYCTL_DATABASE_URL": "postgresql://db.example.com/x"}
    assert missing(repository.root, env) == []
    assert Settings.load(env, repository.root).site_key == ""
