"""The relay: takes chunks, sends outside any transaction, writes results in one commit. Loses nobody; doubles, when it
is killed, at most what was in flight, under the same Message-ID and named in doubt."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from notifier import journal, render
from notifier.campaigns import next_channel
from notifier.channels import Channel, Opening, TransientError, open_channel
from notifier.journal import Journal
from notifier.links import answer_url
from notifier.model import Audience, Campaign, Delivery, DeliveryEvent, Message, Notice, State
from notifier.settings import Settings
from notifier.store import campaigns, chunks, deliveries, recipients
from notifier.store.chunks import Lease, LeaseLostError
from notifier.store.deliveries import Planned
from notifier.store.engine import Database
from policy_versions.errors import ConfigError

LEASE: Final = timedelta(seconds=120)
RENEW: Final = timedelta(seconds=30)
FIRST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=4)
ATTEMPTS: Final = 6
_LEFT: Final = (State.PENDING, State.IN_DOUBT)


def backoff(attempt: int, chance: float) -> timedelta:
    """Return how long to wait after the `attempt`-th failure (from 1): doubling, half of it by chance (0 to 1).

    The jitter keeps workers that failed together from coming back together.
    """
    full: timedelta = min(FIRST_WAIT * 2 ** min(attempt - 1, 20), LONGEST_WAIT)
    return full / 2 + full / 2 * chance


@dataclass(slots=True)
class _Work:
    """What is known of the chunk in hand."""

    lease: Lease
    campaign: Campaign
    todo: list[Delivery]
    events: list[DeliveryEvent] = field(default_factory=list)
    open: set[int] = field(default_factory=set)
    stopped: str = ""

    def left(self) -> bool:
        """Say whether anything is still to be sent."""
        return any(event.state in _LEFT for event in self.events) or len(self.events) < len(self.todo)


class Relay:
    """Sends what is due, one chunk after the other. Not for two threads at once: each has its own."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        *,
        clock: Callable[[], datetime],
        chance: Callable[[], float] = random.random,
        channels: Callable[[str, Opening], Channel] = open_channel,
        stop: threading.Event | None = None,
    ) -> None:
        self.database, self.settings, self.clock, self.chance = database, settings, clock, chance
        self.stop = stop or threading.Event()
        self._open = channels
        self._channels: dict[str, Channel] = {}
        self._campaigns: dict[str, Campaign] = {}
        self._notices: dict[tuple[str, str, Audience], Notice] = {}

    def revive(self) -> int:
        """End the leases of workers that died on this machine, so that nobody waits for them; returns how many."""
        now = self.clock()
        return sum(
            chunks.abandon(self.database, dead.campaign_id, dead.channel, dead.chunk, dead.token, now)
            for dead in journal.orphans(self.settings.journal)
        )

    def run(self, campaign: str | None = None, *, once: bool = False) -> Counter[State]:
        """Send until nothing of the running campaigns (or of one) is left; `once` = until nothing is due now."""
        total: Counter[State] = Counter()
        try:
            while not self.stop.is_set():
                results = self.run_chunk(campaign)
                if results is not None:
                    total += results
                    continue
                due = chunks.next_due(self.database, campaign)
                if once or due is None:
                    break
                self.stop.wait(min(max((due - self.clock()).total_seconds(), 0.05), 5.0))
        finally:
            self.close()
        return total

    def run_chunk(
        self, campaign: str | None = None, channel: str | None = None, chunk: int | None = None
    ) -> Counter[State] | None:
        """Lease a chunk that is due and send it; return how many went how, or None when there is none."""
        now = self.clock()
        lease = chunks.lease(self.database, now, now + LEASE, campaign=campaign, channel=channel, chunk=chunk)
        if lease is None:
            return None
        try:
            return self._send(lease)
        except LeaseLostError:  # what this worker knows is in its journal and belongs to the one who holds the chunk
            return Counter()

    def _send(self, lease: Lease) -> Counter[State]:
        work = self._take_over(lease)
        with Journal(self.settings.journal, lease) as notes:
            try:
                self._exchange(work, notes)
            except BaseException as error:
                work.stopped = work.stopped or f"{type(error).__name__}: {error}"
                self._give_back(work)
                notes.settle()
                raise
            self._give_back(work)
            notes.settle()
        if not work.left():
            campaigns.finish(self.database, lease.campaign_id)
        return Counter(event.state for event in work.events)

    def _take_over(self, lease: Lease) -> _Work:
        """Load a chunk, and write down first what the journals of dead workers say about it."""
        todo, states = deliveries.load(self.database, lease)
        past = journal.past(self.settings.journal, lease)
        now = self.clock()
        waiting = {delivery.id for delivery in todo}
        events = [event for event in past.answered if event.delivery_id in waiting]
        doubtful = past.doubtful & waiting
        if lease.taken_over and lease.token - 1 not in past.tokens:
            doubtful = frozenset(waiting - {event.delivery_id for event in events})  # its journal is elsewhere
        doubtful = frozenset(one for one in doubtful if states.get(one) is not State.IN_DOUBT)
        events += [DeliveryEvent(one, State.IN_DOUBT, now, detail="the worker died") for one in sorted(doubtful)]
        if events:
            deliveries.note(self.database, lease, events)
            todo, _states = deliveries.load(self.database, lease)
        journal.drop(past.files)
        return _Work(lease, self._campaign(lease.campaign_id), todo)

    def _exchange(self, work: _Work, notes: Journal) -> None:
        """Hand the messages to the channel and keep its answers."""
        attempts = {delivery.id: delivery.attempts for delivery in work.todo}
        try:
            channel = self._channel(work.lease.channel)
            for message, result in channel.send(self._feed(work, notes)):
                state, detail = result.status, result.detail
                if state in _LEFT and attempts[message.delivery_id] + 1 >= ATTEMPTS:
                    state, detail = State.FAILED, f"given up after {ATTEMPTS} attempts: {detail}"
                event = DeliveryEvent(message.delivery_id, state, self.clock(), result.provider_id, detail)
                notes.answered(event)
                work.open.discard(message.delivery_id)
                work.events.append(event)
        except TransientError as error:
            work.stopped = str(error)

    def _feed(self, work: _Work, notes: Journal) -> Iterator[Message]:
        """Yield messages while the lease is held and the campaign runs; note each before it leaves."""
        renewed = self.clock()
        for delivery in work.todo:
            now = self.clock()
            if self.stop.is_set():
                work.stopped = "stopped"
                return
            if now - renewed >= RENEW:
                renewed = now
                if not chunks.renew(self.database, work.lease, now + LEASE):
                    work.stopped = "paused"
                    return
            message = self._message(work.campaign, delivery)
            work.open.add(delivery.id)
            notes.started(delivery.id)
            yield message

    def _give_back(self, work: _Work) -> None:
        """Write all results and give the chunk back in one commit."""
        now = self.clock()
        lost = sorted(work.open)
        work.events += [DeliveryEvent(one, State.IN_DOUBT, now, detail=work.stopped) for one in lost]
        retry: datetime | None = None
        if work.left():
            polite = work.stopped in ("stopped", "paused")
            retry = now if polite else now + backoff(work.lease.attempts, self.chance())
        reasons = [event.detail for event in work.events if event.state in _LEFT]
        deliveries.record(
            self.database,
            work.lease,
            work.events,
            retry_at=retry,
            now=now,
            detail=(work.stopped or next(iter(reasons), "")) if retry else "",
            fallback=list(self._fallback(work)),
        )

    def _fallback(self, work: _Work) -> Iterator[Planned]:
        """Yield the next channel of those whom this one will never reach."""
        failed = {event.delivery_id for event in work.events if event.state is State.FAILED}
        if not failed:
            return
        hopeless = [delivery for delivery in work.todo if delivery.id in failed]
        with self.database.read() as connection:
            people = recipients.by_id(connection, (delivery.actor_id for delivery in hopeless))
        for delivery in hopeless:
            planned = next_channel(work.campaign, delivery, people.get(delivery.actor_id))
            if planned is not None:
                yield planned

    def _message(self, campaign: Campaign, delivery: Delivery) -> Message:
        key = (campaign.id, delivery.language, delivery.audience)
        notice = self._notices.get(key)
        if notice is None:
            sender = self.settings.mail_from or campaign.snapshot.publisher.email
            notice = render.notice(campaign, delivery.language, delivery.audience, sender)
            self._notices[key] = notice
        url, secrets = campaign.snapshot.publisher.url, self.settings.secrets
        link = answer_url(url, secrets, delivery.recipient_id, campaign.id, delivery.actor_id)
        return Message(delivery.id, delivery.recipient_id, delivery.address, link, delivery.message_id, notice)

    def _campaign(self, identifier: str) -> Campaign:
        if identifier not in self._campaigns:
            self._campaigns[identifier] = campaigns.get(self.database, identifier)
        return self._campaigns[identifier]

    def _channel(self, name: str) -> Channel:
        if name not in self._channels:
            self._channels[name] = self._open(name, Opening(self.settings, self.database, self.clock))
        return self._channels[name]

    def close(self) -> None:
        """Let go of all connections."""
        for channel in self._channels.values():
            channel.close()


