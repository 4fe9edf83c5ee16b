"""The store of answers on both databases: what goes in comes out, in order, and nothing forks or changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from notifier import schema
from notifier.consent_log import ConsentEvent, State, broken
from notifier.model import Recipient
from notifier.receipts import Receipt, verify
from notifier.receipts import export as exported
from notifier.store import consents, recipients
from notifier.store.engine import Database
from tests.notifier.consent_kit import SETTING, event, moment
from tests.notifier.test_receipts import receipt

FIRST = replace(event(State.REFUSED, "2.0.0", ["ads"], date(2026, 1, 1)), hash="", previous_hash="")


def add(database: Database, made: ConsentEvent, screen: str = "") -> ConsentEvent:
    """Append one event with its receipt."""

    def issued(stored: ConsentEvent) -> Receipt:
        return replace(receipt(stored), id=f"r-{stored.id}")

    found = consents.append(database, made.subject, lambda _chain: made, screen, issued)
    assert found is not None
    return found


def test_events_come_back_as_a_chain_with_screen_and_receipt(database: Database) -> None:
    first = add(database, FIRST, "what was shown")
    second = add(database, replace(FIRST, id="2", state=State.GIVEN, at=FIRST.at + timedelta(days=1)), "what was shown")
    chain = consents.events(database, "u1")
    assert chain == (first, second)
    assert broken(chain) is None
    assert consents.screen(database, first.screen_sha256) == "what was shown"
    assert consents.screen(database, "nothing") is None
    kept = consents.receipt_of(database, second.id, event=True)
    assert kept is not None
    assert verify(exported(kept)) == second
    assert consents.receipt_of(database, kept.id) == kept
    assert consents.events(database, "u2") == ()


def test_deciding_on_nothing_writes_nothing(database: Database) -> None:
    assert consents.append(database, "u1", lambda _chain: None, "screen", receipt) is None
    assert consents.events(database, "u1") == ()


def test_what_fails_leaves_no_half_answer(database: Database) -> None:
    def fail(_event: ConsentEvent) -> Receipt:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        consents.append(database, "u1", lambda _chain: FIRST, "screen", fail)
    assert consents.events(database, "u1") == ()
    assert consents.screen(database, FIRST.screen_sha256) is None


@pytest.mark.parametrize("table", ["consent_events", "receipts", "screens"])
def test_evidence_is_never_removed(database: Database, table: str) -> None:
    add(database, FIRST, "what was shown")
    with pytest.raises(DBAPIError, match="append-only"), database.write() as connection:
        connection.execute(schema.metadata.tables[table].delete())


def test_a_person_comes_with_the_guardian_of_the_register_or_of_the_record(database: Database) -> None:
    people = [Recipient("kid", "en", guardian_id="mum", guardian_relation="mother"), Recipient("mum", "en")]
    recipients.save(database, people, moment(date(2026, 1, 1)))
    found = consents.person(database, "kid", SETTING)
    assert found is not None
    assert [(g.id, g.relation, g.since) for g in found.guardians] == [("mum", "mother", None)]
    period = {"relation": "aunt", "method": "paper", "evidence_sha256": "x"}
    with database.write() as connection:
        begun, ended = moment(date(2026, 1, 2)), moment(date(2026, 2, 2))
        row = {"child_id": "kid", "guardian_id": "aunt", "established_at": begun, "ended_at": ended}
        connection.execute(schema.guardianships.insert(), row | period)
    found = consents.person(database, "kid", SETTING)
    assert found is not None
    assert [(g.id, g.until) for g in found.guardians] == [("aunt", ended), ("mum", None)]
    assert consents.children(database, "aunt") == consents.children(database, "mum") == ("kid",)
    assert consents.person(database, "nobody", SETTING) is None


def test_addresses_are_found_whatever_their_case_and_links_are_rationed(database: Database) -> None:
    now = moment(date(2026, 1, 1))
    recipients.save(database, [Recipient("u1", "en", addresses={"email": "Some@Example.com"})], now)
    assert consents.by_address(database, " some@example.COM ") == ("u1",)
    hour = timedelta(hours=1)
    assert consents.note_link_request(database, "u1", now, hour)
    assert not consents.note_link_request(database, "u1", now + timedelta(minutes=59), hour)
    assert consents.note_link_request(database, "u1", now + hour, hour)
