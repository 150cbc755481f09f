"""One inbox of facts and one outbox of deliveries, for chargers, Stripe and whatever else will tell us things.

What waits to be delivered goes on waiting, under its old attempts.

Revision: 0016, after 0015
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


_WAITING = "delivered_at IS NULL"

_TAKE_OVER = (
    """
    INSERT INTO inbox (source, event_id, kind, subject, at, received_at, payload, answer)
    SELECT 'charger', event_id, kind, charger_id, at, received_at, payload, answer
    FROM charger_events ORDER BY id
    """,
    """
    INSERT INTO outbox (inbox_id, target, key, extra, attempts, not_before, delivered_at, outcome)
    SELECT inbox.id, 'reservation.charger', d.reservation_code,
           jsonb_strip_nulls(jsonb_build_object('matches_driver', d.matches_driver)),
           d.attempts, d.not_before, d.delivered_at, d.outcome
    FROM event_deliveries d
    JOIN charger_events e ON e.id = d.event_row_id
    JOIN inbox ON inbox.source = 'charger' AND inbox.event_id = e.event_id
    ORDER BY d.id
    """,
    """
    INSERT INTO inbox (source, event_id, kind, subject, at, received_at, payload)
    SELECT 'stripe', id, type, coalesce(payload #>> '{data,object,id}', ''), created_at, received_at, payload
    FROM stripe_events ORDER BY received_at
    """,
    """
    INSERT INTO outbox (inbox_id, target, key, attempts, not_before, delivered_at, outcome)
    SELECT inbox.id, 'reservation.payment',
           coalesce(e.payload #>> '{data,object,metadata,reservation_code}', e.id),
           e.attempts, e.not_before, e.handled_at, e.outcome
    FROM stripe_events e JOIN inbox ON inbox.source = 'stripe' AND inbox.event_id = e.id
    ORDER BY e.received_at
    """,
)

_GIVE_BACK = (
    """
    INSERT INTO charger_events
        (event_id, charger_id, connector_id, kind, at, received_at, payload, answer)
    SELECT event_id, subject, (payload ->> 'connector_id')::bigint, kind, at, received_at, payload, answer
    FROM inbox WHERE source = 'charger' ORDER BY id
    """,
    """
    INSERT INTO event_deliveries
        (event_row_id, reservation_code, matches_driver, attempts, not_before, delivered_at, outcome)
    SELECT e.id, o.key, (o.extra ->> 'matches_driver')::boolean,
           o.attempts, o.not_before, o.delivered_at, o.outcome
    FROM outbox o JOIN inbox i ON i.id = o.inbox_id JOIN charger_events e ON e.event_id = i.event_id
    WHERE i.source = 'charger' ORDER BY o.id
    """,
    """
    INSERT INTO stripe_events
        (id, type, payload, created_at, received_at, handled_at, outcome, attempts, not_before)
    SELECT i.event_id, i.kind, i.payload, i.at, i.received_at,
           o.delivered_at, o.outcome, o.attempts, o.not_before
    FROM inbox i JOIN outbox o ON o.inbox_id = i.id WHERE i.source = 'stripe'
    """,
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _create_inbox()
    _create_outbox()
    for statement in _TAKE_OVER:
        op.execute(statement)
    for table in ("event_deliveries", "charger_events", "stripe_events"):
        op.drop_table(table)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _create_charger_events()
    _create_event_deliveries()
    _create_stripe_events()
    for statement in _GIVE_BACK:
        op.execute(statement)
    op.drop_table("outbox")
    op.drop_table("inbox")


def _create_inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        sa.Column("answer", postgresql.JSONB(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("source", "event_id", name=op.f("uq_inbox_source_event_id")),
    )
    op.create_index("ix_inbox_source_subject_received_at", "inbox", ["source", "subject", "received_at"])


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("inbox_id", sa.BigInteger(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("extra", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["inbox_id"], ["inbox.id"], name=op.f("fk_outbox_inbox_id_inbox")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("inbox_id", "target", "key", name=op.f("uq_outbox_inbox_id_target_key")),
    )
    op.create_index("ix_outbox_waiting", "outbox", ["id"], postgresql_where=_WAITING)
    op.create_index("ix_outbox_waiting_by_key", "outbox", ["target", "key", "id"], postgresql_where=_WAITING)


def _create_charger_events() -> None:
    op.create_table(
        "charger_events",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("charger_id", sa.String(), nullable=False),
        sa.Column("connector_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        sa.Column("answer", postgresql.JSONB(), nullable=True),
        sa.ForeignKeyConstraint(
            ["charger_id"], ["chargers.id"], name=op.f("fk_charger_events_charger_id_chargers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charger_events")),
        sa.UniqueConstraint("event_id", name=op.f("uq_charger_events_event_id")),
    )
    op.create_index(
        "ix_charger_events_charger_id_received_at", "charger_events", ["charger_id", "received_at"]
    )


def _create_event_deliveries() -> None:
    op.create_table(
        "event_deliveries",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("event_row_id", sa.BigInteger(), nullable=False),
        sa.Column("reservation_code", sa.String(), nullable=False),
        sa.Column("matches_driver", sa.Boolean(), nullable=True),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["event_row_id"],
            ["charger_events.id"],
            name=op.f("fk_event_deliveries_event_row_id_charger_events"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_deliveries")),
        sa.UniqueConstraint(
            "event_row_id",
            "reservation_code",
            name=op.f("uq_event_deliveries_event_row_id_reservation_code"),
        ),
    )
    op.create_index("ix_event_deliveries_undelivered", "event_deliveries", ["id"], postgresql_where=_WAITING)
    op.create_index(
        "ix_event_deliveries_undelivered_by_reservation",
        "event_deliveries",
        ["reservation_code", "id"],
        postgresql_where=_WAITING,
    )


def _create_stripe_events() -> None:
    op.create_table(
        "stripe_events",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), server_default="", nullable=False),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stripe_events")),
    )
    op.create_index(
        "ix_stripe_events_unhandled", "stripe_events", ["received_at"], postgresql_where="handled_at IS NULL"
    )