def check(campaign: Campaign, settings: Settings) -> None:
    """Raise ConfigError with all that is missing before a campaign can send: better now than halfway."""
    problems = []
    if not settings.secrets:
        problems.append("POLICYCTL_SECRET_KEY: not set: personal links cannot be signed")
    if "email" in campaign.channels and not settings.smtp_url:
        problems.append("POLICYCTL_SMTP_URL: not set: the mail server, such as smtp://127.0.0.1:25")
    if "email" in campaign.channels and not (settings.mail_from or campaign.snapshot.publisher.email):
        problems.append("POLICYCTL_MAIL_FROM: not set, and policy.toml has no `controller.email`")
    if not campaign.snapshot.publisher.url:
        problems.append("policy.toml: key `site.url`: empty: links would lead nowhere")
    if problems:
        raise ConfigError(problems)


def run_many(make: Callable[[], Relay], workers: int, campaign: str | None, *, once: bool = False) -> Counter[State]:
    """Run several relays side by side, each with connections of its own."""
    relays = [make() for _ in range(workers)]
    relays[0].revive()
    with ThreadPoolExecutor(workers) as pool:
        running = [pool.submit(relay.run, campaign, once=once) for relay in relays]
        try:
            return sum((future.result() for future in running), Counter[State]())
        except BaseException:
            for relay in relays:
                relay.stop.set()
            raise
