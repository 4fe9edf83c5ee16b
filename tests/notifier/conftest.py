"""What the notifier's tests share: a database of each kind, and a release small enough to read."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from notifier.model import Recipient
from notifier.settings import Settings
from notifier.store.engine import Database
from policy_versions.model import (
    Category,
    Confidence,
    Direction,
    Effect,
    Finding,
    Level,
    Lines,
    Obligation,
    Publisher,
    Release,
    ReleaseFinding,
    ReleaseStatus,
    ReleaseText,
)

NOW = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    """Give the moment at which the tests happen."""
    return NOW


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Give the address of a database made for this session and dropped after it."""
    admin = sa.make_url(os.environ["TEST_POSTGRES_URL"])
    name = f"notifier_{uuid.uuid4().hex}"
    engine = sa.create_engine(admin, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f'CREATE DATABASE "{name}"'))
    yield admin.set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(sa.text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the address of an empty database, once for each kind that the product runs on."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/notifier.db"
    url: str = request.getfixturevalue("postgres_url")
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        connection.execute(sa.text("CREATE SCHEMA public"))
    engine.dispose()
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Give an empty database with its tables."""
    with Database.open(database_url) as database:
        database.create()
        yield database


def finding(
    fingerprint: str,
    language: str,
    meaning: dict[str, str],
    *,
    before: str = "",
    after: str = "",
    level: Level = Level.SEPARATE_CONSENT,
    category: Category = Category.RECIPIENTS,
    material: bool = True,
) -> ReleaseFinding:
    """Make a finding with its duty."""
    effect = Effect.ADDED if not before else Effect.REMOVED if not after else Effect.CHANGED
    return ReleaseFinding(
        Finding(
            rule="recipient-added",
            category=category,
            effect=effect,
            direction=Direction.EXPANDS,
            material=material,
            evidence_before=before,
            evidence_after=after,
            lines_before=Lines(),
            lines_after=Lines(3, 3),
            confidence=Confidence.HIGH,
            fingerprint=fingerprint,
            explanation=meaning,
        ),
        language,
        Obligation(level, 30),
    )


@pytest.fixture
def publisher() -> Publisher:
    """Give a publisher of two languages."""
    return Publisher(
        title={"zh-CN": "全民法务政策", "en": "Policies of Quanmin Legal"},
        name={"zh-CN": "全民法务", "en": "Quanmin Legal"},
        url="https://policies.example.com/",
        languages=("zh-CN", "en"),
        authoritative="zh-CN",
        jurisdictions=("CN",),
        timezone="Asia/Shanghai",
        department={"zh-CN": "个人信息保护部", "en": "Data Protection Office"},
        authorities={"zh-CN": "网信、电信、公安、市场监管部门", "en": "the authorities"},
        email="privacy@example.com",
        phone="400-810-8888",
        policy_titles={"privacy": {"zh-CN": "隐私政策", "en": "Privacy Policy"}},
    )


@pytest.fixture
def release() -> Release:
    """Give a release that asks for consent: one recipient more, one contact changed, one editorial change."""
    added = {"zh-CN": "新增接收方：星图广告。", "en": "A new recipient: Xingtu Ads."}
    contact = {"zh-CN": "联系电话有变。", "en": "The telephone number changes."}
    wording = {"zh-CN": "措辞调整。", "en": "Wording only."}
    zh, en = "我们向星图广告提供设备标识符。", "We give device identifiers to Xingtu Ads."
    informs = {"level": Level.PROMINENT, "category": Category.CONTACT}
    return Release(
        policy="privacy",
        number="4.0.0",
        previous="3.2.0",
        announced_on=date(2026, 11, 1),
        effective_on=date(2026, 12, 1),
        texts={
            "zh-CN": ReleaseText("zh-CN", "policies/privacy/zh-CN.md", "0" * 64),
            "en": ReleaseText("en", "policies/privacy/en.md", "1" * 64),
        },
        summaries={"zh-CN": "新增广告合作方。", "en": "new advertising partners"},
        findings=(
            finding("a1", "zh-CN", added, after=zh),
            finding("a2", "en", added, after=en),
            finding("b1", "zh-CN", contact, before="电话 400-1", after="电话 400-2", **informs),  # type: ignore[arg-type]
            finding("b2", "en", contact, before="call 400-1", after="call 400-2", **informs),  # type: ignore[arg-type]
            finding("c1", "zh-CN", wording, before="如果", after="若", level=Level.NONE, material=False),
        ),
        decisions=(),
        level=Level.SEPARATE_CONSENT,
        guardian=False,
        lead_days=30,
        status=ReleaseStatus.ANNOUNCED,
    )


@pytest.fixture
def people() -> tuple[Recipient, ...]:
    """Give five people: two grown up, one without address, a child and its guardian."""
    return (
        Recipient("anna", "en", "CN", birth_date=date(1990, 5, 1), addresses={"email": "anna@example.org"}),
        Recipient("bao", "zh-CN", "CN", birth_date=date(1985, 5, 1), addresses={"email": "bao@example.org"}),
        Recipient("chen", "zh-CN", "CN", birth_date=date(1970, 5, 1)),
        Recipient(
            "didi", "zh-CN", "CN", date(2014, 5, 1), None, "bao", "father", addresses={"email": "didi@example.org"}
        ),
        Recipient("eve", "zh-CN", "CN", date(2013, 5, 1), addresses={"email": "eve@example.org"}),
    )


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Give settings without any server."""
    env = {"POLICYCTL_SECRET_KEY": "a-key-of-the-tests", "POLICYCTL_MAIL_FROM": "notice@example.com"}
    return Settings.load(env, tmp_path)


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    """Give a clock that the test moves."""
    return Clock(NOW)
