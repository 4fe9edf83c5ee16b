"""Mails over real SMTP on loopback: what arrives is what was meant, and what fails is told apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from email.utils import parsedate_to_datetime

import pytest

from notifier import campaigns, render
from notifier.channels import Opening, TransientError
from notifier.channels.email import Email
from notifier.compose import Composer, quoted_link
from notifier.model import LINK_MARK, Audience, Message, Notice, SendResult, State
from notifier.settings import Settings
from notifier.store.engine import Database
from policy_versions.errors import ConfigError
from policy_versions.model import Publisher, Release
from tests.notifier.sink import Handler, sink

LINK = "https://policies.example.com/answer/" + "aZ9_-" * 30 + ".sig=x"


@pytest.fixture
def notice(release: Release, publisher: Publisher, now: datetime) -> Notice:
    """Give the Chinese notice of the release."""
    campaign = campaigns.draft(release, publisher, now)
    return render.notice(campaign, "zh-CN", Audience.PERSON, "notice@example.com")


def message(notice: Notice, to: str = "anna@example.org", number: int = 1) -> Message:
    """Make a message to somebody."""
    return Message(number, to, to, LINK, f"<{number}@example.com>", notice)


@pytest.fixture
def opening(settings: Settings, now: datetime) -> Opening:
    """Give what the channel needs."""
    return Opening(settings, Database.open("sqlite://"), lambda: now)


@pytest.fixture
def server() -> Iterator[tuple[Handler, str]]:
    """Run a mail server."""
    with sink() as running:
        yield running


def send(channel: Email, *messages: Message) -> list[SendResult]:
    """Send messages and return what became of each."""
    return [result for _message, result in channel.send(iter(messages))]


def test_a_mail_arrives_as_it_was_meant(
    server: tuple[Handler, str], opening: Opening, notice: Notice, now: datetime
) -> None:
    handler, url = server
    channel = Email(url, opening)
    assert [result.status for result in send(channel, message(notice))] == [State.SENT]
    channel.close()
    (mail,) = handler.mails
    got = mail.message
    assert (mail.sender, mail.to) == ("notice@example.com", "anna@example.org")
    assert got["Subject"] == "《隐私政策》将于 2026-12-01 变更：新增广告合作方，需您单独同意"
    assert got["From"].addresses[0].display_name == "全民法务"
    assert got["From"].addresses[0].addr_spec == "notice@example.com"
    assert str(got["Reply-To"]) == "privacy@example.com"
    assert got["Message-ID"] == "<1@example.com>"
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["Content-Language"] == "zh-CN"
    assert parsedate_to_datetime(got["Date"]) == now
    assert "List-Unsubscribe" not in got
    assert not got.defects
    assert [part.get_content_type() for part in got.iter_parts()] == ["text/plain", "text/html"]
    assert mail.part("plain").replace("\r\n", "\n").strip() == message(notice).text.strip()
    assert mail.part("html").replace("\r\n", "\n").strip() == message(notice).html.strip()
    assert LINK in mail.part("plain")


def test_the_bytes_keep_the_rules_of_mail(notice: Notice, now: datetime) -> None:
    content = Composer().compose(message(notice), now)
    assert re.search(rb"(?<!\r)\n|\r(?!\n)", content) is None
    lines = content.split(b"\r\n")
    assert max(map(len, lines)) <= 100
    assert not any(line.startswith(b".") for line in lines)
    assert content.isascii()
    assert LINK_MARK.encode() not in content
    assert content.count(b"\r\nSubject: ") == 1


def test_links_survive_whatever_their_length_and_signs() -> None:
    import quopri  # noqa: PLC0415 - the reader's side

    for length in range(60, 160):
        for tail in ("", "=", ".", "=.="):
            link = "https://e.org/" + "x" * length + tail + "." * 80
            assert quopri.decodestring(b"a " + quoted_link(link) + b"b") == b"a " + link.encode() + b"b"
            assert max(map(len, quoted_link(link).split(b"\r\n"))) <= 76
    with pytest.raises(ValueError, match="no link may"):
        quoted_link("https://e.org/\r\nBcc: all")


def test_the_connection_is_kept(server: tuple[Handler, str], opening: Opening, notice: Notice) -> None:
    handler, url = server
    channel = Email(url, opening)
    results = send(channel, *(message(notice, number=n) for n in range(20)))
    send(channel, message(notice, number=20))
    channel.close()
    assert {result.status for result in results} == {State.SENT}
    assert (len(handler.mails), handler.connections) == (21, 1)


def test_refusals_are_told_apart_and_stop_nobody_else(
    server: tuple[Handler, str], opening: Opening, notice: Notice
) -> None:
    handler, url = server
    handler.answers = {"gone": ["550 5.1.1 no such user"], "busy": ["451 4.3.0 try later"]}
    channel = Email(url, opening)
    results = send(channel, *(message(notice, f"{name}@example.org") for name in ("gone", "busy", "anna", "busy")))
    channel.close()
    assert [(result.status, result.detail) for result in results] == [
        (State.FAILED, "550 5.1.1 no such user"),
        (State.PENDING, "451 4.3.0 try later"),
        (State.SENT, ""),
        (State.SENT, ""),
    ]
    assert [mail.to for mail in handler.mails] == ["anna@example.org", "busy@example.org"]


def test_a_line_cut_before_the_answer_leaves_doubt_and_the_rest_goes_on(opening: Opening, notice: Notice) -> None:
    with sink(silent_after=2) as (handler, url):
        channel = Email(url, opening)
        results = send(channel, *(message(notice, number=n) for n in range(4)))
        channel.close()
    assert [result.status for result in results] == [State.SENT, State.IN_DOUBT, State.SENT, State.SENT]
    assert len(handler.mails) == 4


def test_a_kept_connection_that_died_is_opened_again(opening: Opening, notice: Notice) -> None:
    with sink() as (handler, url):
        channel = Email(url, opening)
        send(channel, message(notice))
        assert channel._server is not None
        assert channel._server.sock is not None
        channel._server.sock.shutdown(2)
        assert [result.status for result in send(channel, message(notice, number=2))] == [State.SENT]
        channel.close()
    assert (len(handler.mails), handler.connections) == (2, 2)


def test_no_server_is_a_reason_to_wait(opening: Opening, notice: Notice) -> None:
    with sink() as (_handler, url):
        pass
    results: list[SendResult] = []
    with pytest.raises(TransientError, match="no connection"):
        results.extend(result for _message, result in Email(url, opening).send(iter([message(notice)])))
    assert [result.status for result in results] == []


def test_addresses_beyond_ascii_need_a_server_that_takes_them(
    server: tuple[Handler, str], opening: Opening, notice: Notice
) -> None:
    channel = Email(server[1], opening)
    (result,) = send(channel, message(notice, "李@例子.中国"))
    channel.close()
    assert (result.status, "SMTPUTF8" in result.detail) == (State.FAILED, True)
    with sink(utf8=True) as (handler, url):
        able = Email(url, opening)
        assert [one.status for one in send(able, message(notice, "李@例子.中国"))] == [State.SENT]
        able.close()
    assert handler.mails[0].to == "李@例子.中国"


def test_a_header_cannot_begin_another(notice: Notice, now: datetime) -> None:
    with pytest.raises(ValueError, match="line end"):
        Composer().compose(message(notice, "a@example.org\r\nBcc: all@example.org"), now)
    with pytest.raises(ValueError, match="line end"):
        Composer().compose(message(replace(notice, subject="a\nBcc: all@example.org")), now)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://example.org", "not the address of a mail server"),
        ("smtp://", "not the address of a mail server"),
        ("smtp://example.org:port", "not the address of a mail server"),
        ("smtp://me:secret@example.org", "a password needs smtps"),
    ],
)
def test_bad_addresses_of_servers_are_told(opening: Opening, url: str, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        Email(url, opening)


def test_each_person_gets_their_own_link(server: tuple[Handler, str], opening: Opening, notice: Notice) -> None:
    handler, url = server
    links = [f"https://e.org/answer/{'k' * n}" for n in (10, 200)]
    channel = Email(url, opening)
    make: Callable[[int], Message] = lambda n: replace(message(notice, number=n), link=links[n])  # noqa: E731
    send(channel, make(0), make(1))
    channel.close()
    for mail, link, other in zip(handler.mails, links, reversed(links), strict=True):
        for part in (mail.part("plain"), mail.part("html")):
            found = re.findall(r"https://e\.org/answer/k+", part)
            assert set(found) == {link}
            assert other not in found
