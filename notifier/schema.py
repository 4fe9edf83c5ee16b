"""The tables: what must always hold stands here as UNIQUE, CHECK and trigger, not in code that could forget it."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Connection,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    event,
    text,
)

from notifier.columns import BIG, either, moment, one_of, text_column

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

recipients = Table(
    "recipients",
    metadata,
    text_column("id", primary_key=True),  # the company's own id
    text_column("language"),
    text_column("jurisdiction"),
    Column("birth_date", Date),
    text_column("age_band", nullable=True),
    # No foreign key: a guardian may be imported after the child; `audience` refuses ids that nobody has.
    text_column("guardian_id", nullable=True),
    text_column("guardian_relation", nullable=True),
    moment("created_at"),
    CheckConstraint("id <> ''", name="id"),
    CheckConstraint("guardian_id IS NULL OR guardian_id <> id", name="guardian"),
)

addresses = Table(
    "addresses",
    metadata,
    text_column("recipient_id", ForeignKey("recipients.id", ondelete="CASCADE")),
    text_column("channel"),
    text_column("address"),
    Column("rank", Integer, nullable=False, default=0),
    PrimaryKeyConstraint("recipient_id", "channel"),
    CheckConstraint("address <> ''", name="address"),
)

campaigns = Table(
    "campaigns",
    metadata,
    text_column("id", primary_key=True),
    text_column("policy"),
    text_column("number"),
    text_column("previous"),
    text_column("kind"),
    Column("round", Integer, nullable=False, default=0),  # 0 for announce and recall, 1 and 2 for reminders
    text_column("level"),
    Column("guardian", Boolean, nullable=False),
    Column("effective_on", Date),
    text_column("status"),
    text_column("channels"),  # comma separated, in order of the cascade
    moment("created_at"),
    moment("started_at", nullable=True),
    text_column("started_by", nullable=True),
    text_column("release_json"),  # release and publisher as they were, so that sending needs no git
    one_of("kind", CAMPAIGN_KINDS, "kind"),
    one_of("status", CAMPAIGN_STATES, "status"),
    CheckConstraint("round BETWEEN 0 AND 2", name="round"),  # at most two reminders
    UniqueConstraint("policy", "number", "kind", "round"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", BIG, primary_key=True, autoincrement=True),
    text_column("campaign_id", ForeignKey("campaigns.id")),
    # No foreign key on persons: what they were told outlives their row.
    text_column("recipient_id"),
    text_column("actor_id"),  # who is addressed: the recipient, or the guardian on the recipient's behalf
    text_column("audience"),  # in which role: person, child, guardian
    text_column("language"),
    text_column("channel"),
    text_column("address"),  # empty: nothing to send to, the event says why
    Column("chunk", Integer, nullable=False),
    text_column("message_id"),
    UniqueConstraint("campaign_id", "recipient_id", "actor_id", "channel"),
    Index("ix_deliveries_chunk", "campaign_id", "channel", "chunk"),
)

chunks = Table(
    "chunks",
    metadata,
    text_column("campaign_id", ForeignKey("campaigns.id")),
    text_column("channel"),
    Column("chunk", Integer, nullable=False),
    text_column("state"),
    Column("lease_token", Integer, nullable=False, default=0),  # fencing token: grows with each lease
    moment("leased_until", nullable=True),
    Column("attempts", Integer, nullable=False, default=0),
    moment("not_before", nullable=True),
    text_column("detail", default=""),  # why it waits
    PrimaryKeyConstraint("campaign_id", "channel", "chunk"),
    one_of("state", CHUNK_STATES, "state"),
    Index("ix_chunks_due", "state", "not_before"),
)

delivery_events = Table(
    "delivery_events",
    metadata,
    Column("id", BIG, primary_key=True, autoincrement=True),
    Column("delivery_id", BIG, ForeignKey("deliveries.id"), nullable=False),
    text_column("state"),
    moment("at"),
    text_column("provider_id"),
    text_column("detail"),
    either("state", DELIVERY_STATES, "state"),
    Index("ix_delivery_events_delivery", "delivery_id"),
)

banners = Table(
    "banners",
    metadata,
    Column("delivery_id", BIG, ForeignKey("deliveries.id"), primary_key=True, autoincrement=False),
    text_column("recipient_id"),
    text_column("campaign_id"),
    text_column("language"),
    text_column("title"),
    text_column("body"),
    text_column("link"),
    moment("created_at"),
    Index("ix_banners_recipient", "recipient_id"),
)

guardianships = Table(
    "guardianships",
    metadata,
    text_column("child_id"),
    text_column("guardian_id"),
    text_column("relation"),
    text_column("method"),
    text_column("evidence_sha256"),
    moment("established_at"),
    moment("ended_at", nullable=True),
    PrimaryKeyConstraint("child_id", "guardian_id", "established_at"),
    CheckConstraint("child_id <> guardian_id", name="persons"),
)

consent_events = Table(
    "consent_events",
    metadata,
    text_column("id", primary_key=True),
    Column("position", Integer, nullable=False),  # place in the chain of this subject, from 0
    text_column("subject"),
    text_column("policy"),
    text_column("number"),
    text_column("language"),
    Column("findings", JSON, nullable=False),
    text_column("text_sha256"),
    text_column("screen_sha256"),
    text_column("state"),
    text_column("actor"),
    text_column("actor_id"),
    text_column("relation"),
    text_column("method"),
    moment("at"),
    text_column("previous_hash"),
    text_column("hash"),
    one_of("state", CONSENT_STATES, "state"),
    UniqueConstraint("hash"),
    UniqueConstraint("subject", "position"),
)

receipts = Table(
    "receipts",
    metadata,
    text_column("id", primary_key=True),
    text_column("event_id"),
    Column("document", JSON, nullable=False),
    text_column("signature"),
    moment("created_at"),
    ForeignKeyConstraint(["event_id"], ["consent_events.id"]),
)

screens = Table(
    "screens",  # what was shown, word for word, by its hash: an event without it would prove little
    metadata,
    text_column("sha256", primary_key=True),
    text_column("content"),
)

link_requests = Table(
    "link_requests",  # who asked for a fresh link and when, so that nobody can be flooded with mails
    metadata,
    text_column("recipient_id"),
    moment("at"),
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
