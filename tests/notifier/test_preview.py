"""What a release would cause is what its campaign then does: the same words to the same number of people."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from notifier import campaigns, preview, render
from notifier.audience import read_csv
from notifier.model import LINK_MARK, Audience
from notifier.store import recipients
from notifier.store.engine import Database
from policy_versions.errors import PolicyError
from policy_versions.model import Level, Publisher, Release, ReleaseStatus

PEOPLE = """id,language,birth_date,guardian_id,email
a,zh-CN,1990-01-01,,a@example.com
b,en,1990-01-01,,
c,zh-CN,2015-01-01,a,c@example.com
d,en,2015-01-01,b,d@example.com
e,zh-CN,2015-01-01,,e@example.com
"""


@pytest.fixture
def draft(release: Release) -> Release:
    return replace(release, status=ReleaseStatus.DRAFT)


def test_the_mail_of_a_draft_is_what_its_campaign_sends(draft: Release, publisher: Publisher, now: datetime) -> None:
    campaign = campaigns.draft(replace(draft, status=ReleaseStatus.ANNOUNCED), publisher, now)
    shown = {m.language: m for m in preview.mails(draft, publisher, now)}
    assert shown.keys() == {"zh-CN", "en"}
    for language, mail in shown.items():
        sent = render.notice(campaign, language, Audience.PERSON, "n@example.com")
        assert (mail.subject, mail.text) == (sent.subject, sent.text.replace(LINK_MARK, f"{publisher.url}answer/…"))


def test_a_routine_change_is_told_on_one_s_own_pages(draft: Release, publisher: Publisher, now: datetime) -> None:
    mail = preview.mails(replace(draft, level=Level.ROUTINE), publisher, now)[0]
    assert mail.subject == ""
    assert mail.text.startswith("《隐私政策》将于 2026年12月1日 变更：")


def test_nothing_for_people_is_told_to_nobody(draft: Release, publisher: Publisher, now: datetime) -> None:
    made = preview.outlook(replace(draft, level=Level.NONE), publisher, "nowhere.csv", now)
    assert (made.mails, made.reach) == ((), None)


def test_without_a_source_nobody_is_counted(draft: Release, publisher: Publisher, now: datetime) -> None:
    assert preview.outlook(draft, publisher, "", now).reach is None


def test_file_and_database_count_what_the_campaign_plans(
    draft: Release, publisher: Publisher, now: datetime, tmp_path: Path, database_url: str, database: Database
) -> None:
    path = tmp_path / "people.csv"
    path.write_text(PEOPLE, encoding="utf-8")
    people = read_csv(path.read_bytes(), language="zh-CN", today=now.date()).recipients
    recipients.save(database, people, now)
    campaign = campaigns.draft(replace(draft, status=ReleaseStatus.ANNOUNCED), publisher, now)
    planned = campaigns.preview(database, campaign, now)
    for source in (str(path), database_url):
        found = preview.reach(source, replace(draft, status=ReleaseStatus.ANNOUNCED), publisher, now)
        assert (found.people, found.minors, found.bad_rows) == (5, 3, 0)
        assert sum(found.channels.values()) + sum(found.unreachable.values()) == planned.planned
        assert found.unreachable == dict(planned.unreachable)
        assert found.unreachable["guardian-unknown"] == 1
        assert sum(found.languages.values()) == sum(planned.by_channel.values())
    assert found.source in ("sqlite", "postgresql")


def test_bad_rows_are_counted_and_nobody_is_named(
    draft: Release, publisher: Publisher, now: datetime, tmp_path: Path
) -> None:
    path = tmp_path / "people.csv"
    path.write_text("id,email\na,a@example.com\nb,nonsense\n", encoding="utf-8")
    found = preview.reach(str(path), replace(draft, status=ReleaseStatus.ANNOUNCED), publisher, now)
    assert (found.people, found.bad_rows, found.source) == (1, 1, "people.csv")
    assert "nonsense" not in repr(found)


@pytest.mark.parametrize("source", ["no.csv", "sqlite:///no.db", "mysql://x/y"])
def test_a_source_that_is_not_there_is_told(
    draft: Release, publisher: Publisher, now: datetime, tmp_path: Path, source: str
) -> None:
    name = source.replace("no.", f"{tmp_path}/no.")
    with pytest.raises(PolicyError, match=r"allowed|no such"):
        preview.outlook(draft, publisher, name, now)
    assert not (tmp_path / "no.db").exists()
