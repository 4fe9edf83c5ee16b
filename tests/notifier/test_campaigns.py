"""Who is told, by which channel, as whom; and that planning twice changes nothing."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from notifier import campaigns, render, schema
from notifier.consent_log import State as Answered
from notifier.model import Audience, CampaignStatus, DeliveryEvent, Kind, Recipient, State
from notifier.store import campaigns as stored
from notifier.store import chunks, deliveries, ledger, recipients
from notifier.store.campaigns import CampaignError
from notifier.store.engine import Database
from policy_versions.model import Level, Publisher, Release, ReleaseStatus
from tests.notifier.conftest import finding
from tests.notifier.consent_kit import event


def rows(database: Database) -> list[tuple[str, str, str, str, str, str]]:
    """Return all deliveries without their numbers."""
    table = schema.deliveries.c
    columns = (table.recipient_id, table.actor_id, table.audience, table.channel, table.address, table.language)
    with database.read() as connection:
        return [tuple(row) for row in connection.execute(sa.select(*columns).order_by(*columns))]


def test_each_person_and_each_guardian_gets_one_delivery_a_channel(
    database: Database, release: Release, publisher: Publisher, people: tuple[Recipient, ...], now: datetime
) -> None:
    recipients.save(database, people, now)
    preview = campaigns.plan(database, campaigns.draft(release, publisher, now), now)
    assert rows(database) == [
        ("anna", "anna", "person", "email", "anna@example.org", "en"),
        ("anna", "anna", "person", "in_app", "anna", "en"),
        ("bao", "bao", "person", "email", "bao@example.org", "zh-CN"),
        ("bao", "bao", "person", "in_app", "bao", "zh-CN"),
        ("chen", "chen", "person", "email", "", "zh-CN"),
        ("chen", "chen", "person", "in_app", "chen", "zh-CN"),
        ("didi", "bao", "guardian", "email", "bao@example.org", "zh-CN"),
        ("didi", "bao", "guardian", "in_app", "bao", "zh-CN"),
        ("didi", "didi", "child", "email", "didi@example.org", "zh-CN"),
        ("didi", "didi", "child", "in_app", "didi", "zh-CN"),
        ("eve", "", "guardian", "email", "", "zh-CN"),
        ("eve", "eve", "child", "email", "eve@example.org", "zh-CN"),
        ("eve", "eve", "child", "in_app", "eve", "zh-CN"),
    ]
    assert (preview.people, preview.planned) == (5, 13)
    assert dict(preview.unreachable) == {"no-address": 1, "guardian-unknown": 1}
    assert preview.by_channel["email", "zh-CN"] == 4


def test_who_cannot_be_reached_is_skipped_with_the_reason(
    database: Database, release: Release, publisher: Publisher, people: tuple[Recipient, ...], now: datetime
) -> None:
    recipients.save(database, people, now)
    campaign = campaigns.plan(database, campaigns.draft(release, publisher, now), now).campaign
    told = next(one for one in ledger.told(database, "chen") if one.channel == "email")
    assert [(event.state, event.detail, event.at) for event in told.events] == [(State.SKIPPED, "no-address", now)]
    counted = {(c.channel, c.state, c.detail): c.number for c in ledger.counts(database, campaign.id)}
    assert counted == {
        ("email", State.PENDING, ""): 5,
        ("email", State.SKIPPED, "guardian-unknown"): 1,
        ("email", State.SKIPPED, "no-address"): 1,
        ("in_app", State.PENDING, ""): 6,
    }


def test_planning_twice_changes_nothing_and_new_people_are_added(
    database: Database, release: Release, publisher: Publisher, people: tuple[Recipient, ...], now: datetime
) -> None:
    recipients.save(database, people, now)
    draft = campaigns.draft(release, publisher, now)
    assert campaigns.preview(database, draft, now).planned == 13
    assert rows(database) == []
    campaigns.plan(database, draft, now)
    before = rows(database)
    again = campaigns.plan(database, campaigns.draft(release, publisher, now + timedelta(days=1)), now)
    assert (again.people, again.planned, again.campaign.created_at) == (0, 0, now)
    assert rows(database) == before
    recipients.save(database, [Recipient("fan", "fr", "CN", addresses={"email": "fan@example.org"})], now)
    assert campaigns.plan(database, draft, now).planned == 2
    assert set(rows(database)) - set(before) == {
        ("fan", "fan", "person", "email", "fan@example.org", "zh-CN"),
        ("fan", "fan", "person", "in_app", "fan", "zh-CN"),
    }
    assert len(chunks.due_ids(database, draft.id, now)) == 4


def test_deliveries_are_cut_into_chunks_of_500(
    database: Database, release: Release, publisher: Publisher, now: datetime
) -> None:
    recipients.save(
        database, (Recipient(f"p{n:05}", "en", birth_date=now.date().replace(year=1980)) for n in range(1201)), now
    )
    campaigns.plan(database, campaigns.draft(replace(release, level=Level.ROUTINE), publisher, now), now)
    query = sa.select(schema.deliveries.c.chunk, sa.func.count()).group_by(schema.deliveries.c.chunk)
    with database.read() as connection:
        assert sorted(tuple(row) for row in connection.execute(query)) == [(0, 500), (1, 500), (2, 201)]
        assert connection.scalar(sa.select(sa.func.count()).select_from(schema.chunks)) == 3


@pytest.mark.parametrize(
    ("level", "channels"),
    [(Level.NONE, ("in_app",)), (Level.ROUTINE, ("in_app",)), (Level.PROMINENT, ("email", "in_app"))],
)
def test_small_changes_send_no_mail(
    release: Release, publisher: Publisher, now: datetime, level: Level, channels: tuple[str, ...]
) -> None:
    assert campaigns.draft(replace(release, level=level), publisher, now).channels == channels


def test_a_planned_delivery_cannot_be_changed(
    database: Database, release: Release, publisher: Publisher, people: tuple[Recipient, ...], now: datetime
) -> None:
    recipients.save(database, people, now)
    campaigns.plan(database, campaigns.draft(release, publisher, now), now)
    with pytest.raises(DBAPIError, match="append-only"), database.write() as connection:
        connection.execute(schema.deliveries.update().values(address="else@example.org"))


def test_the_release_comes_back_as_it_was(
    database: Database, release: Release, publisher: Publisher, now: datetime
) -> None:
    draft = campaigns.draft(release, publisher, now)
    campaigns.plan(database, draft, now)
    assert stored.get(database, draft.id) == draft
    with pytest.raises(CampaignError, match=r"no campaign 'x' \(there are: privacy-4.0.0-announce\)"):
        stored.get(database, "x")


def test_a_campaign_moves_only_where_it_can(
    database: Database, release: Release, publisher: Publisher, now: datetime
) -> None:
    campaign = campaigns.plan(database, campaigns.draft(release, publisher, now), now).campaign
    running, paused = CampaignStatus.RUNNING, CampaignStatus.PAUSED
    with pytest.raises(CampaignError, match="is planned: it cannot become paused"):
        stored.transition(database, campaign.id, (running,), paused)
    stored.start(database, campaign.id, "lin", now)
    stored.transition(database, campaign.id, (running,), paused)
    stored.start(database, campaign.id, "wang", now + timedelta(hours=1))
    found = stored.get(database, campaign.id)
    assert (found.status, found.started_by, found.started_at) == (running, "lin", now)


def test_what_is_not_announced_is_not_told(release: Release, publisher: Publisher, now: datetime) -> None:
    with pytest.raises(CampaignError, match="draft"):
        campaigns.draft(replace(release, status=ReleaseStatus.DRAFT), publisher, now)
    with pytest.raises(CampaignError, match="is withdrawn"):
        campaigns.draft(replace(release, status=ReleaseStatus.WITHDRAWN), publisher, now)
    with pytest.raises(CampaignError, match="not withdrawn"):
        campaigns.draft(release, publisher, now, kind=Kind.RECALL)


def answer(database: Database, subject: str, state: Answered, now: datetime, *findings: str) -> None:
    """Record an answer as the consent pages would."""
    made = event(state, "4.0.0", findings or ("a1",), now.date(), person=subject, name=f"{subject}-{findings}")
    with database.write() as connection:
        position = {"position": 0 if "a1" in made.findings else 1}
        connection.execute(schema.consent_events.insert(), asdict(replace(made, at=now)) | position)


def reminded(database: Database, campaign: str) -> list[str]:
    """Return who gets a reminder."""
    column = schema.deliveries.c.recipient_id
    with database.read() as connection:
        query = sa.select(column).where(schema.deliveries.c.campaign_id == campaign).distinct().order_by(column)
        return list(connection.scalars(query))


def sent(database: Database, campaign: str, at: datetime, person: str = "") -> None:
    """Let the messages of a campaign (to one person, or to all) have left at a moment."""
    table = schema.deliveries.c
    with database.write() as connection:
        query = sa.select(table.id).where(
            table.campaign_id == campaign, table.recipient_id == (person or table.recipient_id)
        )
        deliveries.append(connection, [DeliveryEvent(i, State.SENT, at) for i in connection.scalars(query)])


def test_reminders_go_to_the_undecided_only_and_twice_at_most(
    database: Database, release: Release, publisher: Publisher, people: tuple[Recipient, ...], now: datetime
) -> None:
    recipients.save(database, people, now)
    announced = campaigns.plan(database, campaigns.draft(release, publisher, now), now).campaign
    with pytest.raises(CampaignError, match="48 hours"):
        campaigns.reminder(database, announced.id, now)
    stored.start(database, announced.id, "lin", now)
    for person, state in (("anna", Answered.REFUSED), ("bao", Answered.GIVEN), ("chen", Answered.DEFERRED)):
        answer(database, person, state, now)
    with pytest.raises(CampaignError, match="48 hours"):
        campaigns.reminder(database, announced.id, now + timedelta(hours=47))
    for number, days in ((1, 7), (2, 23)):
        then = now + timedelta(days=days)
        reminder = campaigns.plan(database, campaigns.reminder(database, announced.id, then), then)
        assert reminder.campaign.id == f"privacy-4.0.0-remind-{number}"
        assert reminded(database, reminder.campaign.id) == ["chen", "didi", "eve"]
        stored.start(database, reminder.campaign.id, "lin", then)
        stored.transition(database, reminder.campaign.id, (CampaignStatus.RUNNING,), CampaignStatus.DONE)
    with pytest.raises(CampaignError, match="2 reminders already"):
        campaigns.reminder(database, announced.id, now + timedelta(days=40))


def test_each_question_counts_by_itself(
    database: Database, release: Release, publisher: Publisher, people: tuple[Recipient, ...], now: datetime
) -> None:
    general = finding("d1", "zh-CN", {"zh-CN": "用途变宽", "en": "Wider purpose"}, level=Level.CONSENT)
    release = replace(release, findings=(*release.findings, general))
    recipients.save(database, people[:3], now)
    announced = campaigns.plan(database, campaigns.draft(release, publisher, now), now).campaign
    stored.start(database, announced.id, "lin", now)
    answer(database, "anna", Answered.REFUSED, now)  # the other question is open
    for person in ("bao", "chen"):
        answer(database, person, Answered.REFUSED, now)
    answer(database, "bao", Answered.REFUSED, now, "d1")
    answer(database, "chen", Answered.GIVEN, now, "d1")
    then = now + timedelta(days=7)
    plan = campaigns.plan(database, campaigns.reminder(database, announced.id, then), then)
    assert reminded(database, plan.campaign.id) == ["anna"]


def test_who_was_reached_late_is_asked_late_and_a_child_s_no_silences_reminders(
    database: Database, release: Release, publisher: Publisher, people: tuple[Recipient, ...], now: datetime
) -> None:
    recipients.save(database, people, now)
    announced = campaigns.plan(database, campaigns.draft(release, publisher, now), now).campaign
    stored.start(database, announced.id, "lin", now)
    then = now + timedelta(days=7)
    sent(database, announced.id, now)
    sent(database, announced.id, then - timedelta(hours=47), "anna")
    answer(database, "didi", Answered.REFUSED, now)
    draft = campaigns.reminder(database, announced.id, then)
    plan = campaigns.plan(database, draft, then)
    assert reminded(database, plan.campaign.id) == ["bao", "chen", "eve"]
    campaigns.plan(database, draft, then + timedelta(hours=1))  # planned again when her 48 hours are over
    assert reminded(database, plan.campaign.id) == ["anna", "bao", "chen", "eve"]


def test_a_recall_goes_to_who_was_told_and_ends_the_announcement(
    database: Database, release: Release, publisher: Publisher, people: tuple[Recipient, ...], now: datetime
) -> None:
    recipients.save(database, people[:3], now)
    announced = campaigns.plan(database, campaigns.draft(release, publisher, now), now).campaign.id
    recipients.save(database, people[3:], now)
    stored.start(database, announced, "lin", now)
    told = sorted(person.id for person in people[:3])
    for person, state in zip(told, (State.SENT, State.IN_DOUBT, State.FAILED), strict=True):
        for one in ledger.told(database, person):
            deliveries.add_event(database, DeliveryEvent(one.delivery_id, state, now))
    withdrawn = replace(
        release, status=ReleaseStatus.WITHDRAWN, withdrawn_for={"zh-CN": "另有安排", "en": "Plans changed"}
    )
    recall = campaigns.draft(withdrawn, publisher, now, kind=Kind.RECALL)
    assert campaigns.preview(database, recall, now).people == 2
    assert stored.get(database, announced).status is CampaignStatus.RUNNING
    preview = campaigns.plan(database, recall, now)
    assert (preview.campaign.id, preview.people) == ("privacy-4.0.0-recall", 2)
    found = {p for p in told if any(x.campaign_id == recall.id for x in ledger.told(database, p))}
    assert found == set(told[:2])
    assert stored.get(database, announced).status is CampaignStatus.CANCELLED
    assert campaigns.plan(database, recall, now).planned == 0
    for language, why in (("zh-CN", "撤回原因：另有安排"), ("en", "Why: Plans changed")):
        notice = render.notice(recall, language, Audience.PERSON, "")
        assert why in notice.text
        assert why in notice.html
