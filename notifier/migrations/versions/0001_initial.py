"""The tables of the first version, as they were then: `notifier.schema` may move on, this file may not."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from notifier.columns import BIG, UTCDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

FROZEN = {
    "deliveries": ("UPDATE",),
    "delivery_events": ("UPDATE", "DELETE"),
    "consent_events": ("UPDATE", "DELETE"),
    "receipts": ("UPDATE", "DELETE"),
    "screens": ("UPDATE", "DELETE"),
}


def triggers(dialect: str) -> list[str]:
    """Return the statements that make the frozen tables append-only."""
    statements = []
    if dialect == "postgresql":
        statements.append(
            "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
        )
    for table, operations in FROZEN.items():
        for operation in operations:
            body = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            if dialect == "postgresql":
                body = "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            statements.append(f"CREATE TRIGGER {table}_no_{operation.lower()} BEFORE {operation} ON {table} {body}")
    return statements


def upgrade() -> None:
    """Make all tables, those first that others refer to."""
    _campaigns()
    _consent()
    _people()
    _sending()
    _records()
    for statement in triggers(op.get_bind().dialect.name):
        op.execute(sa.text(statement))


def _campaigns() -> None:
    """Make the table of campaigns."""
    op.create_table(
        "campaigns",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("guardian", sa.Boolean(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("channels", sa.Text(), nullable=False),
        sa.Column("created_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("started_at", UTCDateTime(timezone=True), nullable=True),
        sa.Column("started_by", sa.Text(), nullable=True),
        sa.Column("release_json", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('announce', 'remind', 'recall')", name=op.f("ck_campaigns_kind")),
        sa.CheckConstraint(
            "status IN ('planned', 'running', 'paused', 'done', 'cancelled')", name=op.f("ck_campaigns_status")
        ),
        sa.CheckConstraint("round BETWEEN 0 AND 2", name=op.f("ck_campaigns_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
        sa.UniqueConstraint("policy", "number", "kind", "round", name=op.f("uq_campaigns_policy")),
    )


def _consent() -> None:
    """Make what is kept of consent: events, guardians, requests for a link."""
    op.create_table(
        "consent_events",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("text_sha256", sa.Text(), nullable=False),
        sa.Column("screen_sha256", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('requested', 'deferred', 'given', 'renewed', 'refused', 'withdrawn', 'expired', 'invalidated')",
            name=op.f("ck_consent_events_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_events")),
        sa.UniqueConstraint("hash", name=op.f("uq_consent_events_hash")),
        sa.UniqueConstraint("subject", "position", name=op.f("uq_consent_events_subject")),
    )
    op.create_table(
        "guardianships",
        sa.Column("child_id", sa.Text(), nullable=False),
        sa.Column("guardian_id", sa.Text(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("evidence_sha256", sa.Text(), nullable=False),
        sa.Column("established_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", UTCDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("child_id <> guardian_id", name=op.f("ck_guardianships_persons")),
        sa.PrimaryKeyConstraint("child_id", "guardian_id", "established_at", name=op.f("pk_guardianships")),
    )
    op.create_table(
        "link_requests",
        sa.Column("recipient_id", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("recipient_id", "at", name=op.f("pk_link_requests")),
    )


def _people() -> None:
    """Make who is told, the screens they saw and their addresses."""
    op.create_table(
        "recipients",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("age_band", sa.Text(), nullable=True),
        sa.Column("guardian_id", sa.Text(), nullable=True),
        sa.Column("guardian_relation", sa.Text(), nullable=True),
        sa.Column("created_at", UTCDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id <> ''", name=op.f("ck_recipients_id")),
        sa.CheckConstraint("guardian_id IS NULL OR guardian_id <> id", name=op.f("ck_recipients_guardian")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recipients")),
    )
    op.create_table(
        "screens",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_screens")),
    )
    op.create_table(
        "addresses",
        sa.Column("recipient_id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.CheckConstraint("address <> ''", name=op.f("ck_addresses_address")),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["recipients.id"], name=op.f("fk_addresses_recipient_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("recipient_id", "channel", name=op.f("pk_addresses")),
    )


def _sending() -> None:
    """Make what is planned and leased."""
    op.create_table(
        "chunks",
        sa.Column("campaign_id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("chunk", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("lease_token", sa.Integer(), nullable=False),
        sa.Column("leased_until", UTCDateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", UTCDateTime(timezone=True), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('pending', 'leased', 'done', 'cancelled')", name=op.f("ck_chunks_state")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_chunks_campaign_id")),
        sa.PrimaryKeyConstraint("campaign_id", "channel", "chunk", name=op.f("pk_chunks")),
    )
    op.create_index("ix_chunks_due", "chunks", ["state", "not_before"], unique=False)
    op.create_table(
        "deliveries",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("campaign_id", sa.Text(), nullable=False),
        sa.Column("recipient_id", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("chunk", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_deliveries_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint(
            "campaign_id", "recipient_id", "actor_id", "channel", name=op.f("uq_deliveries_campaign_id")
        ),
    )
    op.create_index("ix_deliveries_chunk", "deliveries", ["campaign_id", "channel", "chunk"], unique=False)


def _records() -> None:
    """Make what is recorded of it: receipts, banners, results."""
    op.create_table(
        "receipts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("created_at", UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["consent_events.id"], name=op.f("fk_receipts_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipts")),
    )
    op.create_table(
        "banners",
        sa.Column("delivery_id", BIG, autoincrement=False, nullable=False),
        sa.Column("recipient_id", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("created_at", UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_banners_delivery_id")),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_banners")),
    )
    op.create_index("ix_banners_recipient", "banners", ["recipient_id"], unique=False)
    op.create_table(
        "delivery_events",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("delivery_id", BIG, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state = 'pending' OR state = 'sending' OR state = 'sent' OR state = 'delivered' OR state = 'failed' OR "
            "state = 'bounced' OR state = 'skipped' OR state = 'cancelled' OR state = 'in-doubt'",
            name=op.f("ck_delivery_events_state"),
        ),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_delivery_events_delivery_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_events")),
    )
    op.create_index("ix_delivery_events_delivery", "delivery_events", ["delivery_id"], unique=False)


def downgrade() -> None:
    """Drop all tables."""
    op.drop_index("ix_delivery_events_delivery", table_name="delivery_events")
    op.drop_table("delivery_events")
    op.drop_index("ix_banners_recipient", table_name="banners")
    op.drop_table("banners")
    op.drop_table("receipts")
    op.drop_index("ix_deliveries_chunk", table_name="deliveries")
    op.drop_table("deliveries")
    op.drop_index("ix_chunks_due", table_name="chunks")
    op.drop_table("chunks")
    op.drop_table("addresses")
    op.drop_table("screens")
    op.drop_table("recipients")
    op.drop_table("link_requests")
    op.drop_table("guardianships")
    op.drop_table("consent_events")
    op.drop_table("campaigns")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change()")
