"""What is known of people before they are asked again: who they are, what they answered, when they were asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, func, select

from notifier.consent_log import ConsentEvent
from notifier.model import Kind, State
from notifier.persons import Guardian, Person, Setting
from notifier.schema import campaigns, consent_events, deliveries, delivery_events, guardianships, recipients

_LEFT: Final = (State.SENT.value, State.DELIVERED.value, State.IN_DOUBT.value)


@dataclass(frozen=True, slots=True)
class Past:
    """One person with their answers about a policy and the moments they were asked about one version of it."""

    person: Person
    events: tuple[ConsentEvent, ...]
    asks: tuple[datetime, ...]


def past(connection: Connection, policy: str, number: str, people: Sequence[str], setting: Setting) -> Iterator[Past]:
    """Yield what is known of these people (in order of id); who is no longer in the register is left out."""
    if not people:
        return
    events = _events(connection, policy, people)
    asks = _asks(connection, policy, number, people)
    for person in _persons(connection, people, setting):
        yield Past(person, tuple(events[person.id]), tuple(asks[person.id]))


def _events(connection: Connection, policy: str, people: Sequence[str]) -> dict[str, list[ConsentEvent]]:
    mine = consent_events.c.subject.between(people[0], people[-1]) & (consent_events.c.policy == policy)
    query = select(consent_events).where(mine).order_by(consent_events.c.subject, consent_events.c.position)
    found: dict[str, list[ConsentEvent]] = defaultdict(list)
    for row in connection.execute(query):
        fields = {str(name): value for name, value in row._mapping.items() if name != "position"}
        found[row.subject].append(msgspec.convert(fields, type=ConsentEvent))
    return found


def _asks(connection: Connection, policy: str, number: str, people: Sequence[str]) -> dict[str, list[datetime]]:
    """Give one moment a campaign, the last on any channel: two messages of one notice are one ask."""
    query = (
        select(deliveries.c.recipient_id, func.max(delivery_events.c.at).label("at"))
        .join(campaigns, campaigns.c.id == deliveries.c.campaign_id)
        .join(delivery_events, delivery_events.c.delivery_id == deliveries.c.id)
        .where(
            deliveries.c.recipient_id.between(people[0], people[-1]),
            campaigns.c.policy == policy,
            campaigns.c.number == number,
            campaigns.c.kind != Kind.RECALL.value,
            delivery_events.c.state.in_(_LEFT),
        )
        .group_by(deliveries.c.recipient_id, deliveries.c.campaign_id)
    )
    found: dict[str, list[datetime]] = defaultdict(list)
    for person, at in connection.execute(query):
        found[person].append(at)
    return found


def _persons(connection: Connection, people: Sequence[str], setting: Setting) -> Iterator[Person]:
    periods: dict[str, list[Guardian]] = defaultdict(list)
    recorded = select(guardianships).where(guardianships.c.child_id.between(people[0], people[-1]))
    for row in connection.execute(recorded.order_by(guardianships.c.established_at, guardianships.c.guardian_id)):
        periods[row.child_id].append(Guardian(row.guardian_id, row.relation, row.established_at, row.ended_at))
    wanted = set(people)
    listed = select(recipients).where(recipients.c.id.between(people[0], people[-1])).order_by(recipients.c.id)
    for row in connection.execute(listed):
        if row.id in wanted:
            yield person_of(row, periods[row.id], setting)


def person_of(row: Any, periods: Sequence[Guardian], setting: Setting) -> Person:
    """Make a person of a row of the register: its guardian counts unless the recorded guardianships say more."""
    guardians = list(periods)
    if row.guardian_id and row.guardian_id not in {guardian.id for guardian in guardians}:
        guardians.append(Guardian(row.guardian_id, row.guardian_relation or ""))
    joined = setting.day(row.created_at)
    return Person(row.id, joined, row.birth_date, row.age_band or "", tuple(guardians))
