"""A small publisher with one open change, three people and a guardian: what the consent tests walk through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from notifier.desk import Desk
from notifier.links import answer_url
from notifier.model import Audience, Campaign, CampaignStatus, DeliveryEvent, Kind, Recipient, Snapshot, State
from notifier.receipts import signing_key
from notifier.store import campaigns, deliveries, recipients
from notifier.store.deliveries import Planned
from notifier.store.engine import Database
from policy_versions.model import Category, Direction, Level, Publisher, Release, ReleaseFinding, ReleaseStatus
from tests.notifier.consent_kit import finding, release

NOW = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
EFFECTIVE = date(2026, 12, 1)
SECRETS = ("old-secret", "new-secret")

PUBLISHER = Publisher(
    title={"zh-CN": "全民法务 · 政策", "en": "Civic Counsel policies"},
    name={"zh-CN": "全民法务科技有限公司", "en": "Civic Counsel Ltd"},
    url="https://policies.example.com/",
    languages=("zh-CN", "en"),
    authoritative="zh-CN",
    jurisdictions=("CN",),
    timezone="Asia/Shanghai",
    address={"zh-CN": "北京市朝阳区示例路 1 号", "en": "1 Example Road, Beijing"},
    department={"zh-CN": "个人信息保护部", "en": "Data protection office"},
    authorities={"zh-CN": "网信、电信、公安、市场监管部门", "en": "the cyberspace and market authorities"},
    email="privacy@example.com",
    phone="400-000-0000",
    policy_titles={"privacy": {"zh-CN": "隐私政策", "en": "Privacy policy"}},
)

MATTERS = (
    (
        "ads",
        Level.CONSENT,
        Category.PURPOSE,
        "用途变宽：以前只用于提供咨询，以后还用于个性化广告",
        "Wider purpose: so far only to advise you, in future also for personalised advertising",
        "我们使用您的咨询记录，仅为向您提供法律咨询服务。",
        "我们使用您的咨询记录，为向您提供法律咨询服务以及个性化广告。",
        "We use your consultation records only to provide legal advice to you.",
        "We use your consultation records to provide legal advice to you and for personalised advertising.",
    ),
    (
        "partner",
        Level.SEPARATE_CONSENT,
        Category.RECIPIENTS,
        "新增接收方：星图广告将收到您的设备标识符",
        "New recipient: Starmap Ads will receive your device identifier",
        "",
        "我们会向星图广告有限公司提供您的设备标识符，用于广告投放。",
        "",
        "We provide your device identifier to Starmap Ads Ltd for the delivery of advertisements.",
    ),
    (
        "phone",
        Level.PROMINENT,
        Category.CONTACT,
        "联系电话变更",
        "A new telephone number for questions",
        "电话：400-000-0001",
        "电话：400-000-0000",
        "Telephone: 400-000-0001",
        "Telephone: 400-000-0000",
    ),
)


def matter(row: Sequence[object], language: str) -> ReleaseFinding:
    """Make one finding of the sample in a language."""
    key, level, category, zh, en, *quotes = row
    before, after = quotes[0:2] if language == "zh-CN" else quotes[2:4]
    made = finding(
        f"{key}-{language}",
        Level(str(level)),
        language,
        Category(str(category)),
        before=str(before),
        after=str(after),
        zh=str(zh),
        en=str(en),
    )
    if key == "phone":
        return replace(made, finding=replace(made.finding, direction=Direction.NEUTRAL))
    return made


def change(number: str = "4.0.0", rows: Sequence[Sequence[object]] = MATTERS) -> Release:
    """Make the open change with its findings in both languages."""
    found = [matter(row, language) for row in rows for language in ("zh-CN", "en")]
    made = release(number, EFFECTIVE, *found)
    return replace(
        made,
        previous="3.0.0",
        status=ReleaseStatus.ANNOUNCED,
        summaries={
            "zh-CN": "咨询记录将用于个性化广告，并新增一家广告合作方",
            "en": "consultation records will be used for personalised advertising, with one new partner",
        },
    )


PEOPLE = (
    Recipient("u-adult", "zh-CN", "CN", date(1990, 5, 5), addresses={"email": "adult@example.com"}),
    Recipient("u-english", "en", "CN", date(1985, 5, 5), addresses={"email": "english@example.com"}),
    Recipient("u-mother", "zh-CN", "CN", date(1984, 2, 2), addresses={"email": "mother@example.com"}),
    Recipient("u-child", "zh-CN", "CN", date(2015, 6, 1), guardian_id="u-mother", guardian_relation="mother"),
)


@dataclass
class Site:
    """The desk with its releases, which a test may exchange, and a clock that a test may set."""

    desk: Desk
    releases: list[Release]
    now: datetime = NOW

    def clock(self) -> datetime:
        """Tell the time."""
        return self.now

    def path(self, subject: str, actor: str = "", campaign: str = "privacy-4.0.0-announce") -> str:
        """Give the path of somebody's personal link."""
        return answer_url("", SECRETS, subject, campaign, actor or subject)


def build(folder: Path, changed: Release | None = None) -> Site:
    """Make the site in a folder: version 3 in force, version 4 announced and told to everybody."""
    database = Database.open(f"sqlite:///{folder}/notifier.db")
    database.create()
    changed = changed or change()
    releases = [replace(release("3.0.0", date(2025, 1, 1)), status=ReleaseStatus.IN_FORCE), changed]
    recipients.save(database, PEOPLE, datetime(2025, 6, 1, tzinfo=UTC))
    announce(database, changed)
    key = signing_key("", SECRETS, "policies.example.com/receipts")
    site = Site(Desk(database, PUBLISHER, SECRETS, key, ("privacy",), lambda _policy, _today: ()), releases)
    site.desk = replace(site.desk, releases=lambda _policy, _today: tuple(site.releases))
    return site


def announce(database: Database, changed: Release, at: datetime = NOW - timedelta(days=1)) -> None:
    """Store the campaign of a release and what became of its deliveries."""
    campaign = Campaign(
        id=f"privacy-{changed.number}-announce",
        kind=Kind.ANNOUNCE,
        round=0,
        level=changed.level,
        status=CampaignStatus.DONE,
        channels=("email",),
        created_at=at,
        snapshot=Snapshot(changed, PUBLISHER),
    )
    with database.write() as connection:
        campaigns.add(connection, campaign)
        planner = deliveries.Planner(connection, campaign.id)
        plans = []
        for person in PEOPLE:
            audience = Audience.GUARDIAN if person.guardian_id else Audience.PERSON
            actor = person.guardian_id or person.id
            key = f"<{changed.number}-{person.id}>"
            plans.append(Planned(person.id, actor, audience, person.language, "email", f"{actor}@example.com", key))
        planner.write(plans)
        planner.close(at)
        ids = [row.id for row in connection.execute(_ids(campaign.id))]
        deliveries.append(connection, [DeliveryEvent(i, State.SENT, at, detail="250 ok") for i in ids])


def _ids(campaign: str):  # type: ignore[no-untyped-def]
    from sqlalchemy import select  # noqa: PLC0415

    from notifier.schema import deliveries as table  # noqa: PLC0415

    return select(table.c.id).where(table.c.campaign_id == campaign).order_by(table.c.id)
