"""From a release and an audience to a campaign: who is told, by which channel, as whom; run twice, it is the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from hashlib import blake2b
from itertools import chain
from operator import itemgetter
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from notifier.asking import FLOOR, REMINDERS, Ask, Reader, answers, may_ask, questions
from notifier.audience import is_minor
from notifier.model import Audience, Campaign, CampaignStatus, Delivery, Kind, Recipient, Snapshot
from notifier.persons import setting_of
from notifier.render import language_for
from notifier.store import asks, campaigns, deliveries, recipients
from notifier.store.campaigns import CampaignError
from notifier.store.deliveries import UNREACHABLE, Planned
from notifier.store.engine import Connection, Database
from policy_versions.model import Level, Publisher, Release, ReleaseStatus

IN_APP: Final = "in_app"
QUIET: Final = (Level.NONE, Level.ROUTINE)  # told on one's own pages only


@dataclass(slots=True)
class Preview:
    """What a plan comes to, before or after it is written; numbers of deliveries."""

    campaign: Campaign
    people: int = 0
    planned: int = 0
    by_channel: Counter[tuple[str, str]] = field(default_factory=Counter)
    by_audience: Counter[str] = field(default_factory=Counter)
    unreachable: Counter[str] = field(default_factory=Counter)

    def add(self, plans: Sequence[Planned], people: int) -> None:
        """Count the deliveries of some people."""
        self.people += people
        self.planned += len(plans)
        for (audience, language, channel, unreachable), count in Counter(map(_COUNTED, plans)).items():
            self.by_audience[audience] += count
            if unreachable:
                self.unreachable[UNREACHABLE[unreachable]] += count
            else:
                self.by_channel[channel, language] += count


_COUNTED: Final = itemgetter(*map(Planned._fields.index, ("audience", "language", "channel", "unreachable")))


def draft(
    release: Release, publisher: Publisher, now: datetime, *, kind: Kind = Kind.ANNOUNCE, number: int = 0
) -> Campaign:
    """Make the campaign of a release, not yet stored; its id follows from policy, version, kind and round.

    Raises CampaignError for a release that cannot be told this way.
    """
    _refuse(release, kind)
    suffix = f"-{number}" if kind is Kind.REMIND else ""
    channels = (
        [IN_APP] if release.level in QUIET else [name for name in publisher.channels if name != IN_APP] + [IN_APP]
    )
    return Campaign(
        id=f"{release.policy}-{release.number}-{kind.value}{suffix}",
        kind=kind,
        round=number,
        level=release.level,
        status=CampaignStatus.PLANNED,
        channels=tuple(channels),
        created_at=now,
        snapshot=Snapshot(release, publisher),
    )


def _refuse(release: Release, kind: Kind) -> None:
    """Refuse a kind that does not fit where the release stands."""
    name = f"{release.policy}@{release.number}"
    withdrawn = release.status is ReleaseStatus.WITHDRAWN
    if kind is Kind.RECALL and not withdrawn:
        raise CampaignError(f"{name} is not withdrawn: only a withdrawn release can be recalled")
    if kind is not Kind.RECALL and withdrawn:
        raise CampaignError(f"{name} is withdrawn: nobody is to be told that it will apply")
    if release.status is ReleaseStatus.DRAFT:
        raise CampaignError(f"{name} is a draft: publish it before anybody is told")


def plan(database: Database, campaign: Campaign, now: datetime) -> Preview:
    """Store a campaign and one delivery a (person, addressee, channel), in one transaction.

    People who have theirs are left alone, so that running it twice changes nothing and new people are added.
    """
    if campaign.kind is Kind.RECALL:
        _halt(database, campaign)
    with database.write() as connection:
        stored = campaigns.add(connection, campaign)
        preview = Preview(stored)
        planner = deliveries.Planner(connection, stored.id)
        for plans, people in _plans(connection, stored, now):
            preview.add(plans, people)
            planner.write(plans)
        planner.close(now)
    return preview


def _halt(database: Database, recall: Campaign) -> None:
    """End the announcement and the reminders that a recall takes back: nobody more is told what no longer holds."""
    open_ones = (CampaignStatus.PLANNED, CampaignStatus.RUNNING, CampaignStatus.PAUSED)
    for one in campaigns.every(database):
        if one.kind is not Kind.RECALL and _about(one) == _about(recall) and one.status in open_ones:
            campaigns.transition(database, one.id, open_ones, CampaignStatus.CANCELLED)


def preview(database: Database, campaign: Campaign, now: datetime) -> Preview:
    """Count what `plan` would write, and write nothing."""
    result = Preview(campaign)
    with database.read() as connection:
        for plans, people in _plans(connection, campaign, now):
            result.add(plans, people)
    return result


def _plans(connection: Connection, campaign: Campaign, now: datetime) -> Iterator[tuple[list[Planned], int]]:
    """Yield the deliveries that are still to be planned, page by page, with the number of people they are for."""
    publisher = campaign.snapshot.publisher
    today = now.astimezone(ZoneInfo(publisher.timezone)).date()
    desk = Addresser(campaign)
    for people in _people(connection, campaign, now):
        done = deliveries.planned_ids(connection, campaign.id, [person.id for person in people])
        fresh = [person for person in people if person.id not in done]
        wanted = {person.guardian_id for person in fresh if person.guardian_id}
        guardians = recipients.by_id(connection, wanted)
        yield list(chain.from_iterable(decide(person, guardians, desk, today) for person in fresh)), len(fresh)


def _people(connection: Connection, campaign: Campaign, now: datetime) -> Iterator[Sequence[Recipient]]:
    """Yield who is to be told: everybody, or for a reminder who may be asked again, for a recall who was told."""
    if campaign.kind is Kind.ANNOUNCE:
        yield from recipients.pages(connection)
        return
    release = campaign.snapshot.release
    announced = f"{release.policy}-{release.number}-{Kind.ANNOUNCE.value}"
    for page in deliveries.people_of(connection, announced, reached=campaign.kind is Kind.RECALL):
        asked: Sequence[str] = page
        if campaign.kind is Kind.REMIND:
            asked = _undecided(connection, campaign.snapshot, page, now)
        found = recipients.by_id(connection, asked)
        yield [found[identifier] for identifier in asked if identifier in found]


def _undecided(connection: Connection, about: Snapshot, people: Sequence[str], now: datetime) -> list[str]:
    """Return those of these people (in order of id) who may be reminded: a question is open, and it is not too soon.

    Each question counts by itself: a no to one matter does not silence another that is unanswered, and nobody is
    asked again about what they refused (`asking.may_ask`).
    """
    release, setting = about.release, setting_of(about.publisher)
    found = []
    for past in asks.past(connection, release.policy, release.number, people, setting):
        said = answers(past.person, release.policy, past.events, setting, now)
        reader = Reader(past.person, setting.authoritative, setting, setting.day(now))
        if may_ask(questions("", release, (release,), said, reader), release, past.asks, now) is Ask.YES:
            found.append(past.person.id)
    return found


def decide(person: Recipient, guardians: Mapping[str, Recipient], desk: Addresser, today: date) -> list[Planned]:
    """Say which messages a person gets: their own, and for a child the guardian's on its behalf (seed policy 六.1).

    Who cannot be reached gets a delivery too, marked with the reason, so that nobody is missing from the ledger.
    """
    if not is_minor(person, on=today, under=desk.guardian_under):
        return desk.addressed(person, person, Audience.PERSON)
    guardian = guardians.get(person.guardian_id or "")
    if guardian is not None:
        theirs = desk.addressed(person, guardian, Audience.GUARDIAN)
    else:
        unknown = Recipient(person.guardian_id or "", person.language)
        channel = desk.channels[0]
        theirs = [desk.planned(person, unknown, Audience.GUARDIAN, channel, address_of(unknown, channel), -2)]
    return desk.addressed(person, person, Audience.CHILD) + theirs


class Addresser:
    """Addresses the messages of one campaign; what is the same for everybody is looked up once."""

    def __init__(self, campaign: Campaign) -> None:
        publisher = campaign.snapshot.publisher
        self.guardian_under = publisher.guardian_under
        self.channels = campaign.channels
        self._outer = [(name, _kind(name)) for name in campaign.channels if name != IN_APP]
        self._inner = len(self._outer) < len(campaign.channels)
        self._snapshot = campaign.snapshot
        self._domain = domain_of(publisher)
        self._hash = _begun(campaign.id)
        self._spoken: dict[str, str] = {}

    def addressed(self, person: Recipient, actor: Recipient, audience: Audience) -> list[Planned]:
        """Plan the first channel on which somebody has an address, and the one on our own pages for all."""
        found = []
        for channel, kind in self._outer:
            if address := actor.addresses.get(kind):
                found.append(self.planned(person, actor, audience, channel, address))
                break
        else:
            if self._outer:
                why = -3 if audience is Audience.GUARDIAN else -1
                found.append(self.planned(person, actor, audience, self._outer[0][0], "", why))
        if self._inner:
            found.append(self.planned(person, actor, audience, IN_APP, actor.id))
        return found

    def planned(
        self, person: Recipient, actor: Recipient, audience: Audience, channel: str, address: str, unreachable: int = 0
    ) -> Planned:
        """Plan one delivery; `unreachable` is a key of UNREACHABLE or 0."""
        told = self._spoken.get(actor.language)
        if told is None:
            told = self._spoken[actor.language] = language_for(actor.language, self._snapshot)
        whom, whose = person.id, actor.id
        digest = self._hash.copy()
        digest.update(f"{whom}\0{whose}\0{channel}".encode())
        key = f"<{digest.hexdigest()}@{self._domain}>"
        return Planned(whom, whose, audience, told, channel, address, key, unreachable)


def address_of(person: Recipient, channel: str) -> str:
    """Return the address that a channel sends to, or nothing; our own pages know people by id."""
    if channel == IN_APP:
        return person.id
    return person.addresses.get(_kind(channel), "")


def _kind(channel: str) -> str:
    """Name the kind of address that a channel sends to: all providers of short messages share one."""
    return "sms" if channel.startswith("sms") else channel


def message_id(campaign: Campaign, person: str, actor: str, channel: str) -> str:
    """Derive the Message-ID: the same for each attempt, saying nothing about the person (RFC 5322 section 3.6.4)."""
    digest = _begun(campaign.id)
    digest.update(f"{person}\0{actor}\0{channel}".encode())
    return f"<{digest.hexdigest()}@{domain_of(campaign.snapshot.publisher)}>"


def _begun(campaign: str) -> blake2b:
    """Begin the hash that makes Message-IDs, with what is the same for a whole campaign."""
    return blake2b(f"{campaign}\0".encode(), digest_size=16)


def domain_of(publisher: Publisher) -> str:
    """Return the domain under which the publisher names things: that of its mail, else of its site."""
    return _domain(publisher.email, publisher.url)


@lru_cache(maxsize=64)
def _domain(email: str, url: str) -> str:
    return (email.rpartition("@")[2] or urlsplit(url).hostname or "localhost").encode("idna").decode()


def next_channel(campaign: Campaign, delivery: Delivery, actor: Recipient | None) -> Planned | None:
    """Plan the next channel for an addressee whom this one can never reach; None where there is no other."""
    if actor is None or delivery.channel == IN_APP:
        return None
    later = campaign.channels[campaign.channels.index(delivery.channel) + 1 :]
    for channel in later:
        if channel != IN_APP and (address := address_of(actor, channel)):
            key = message_id(campaign, delivery.recipient_id, actor.id, channel)
            return Planned(delivery.recipient_id, actor.id, delivery.audience, delivery.language, channel, address, key)
    return None


def reminder(database: Database, identifier: str, now: datetime) -> Campaign:
    """Make the next reminder of an announcement that asks for an answer; raise CampaignError when none is allowed."""
    announced = campaigns.get(database, identifier)
    if announced.kind is not Kind.ANNOUNCE or not announced.level.asks:
        raise CampaignError(f"{announced.id} asks nobody for an answer: there is nothing to be reminded of")
    release = announced.snapshot.release
    rounds = [one for one in campaigns.every(database) if one.kind is Kind.REMIND and _about(one) == _about(announced)]
    if rounds and rounds[-1].status in (CampaignStatus.PLANNED, CampaignStatus.RUNNING, CampaignStatus.PAUSED):
        return rounds[-1]
    if len(rounds) >= REMINDERS:
        raise CampaignError(f"{announced.id} was followed by {REMINDERS} reminders already: more would be pressure")
    last = max((c.started_at for c in [announced, *rounds] if c.started_at), default=None)
    if last is None or now - last < FLOOR:
        raise CampaignError(
            f"{announced.id}: people were asked less than {FLOOR.days * 24} hours ago, or not at all yet"
        )
    return draft(release, announced.snapshot.publisher, now, kind=Kind.REMIND, number=len(rounds) + 1)


def _about(campaign: Campaign) -> tuple[str, str]:
    """Return which version a campaign is about."""
    return campaign.snapshot.release.policy, campaign.snapshot.release.number
