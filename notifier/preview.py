"""What a release would cause if it were published as it stands: the notice people would get, and how many they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from notifier import render
from notifier.model import LINK_MARK, Audience, Campaign, CampaignStatus, Kind, Recipient, Snapshot
from policy_versions.errors import PolicyError
from policy_versions.model import Level, Mail, Outlook, Publisher, Reach, Release, ReleaseStatus

_Page = tuple[Sequence[Recipient], Mapping[str, Recipient]]


def outlook(release: Release, publisher: Publisher, source: str, now: datetime) -> Outlook:
    """Foresee a release, drafted or published; one that changes nothing for people is told to nobody.

    `source` is a CSV file as `policyctl notify import` reads it, a database's address, or empty: nobody is counted.
    """
    if release.level is Level.NONE:
        return Outlook()
    stated = replace(release, status=ReleaseStatus.ANNOUNCED)
    return Outlook(mails(stated, publisher, now), reach(source, stated, publisher, now) if source else None)


def mails(release: Release, publisher: Publisher, now: datetime) -> tuple[Mail, ...]:
    """Make the notice from the templates that a campaign uses, in each language that people are told in.

    What is told on the publisher's own pages only has no subject.
    """
    campaign = Campaign("preview", Kind.ANNOUNCE, 0, release.level, CampaignStatus.PLANNED, (), now,
                        Snapshot(release, publisher))  # fmt: skip
    languages = [x for x in publisher.languages if x in render.LANGUAGES] or list(render.LANGUAGES)
    return tuple(_mail(campaign, language) for language in languages)


def _mail(campaign: Campaign, language: str) -> Mail:
    if campaign.level is Level.ROUTINE:
        return Mail(language, "", render.banner(campaign, language, Audience.PERSON))
    subject, text = render.plain(campaign, language, Audience.PERSON)
    url = campaign.snapshot.publisher.url.rstrip("/")
    return Mail(language, subject, text.replace(LINK_MARK, f"{url}/answer/…"))


def reach(source: str, release: Release, publisher: Publisher, now: datetime) -> Reach:
    """Count whom a release would be told to, as a campaign would plan it; nothing is written, nobody is named.

    Raises PolicyError for a source that cannot be read.
    """
    from notifier import campaigns  # noqa: PLC0415 - the database is loaded only where people are counted
    from notifier.audience import is_minor  # noqa: PLC0415
    from notifier.store.deliveries import UNREACHABLE  # noqa: PLC0415

    desk = campaigns.Addresser(campaigns.draft(release, publisher, now))
    today = now.astimezone(ZoneInfo(publisher.timezone)).date()
    minors = people = 0
    channels: Counter[str] = Counter()
    languages: Counter[str] = Counter()
    unreachable: Counter[str] = Counter()
    pages, bad = _database(source) if "://" in source else _file(source, publisher, now)
    for persons, guardians in pages:
        for person in persons:
            people += 1
            minors += is_minor(person, on=today, under=publisher.guardian_under)
            for plan in campaigns.decide(person, guardians, desk, today):
                reason = UNREACHABLE.get(plan.unreachable, "")
                if reason:
                    unreachable[reason] += 1
                else:
                    channels[plan.channel] += 1
                    languages[plan.language] += 1
    name = source.partition("://")[0].partition("+")[0] if "://" in source else Path(source).name
    by_channel, by_language, by_reason = (dict(sorted(c.items())) for c in (channels, languages, unreachable))
    return Reach(name, people, minors, by_channel, by_language, by_reason, bad)


def _file(path: str, publisher: Publisher, now: datetime) -> tuple[Iterator[_Page], int]:
    from notifier.audience import read_csv  # noqa: PLC0415

    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise PolicyError(
            f"--recipients: {path}: {error.strerror} (allowed: a CSV file, a database's address)"
        ) from None
    today = now.astimezone(ZoneInfo(publisher.timezone)).date()
    rows = read_csv(data, language=publisher.authoritative, today=today)
    return iter([(rows.recipients, {person.id: person for person in rows.recipients})]), rows.bad_rows


def _database(url: str) -> tuple[Iterator[_Page], int]:
    from notifier.store import recipients  # noqa: PLC0415
    from notifier.store.engine import Database  # noqa: PLC0415

    kind, _, rest = url.partition(":///")
    if kind == "sqlite" and not Path(rest).is_file():
        raise PolicyError(f"--recipients: {rest}: no such database")

    def pages() -> Iterator[_Page]:
        with Database.open(url) as database:
            database.create()
            with database.read() as connection:
                for people in recipients.pages(connection):
                    wanted = {person.guardian_id for person in people if person.guardian_id}
                    yield people, recipients.by_id(connection, wanted)

    return pages(), 0
