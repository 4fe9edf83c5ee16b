"""The tables: what must always hold stands here as UNIQUE, CHECK and trigger, not in code that could forget it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Connection,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    event,
    text,
)

CAMPAIGN_KINDS: Final = ("announce", "remind", "recall")
CAMPAIGN_STATES: Final = ("planned", "running", "paused", "done", "cancelled")
CHUNK_STATES: Final = ("pending", "leased", "done", "cancelled")
_ON_ITS_WAY: Final = ("pending", "sending", "sent", "delivered")
DELIVERY_STATES: Final = (*_ON_ITS_WAY, "failed", "bounced", "skipped", "cancelled", "in-doubt")
CONSENT_STATES: Final = ("requested", "deferred", "given", "renewed", "refused", "withdrawn", "expired", "invalidated")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)
BIG: Final = BigInteger().with_variant(Integer, "sqlite")  # SQLite makes row ids only for INTEGER


class UTCDateTime(TypeDecorator[datetime]):
    """A moment; kept in UTC, refused when it is naive, because SQLite would silently drop the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware moment into UTC; raise ValueError for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a time zone cannot be stored: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the moment its zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _one_of(column: str, values: tuple[str, ...], name: str) -> CheckConstraint:
    """Allow these values only."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=name)


def _text(name: str, *args: Any, nullable: bool = False, **options: Any) -> Column[str]:
    """Declare a text column, required unless said otherwise."""
    return Column(name, Text, *args, nullable=nullable, **options)


def _moment(name: str, *, nullable: bool = False) -> Column[datetime]:
    """Declare a moment in UTC."""
    return Column(name, UTCDateTime, nullable=nullable)


recipients = Table(
    "recipients",
    metadata,
    _text("id", primary_key=True),  # the company's own id
    _text("language"),
    _text("jurisdiction"),
    Column("birth_date", Date),
    _text("age_band", nullable=True),
    # No foreign key: a guardian may be imported after the child; `audience` refuses ids that nobody has.
    _text("guardian_id", nullable=True),
    _text("guardian_relation", nullable=True),
    _moment("created_at"),
    CheckConstraint("id <> ''", name="id"),
    CheckConstraint("guardian_id IS NULL OR guardian_id <> id", name="guardian"),
)

addresses = Table(
    "addresses",
    metadata,
    _text("recipient_id", ForeignKey("recipients.id", ondelete="CASCADE")),
    _text("channel"),
    _text("address"),
    Column("rank", Integer, nullable=False, default=0),
    PrimaryKeyConstraint("recipient_id", "channel"),
    CheckConstraint("address <> ''", name="address"),
)

campaigns = Table(
    "campaigns",
    metadata,
    _text("id", primary_key=True),
    _text("policy"),
    _text("number"),
    _text("previous"),
    _text("kind"),
    Column("round", Integer, nullable=False, default=0),  # 0 for announce and recall, 1 and 2 for reminders
    _text("level"),
    Column("guardian", Boolean, nullable=False),
    Column("effective_on", Date),
    _text("status"),
    _text("channels"),  # comma separated, in order of the cascade
    _moment("created_at"),
    _moment("started_at", nullable=True),
    _text("started_by", nullable=True),
    _text("release_json"),  # release and publisher as they were, so that sending needs no git
    _one_of("kind", CAMPAIGN_KINDS, "kind"),
    _one_of("status", CAMPAIGN_STATES, "status"),
    CheckConstraint("round BETWEEN 0 AND 2", name="round"),  # at most two reminders
    UniqueConstraint("policy", "number", "kind", "round"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", BIG, primary_key=True, autoincrement=True),
    _text("campaign_id", ForeignKey("campaigns.id")),
    # No foreign key on persons: what they were told outlives their row.
    _text("recipient_id"),
    _text("actor_id"),  # who is addressed: the recipient, or the guardian on the recipient's behalf
    _text("audience"),  # in which role: person, child, guardian
    _text("language"),
    _text("channel"),
    _text("address"),  # empty: nothing to send to, the event says why
    Column("chunk", Integer, nullable=False),
    _text("message_id"),
    UniqueConstraint("campaign_id", "recipient_id", "actor_id", "channel"),
    Index("ix_deliveries_chunk", "campaign_id", "channel", "chunk"),
)

chunks = Table(
    "chunks",
    metadata,
    _text("campaign_id", ForeignKey("campaigns.id")),
    _text("channel"),
    Column("chunk", Integer, nullable=False),
    _text("state"),
    Column("lease_token", Integer, nullable=False, default=0),  # fencing token: grows with each lease
    _moment("leased_until", nullable=True),
    Column("attempts", Integer, nullable=False, default=0),
    _moment("not_before", nullable=True),
    _text("detail", default=""),  # why it waits
    PrimaryKeyConstraint("campaign_id", "channel", "chunk"),
    _one_of("state", CHUNK_STATES, "state"),
    Index("ix_chunks_due", "state", "not_before"),
)

delivery_events = Table(
    "delivery_events",
    metadata,
    Column("id", BIG, primary_key=True, autoincrement=True),
    Column("delivery_id", BIG, ForeignKey("deliveries.id"), nullable=False),
    _text("state"),
    _moment("at"),
    _text("provider_id"),
    _text("detail"),
    _one_of("state", DELIVERY_STATES, "state"),
    Index("ix_delivery_events_delivery", "delivery_id"),
)

banners = Table(
    "banners",
    metadata,
    Column("delivery_id", BIG, ForeignKey("deliveries.id"), primary_key=True, autoincrement=False),
    _text("recipient_id"),
    _text("campaign_id"),
    _text("language"),
    _text("title"),
    _text("body"),
    _text("link"),
    _moment("created_at"),
    Index("ix_banners_recipient", "recipient_id"),
)

guardianships = Table(
    "guardianships",
    metadata,
    _text("child_id"),
    _text("guardian_id"),
    _text("relation"),
    _text("method"),
    _text("evidence_sha256"),
    _moment("established_at"),
    _moment("ended_at", nullable=True),
    PrimaryKeyConstraint("child_id", "guardian_id", "established_at"),
    CheckConstraint("child_id <> guardian_id", name="persons"),
)

consent_events = Table(
    "consent_events",
    metadata,
    _text("id", primary_key=True),
    Column("position", Integer, nullable=False),  # place in the chain of this subject, from 0
    _text("subject"),
    _text("policy"),
    _text("number"),
    _text("language"),
    Column("findings", JSON, nullable=False),
    _text("text_sha256"),
    _text("screen_sha256"),
    _text("state"),
    _text("actor"),
    _text("actor_id"),
    _text("relation"),
    _text("method"),
    _moment("at"),
    _text("previous_hash"),
    _text("hash"),
    _one_of("state", CONSENT_STATES, "state"),
    UniqueConstraint("hash"),
    UniqueConstraint("subject", "position"),
    Index("ix_consent_events_subject", "subject", "policy"),
)

receipts = Table(
    "receipts",
    metadata,
    _text("id", primary_key=True),
    _text("event_id"),
    Column("document", JSON, nullable=False),
    _text("signature"),
    _moment("created_at"),
    ForeignKeyConstraint(["event_id"], ["consent_events.id"]),
)

screens = Table(
    "screens",  # what was shown, word for word, by its hash: an event without it would prove little
    metadata,
    _text("sha256", primary_key=True),
    _text("content"),
)

link_requests = Table(
    "link_requests",  # who asked for a fresh link and when, so that nobody can be flooded with mails
    metadata,
    _text("recipient_id"),
    _moment("at"),
    PrimaryKeyConstraint("recipient_id", "at"),
)

# table -> what must never be done to its rows
FROZEN: Final = {
    "deliveries": ("UPDATE",),
    "delivery_events": ("UPDATE", "DELETE"),
    "consent_events": ("UPDATE", "DELETE"),
    "receipts": ("UPDATE", "DELETE"),
    "screens": ("UPDATE", "DELETE"),
}


def triggers(dialect: str) -> tuple[str, ...]:
    """Return the statements that make the frozen tables append-only on this dialect."""
    statements = []
    if dialect == "postgresql":
        statements.append(
            "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
        )
    for table, operations in FROZEN.items():
        for operation in operations:
            name = f"{table}_no_{operation.lower()}"
            if dialect == "postgresql":
                body = "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            else:
                body = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            statements.append(f"CREATE TRIGGER {name} BEFORE {operation} ON {table} {body}")
    return tuple(statements)


@event.listens_for(metadata, "after_create")
def _freeze(_target: MetaData, connection: Connection, **options: Any) -> None:
    """Add the triggers when the tables were made (a second create_all makes none)."""
    if options.get("tables"):
        for statement in triggers(connection.dialect.name):
            connection.execute(text(statement))
