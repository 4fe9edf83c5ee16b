"""The relay: everybody once, whatever fails on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from notifier import campaigns, journal
from notifier.channels import Channel, Opening, TransientError
from notifier.channels.in_app import InApp
from notifier.channels.memory import Memory
from notifier.journal import Journal
from notifier.model import CampaignStatus, DeliveryEvent, Message, Recipient, SendResult, State
from notifier.outbox import ATTEMPTS, LEASE, Relay, backoff, check
from notifier.settings import Settings
from notifier.store import campaigns as stored
from notifier.store import chunks, deliveries, ledger, recipients
from notifier.store.chunks import LeaseLostError
from notifier.store.engine import Database
from policy_versions.errors import ConfigError
from policy_versions.model import Publisher, Release
from tests.notifier.conftest import Clock


def crowd(count: int, *special: tuple[str, str]) -> list[Recipient]:
    """Make grown-up people with an address in memory; `special` are (id, address)."""
    pairs = [*((f"p{n:04}", f"p{n:04}") for n in range(count)), *special]
    return [
        Recipient(name, "en", age_band="18+", addresses={"memory": to, "email": f"{name}@example.org"})
        for name, to in pairs
    ]


@pytest.fixture
def begin(database: Database, release: Release, publisher: Publisher, now: datetime) -> Callable[..., str]:
    """Give a function that plans and starts a campaign over these channels for these people."""

    def start(people: list[Recipient], *channels: str) -> str:
        recipients.save(database, people, now)
        by = replace(publisher, channels=channels)
        campaign = replace(campaigns.draft(release, by, now), channels=channels)
        campaigns.plan(database, campaign, now)
        stored.start(database, campaign.id, "lin", now)
        return campaign.id

    return start


def states(database: Database, campaign: str) -> dict[tuple[str, str], int]:
    """Count by channel and state."""
    found: Counter[tuple[str, str]] = Counter()
    for one in ledger.counts(database, campaign):
        found[one.channel, one.state.value] += one.number
    return dict(found)


def relay(database: Database, settings: Settings, clock: Clock, memory: Channel | None = None) -> Relay:
    """Make a relay whose memory channel is this one."""
    taken = memory or Memory()

    def choose(name: str, opening: Opening) -> Channel:
        return InApp(opening) if name == "in_app" else taken

    return Relay(database, settings, clock=clock, chance=lambda: 0.5, channels=choose)


def test_everybody_is_told_once(
    database: Database, settings: Settings, clock: Clock, begin: Callable[..., str]
) -> None:
    campaign = begin(crowd(1100), "memory", "in_app")
    memory = Memory()
    total = relay(database, settings, clock, memory).run(campaign)
    assert total == {State.SENT: 2200}
    assert states(database, campaign) == {("memory", "sent"): 1100, ("in_app", "sent"): 1100}
    assert Counter(message.to for message in memory.sent) == Counter(f"p{n:04}" for n in range(1100))
    assert len({message.key for message in memory.sent}) == 1100
    assert stored.get(database, campaign).status is CampaignStatus.DONE
    assert list(settings.journal.iterdir()) == []
    assert relay(database, settings, clock, memory).run(campaign) == {}


def test_only_a_running_campaign_sends(
    database: Database, settings: Settings, clock: Clock, begin: Callable[..., str]
) -> None:
    campaign = begin(crowd(3), "memory")
    stored.transition(database, campaign, (CampaignStatus.RUNNING,), CampaignStatus.PAUSED)
    assert relay(database, settings, clock).run(campaign) == {}
    assert states(database, campaign) == {("memory", "pending"): 3}
    stored.transition(database, campaign, (CampaignStatus.PAUSED,), CampaignStatus.CANCELLED)
    assert states(database, campaign) == {("memory", "cancelled"): 3}


def test_who_cannot_be_reached_moves_to_the_next_channel(
    database: Database, settings: Settings, clock: Clock, begin: Callable[..., str]
) -> None:
    campaign = begin(crowd(2, ("q", "refused-q")), "memory", "email", "in_app")
    memory = Memory()
    relay(database, settings, clock, memory).run(campaign)
    assert states(database, campaign) == {
        ("memory", "sent"): 2,
        ("memory", "failed"): 1,
        ("email", "sent"): 1,
        ("in_app", "sent"): 3,
    }
    assert [message.to for message in memory.sent] == ["p0000", "p0001", "q@example.org"]
    told = {one.channel: one for one in ledger.told(database, "q")}
    assert told["memory"].events[-1].detail == "550 no such mailbox"
    assert told["email"].message_id != told["memory"].message_id


def test_what_may_work_later_is_tried_again_and_given_up_in_the_end(
    database: Database, settings: Settings, clock: Clock, begin: Callable[..., str]
) -> None:
    campaign = begin(crowd(2, ("q", "later-q")), "memory", "in_app")
    memory = Memory()
    worker = relay(database, settings, clock, memory)
    waits = []
    for _ in range(ATTEMPTS):
        worker.run(campaign, once=True)
        due = chunks.next_due(database, campaign)
        if due is not None:
            waits.append(due - clock.at)
            clock.at = due
    assert waits == [timedelta(seconds=45 * 2**n) for n in range(ATTEMPTS - 1)]
    assert [message.to for message in memory.sent] == ["p0000", "p0001"]
    told = next(one for one in ledger.told(database, "q") if one.channel == "memory")
    assert [event.state for event in told.events] == [State.PENDING] * (ATTEMPTS - 1) + [State.FAILED]
    assert told.events[-1].detail == f"given up after {ATTEMPTS} attempts: 450 try again later"
    assert stored.get(database, campaign).status is CampaignStatus.DONE


def test_backoff_doubles_up_to_hours_and_half_of_it_is_chance() -> None:
    assert [backoff(n, 1.0).total_seconds() for n in (1, 2, 3, 40)] == [60, 120, 240, 14400]
    assert backoff(1, 0.0).total_seconds() == 30


class Dying(Memory):
    """Sends a few messages, then fails as it is told, with one message on its way."""

    def __init__(self, after: int, error: BaseException) -> None:
        super().__init__()
        self.after, self.error = after, error

    def send(self, messages: Iterator[Message]) -> Iterator[tuple[Message, SendResult]]:
        """Send until it is time to fail."""
        for message in messages:
            self.sent.append(message)
            if len(self.sent) > self.after:
                raise self.error
            yield message, SendResult(State.SENT)


def test_a_fault_in_the_middle_leaves_one_message_in_doubt(
    database: Database, settings: Settings, clock: Clock, begin: Callable[..., str]
) -> None:
    campaign = begin(crowd(10), "memory")
    with pytest.raises(ZeroDivisionError):
        relay(database, settings, clock, Dying(4, ZeroDivisionError())).run(campaign)
    assert states(database, campaign) == {("memory", "sent"): 4, ("memory", "in-doubt"): 1, ("memory", "pending"): 5}
    (wait,) = chunks.waiting(database, campaign)
    assert (wait[0], wait[2], wait[3]) == ("memory", "ZeroDivisionError: ", 1)
    clock.at += timedelta(minutes=2)
    memory = Memory()
    relay(database, settings, clock, memory).run(campaign)
    assert [message.to for message in memory.sent] == [f"p{n:04}" for n in range(4, 10)]
    assert states(database, campaign) == {("memory", "sent"): 10}
    assert [event.state for event in ledger.told(database, "p0004")[0].events] == [State.IN_DOUBT, State.SENT]


def test_a_server_that_is_away_costs_nobody_an_attempt(
    database: Database, settings: Settings, clock: Clock, begin: Callable[..., str]
) -> None:
    campaign = begin(crowd(10), "memory")
    away = Dying(4, TransientError("no connection"))
    relay(database, settings, clock, away).run(campaign, once=True)
    assert chunks.waiting(database, campaign)[0][2] == "no connection"
    assert ledger.told(database, "p0009")[0].events == ()


def dead(database: Database, settings: Settings, clock: Clock, done: int, flying: int) -> chunks.Lease:
    """Leave a chunk as a killed worker leaves it: some answered, some on their way, nothing in the database."""
    lease = chunks.lease(database, clock.at, clock.at + LEASE)
    assert lease is not None
    todo, _states = deliveries.load(database, lease)
    with Journal(settings.journal, lease) as notes:
        for number, delivery in enumerate(todo[: done + flying]):
            notes.started(delivery.id)
            if number < done:
                notes.answered(DeliveryEvent(delivery.id, State.SENT, clock.at, "id", "è 答"))
    return lease


def test_a_killed_worker_is_found_by_its_journal_at_once(
    database: Database, settings: Settings, clock: Clock, begin: Callable[..., str]
) -> None:
    campaign = begin(crowd(10), "memory")
    lease = dead(database, settings, clock, done=4, flying=2)
    memory = Memory()
    worker = relay(database, settings, clock, memory)
    assert worker.run_chunk() is None
    assert worker.revive() == 1
    assert worker.run(campaign) == {State.SENT: 6}
    assert [message.to for message in memory.sent] == [f"p{n:04}" for n in range(4, 10)]
    told = {person: ledger.told(database, person)[0].events for person in ("p0003", "p0005", "p0006")}
    assert [(e.state, e.provider_id, e.detail) for e in told["p0003"]] == [(State.SENT, "id", "è 答")]
    assert [e.state for e in told["p0005"]] == [State.IN_DOUBT, State.SENT]
    assert [e.state for e in told["p0006"]] == [State.SENT]
    assert list(settings.journal.iterdir()) == []
    with pytest.raises(LeaseLostError):
        deliveries.record(database, lease, [], retry_at=None, now=clock.at)


def test_a_worker_lost_with_its_journal_leaves_its_whole_chunk_in_doubt(
    database: Database, settings: Settings, clock: Clock, begin: Callable[..., str]
) -> None:
    campaign = begin(crowd(10), "memory")
    dead(database, settings, clock, done=4, flying=2)
    journal.drop(settings.journal.iterdir())
    worker = relay(database, settings, clock)
    assert worker.revive() == 0
    clock.at += LEASE
    assert worker.run(campaign) == {State.SENT: 10}
    assert {ledger.told(database, f"p{n:04}")[0].events[0].state for n in range(10)} == {State.IN_DOUBT}


def test_a_living_worker_is_left_alone(
    database: Database, settings: Settings, clock: Clock, begin: Callable[..., str]
) -> None:
    begin(crowd(10), "memory")
    lease = chunks.lease(database, clock.at, clock.at + LEASE)
    assert lease is not None
    with Journal(settings.journal, lease):
        assert relay(database, settings, clock).revive() == 0
        assert relay(database, settings, clock).run_chunk() is None


def test_who_lost_its_lease_writes_nothing(
    database: Database, settings: Settings, clock: Clock, begin: Callable[..., str]
) -> None:
    campaign = begin(crowd(3), "memory")
    old = chunks.lease(database, clock.at, clock.at + LEASE)
    clock.at += LEASE
    new = chunks.lease(database, clock.at, clock.at + LEASE)
    assert old is not None
    assert new is not None
    assert new.token == old.token + 1
    late = [DeliveryEvent(1, State.SENT, clock.at)]
    with pytest.raises(LeaseLostError):
        deliveries.record(database, old, late, retry_at=None, now=clock.at)
    with pytest.raises(LeaseLostError):
        deliveries.note(database, old, late)
    with pytest.raises(LeaseLostError):
        chunks.renew(database, old, clock.at + LEASE)
    assert states(database, campaign) == {("memory", "sending"): 3}


def test_a_pause_stops_within_the_chunk(
    database: Database, settings: Settings, clock: Clock, begin: Callable[..., str]
) -> None:
    campaign = begin(crowd(10), "memory")

    class Slow(Memory):
        def _keep(self, message: Message) -> str:
            clock.at += timedelta(seconds=10)
            if len(self.sent) == 2:
                stored.transition(database, campaign, (CampaignStatus.RUNNING,), CampaignStatus.PAUSED)
            return super()._keep(message)

    slow = Slow()
    relay(database, settings, clock, slow).run(campaign)
    assert len(slow.sent) == 3
    assert states(database, campaign) == {("memory", "sent"): 3, ("memory", "pending"): 7}
    stored.start(database, campaign, "lin", clock.at)
    memory = Memory()
    relay(database, settings, clock, memory).run(campaign)
    assert len(memory.sent) == 7


def test_what_is_missing_is_told_before_anything_is_sent(
    settings: Settings, release: Release, publisher: Publisher, now: datetime
) -> None:
    campaign = campaigns.draft(release, replace(publisher, email="", url=""), now)
    with pytest.raises(ConfigError) as caught:
        check(campaign, replace(settings, secrets=(), mail_from=""))
    assert [problem.split(":")[0] for problem in caught.value.problems] == [
        "POLICYCTL_SECRET_KEY",
        "POLICYCTL_SMTP_URL",
        "POLICYCTL_MAIL_FROM",
        "policy.toml",
    ]
