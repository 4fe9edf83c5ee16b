"""One contract over every channel: whatever is added as a file is held to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from notifier import campaigns, channels, render
from notifier.channels import Channel, Opening, PermanentError, TransientError, one_by_one, open_channel
from notifier.model import Audience, DeliveryEvent, Kind, Message, Recipient, SendResult, State
from notifier.settings import Settings
from notifier.store import banners, deliveries, ledger, recipients
from notifier.store import campaigns as stored
from notifier.store.engine import Database
from policy_versions.errors import ConfigError
from policy_versions.model import Publisher, Release, ReleaseStatus
from tests.notifier.sink import Handler, sink

Make = Callable[[str, int], list[Message]]
NAMES = [pytest.param(name, id=name) for name in channels.NAMES]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Give one database: the stores are tested on both elsewhere."""
    with Database.open(f"sqlite:///{tmp_path}/notifier.db") as database:
        database.create()
        yield database


@pytest.fixture
def server() -> Iterator[tuple[Handler, str]]:
    """Run a mail server that refuses and delays whom the memory channel refuses and delays."""
    answers = {"refused": ["550 no such mailbox"] * 9, "later": ["450 try again later"] * 9}
    with sink(answers=answers) as running:
        yield running


@pytest.fixture
def opening(settings: Settings, database: Database, server: tuple[Handler, str], now: datetime) -> Opening:
    """Give what channels need to open themselves."""
    return Opening(replace(settings, smtp_url=server[1]), database, lambda: now)


@pytest.fixture
def make(database: Database, release: Release, publisher: Publisher, now: datetime) -> Make:
    """Give a function that plans a campaign on a channel and makes its messages."""

    def messages(channel: str, count: int) -> list[Message]:
        names = [f"p{n}" for n in range(count)]
        people = [Recipient(n, "en", age_band="18+", addresses={channel: f"{n}@example.org"}) for n in names]
        recipients.save(database, people, now)
        campaign = replace(campaigns.draft(release, publisher, now), channels=(channel,))
        campaigns.plan(database, campaign, now)
        notice = render.notice(campaign, "en", Audience.PERSON, "notice@example.com")
        made = []
        for number, name in enumerate(names, start=1):
            to = name if channel == "in_app" else f"{name}@example.org"
            link = f"https://policies.example.com/answer/{name}"
            made.append(Message(number, name, to, link, f"<{name}@example.com>", notice))
        return made

    return messages


@pytest.mark.parametrize("name", NAMES)
def test_each_message_gets_one_result_and_none_is_pulled_too_early(name: str, opening: Opening, make: Make) -> None:
    channel: Channel = open_channel(name, opening)
    messages = make(name, 20)
    assert channel.name == name
    results = list(channel.send(iter(messages)))
    assert [message for message, _result in results] == messages
    assert {result.status for _message, result in results} == {State.SENT}
    assert list(channel.send(iter([]))) == []
    channel.close()
    again = list(channel.send(iter(messages[:1])))
    assert [result.status for _message, result in again] == [State.SENT]
    channel.close()
    channel.close()


@pytest.mark.parametrize("name", NAMES)
def test_results_come_before_everything_is_pulled(name: str, opening: Opening, make: Make) -> None:
    pulled: list[int] = []

    def feed() -> Iterator[Message]:
        for message in make(name, 1200):
            pulled.append(message.delivery_id)
            yield message

    channel = open_channel(name, opening)
    stream = channel.send(feed())
    next(stream)
    assert len(pulled) <= 500
    channel.close()


@pytest.mark.parametrize("name", [p for p in NAMES if p.id != "in_app"])
def test_a_failed_message_stops_no_other(name: str, opening: Opening, make: Make) -> None:
    first, refused, later, last = make(name, 4)
    messages = [
        first,
        replace(refused, to="refused@example.org"),
        replace(later, to="later@example.org"),
        last,
    ]
    channel = open_channel(name, opening)
    results: list[SendResult] = [result for _message, result in channel.send(iter(messages))]
    channel.close()
    assert [result.status for result in results] == [State.SENT, State.FAILED, State.PENDING, State.SENT]
    assert results[1].detail == "550 no such mailbox"


def test_unknown_channels_are_told(opening: Opening) -> None:
    with pytest.raises(ConfigError, match=r"no such channel `pigeon` .allowed: email, in_app, memory"):
        open_channel("pigeon", opening)


def test_faults_of_one_message_are_told_apart(make: Make) -> None:
    errors = iter([PermanentError("never"), TransientError("later")])

    def send(message: Message) -> str:
        error = next(errors, None)
        if error:
            raise error
        return message.to

    results = [result for _message, result in one_by_one(send, iter(make("memory", 3)))]
    found = [(result.status, result.detail, result.provider_id) for result in results]
    assert found == [
        (State.FAILED, "never", ""),
        (State.PENDING, "later", ""),
        (State.SENT, "", "p2@example.org"),
    ]


def test_banners_are_written_once_and_a_recall_takes_them_back(
    database: Database, opening: Opening, make: Make, release: Release, publisher: Publisher, now: datetime
) -> None:
    channel = open_channel("in_app", opening)
    messages = make("in_app", 2)
    for _ in range(2):
        list(channel.send(iter(messages)))
    (banner,) = banners.of(database, "p0")
    assert (banner.policy, banner.number, banner.language) == ("privacy", "4.0.0", "en")
    assert banner.link == "https://policies.example.com/answer/p0"
    assert "you stay" in banner.body or "still applies to you" in banner.body
    for one in ledger.told(database, "p0"):
        deliveries.add_event(database, DeliveryEvent(one.delivery_id, State.SENT, now))
    withdrawn = replace(release, status=ReleaseStatus.WITHDRAWN)
    recall = campaigns.draft(withdrawn, publisher, now, kind=Kind.RECALL)
    campaigns.plan(database, recall, now)
    stored.start(database, recall.id, "lin", now)
    notice = render.notice(recall, "en", Audience.PERSON, "")
    back = replace(messages[0], delivery_id=_delivery(database, recall.id), notice=notice)
    list(channel.send(iter([back])))
    assert [one.kind for one in banners.of(database, "p0")] == ["recall"]
    assert [one.kind for one in banners.of(database, "p1")] == ["announce"]


def _delivery(database: Database, campaign: str) -> int:
    """Return the number of a delivery of a campaign."""
    return next(one.delivery_id for one in ledger.told(database, "p0") if one.campaign_id == campaign)
