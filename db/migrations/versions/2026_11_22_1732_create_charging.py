"""What chargers report: events, who is told of them, and charging sessions.

Revision: 0005, after 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    _create_charger_events()
    _create_event_deliveries()
    _create_sessions()


def downgrade() -> None:
    _stay_brief()
    op.drop_table("sessions")
    op.drop_table("event_deliveries")
    op.drop_table("charger_events")


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
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(
            ["charger_id"], ["chargers.id"], name="fk_charger_events_charger_id_chargers"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_charger_events"),
        sa.UniqueConstraint("event_id", name="uq_charger_events_event_id"),
    )
    op.create_index(
        "ix_charger_events_charger_id_received_at",
        "charger_events",
        ["charger_id", "received_at"],
        unique=False,
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
            ["event_row_id"], ["charger_events.id"], name="fk_event_deliveries_event_row_id_charger_events"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_event_deliveries"),
        sa.UniqueConstraint(
            "event_row_id", "reservation_code", name="uq_event_deliveries_event_row_id_reservation_code"
        ),
    )
    op.create_index(
        "ix_event_deliveries_undelivered",
        "event_deliveries",
        ["id"],
        unique=False,
        postgresql_where="delivered_at IS NULL",
    )


def _create_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("charger_id", sa.String(), nullable=False),
        sa.Column("connector_id", sa.BigInteger(), nullable=False),
        sa.Column("transaction_id", sa.String(), nullable=False),
        sa.Column("id_tag", sa.String(), nullable=False),
        sa.Column("driver_id", sa.String(), nullable=True),
        sa.Column("reservation_code", sa.String(), nullable=True),
        sa.Column("authorised", sa.Boolean(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("meter_start_wh", sa.BigInteger(), nullable=False),
        sa.Column("meter_last_wh", sa.BigInteger(), nullable=False),
        sa.Column("meter_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("energy_started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stop_reason", sa.String(), server_default="", nullable=False),
        sa.Column("last_seq_no", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["charger_id"], ["chargers.id"], name="fk_sessions_charger_id_chargers"),
        sa.ForeignKeyConstraint(
            ["connector_id"], ["connectors.id"], name="fk_sessions_connector_id_connectors"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.UniqueConstraint("charger_id", "transaction_id", name="uq_sessions_charger_id_transaction_id"),
    )
    op.create_index(
        "ix_sessions_open_by_connector",
        "sessions",
        ["connector_id"],
        unique=False,
        postgresql_where="ended_at IS NULL",
    )
    op.create_index("ix_sessions_reservation_code", "sessions", ["reservation_code"], unique=False)


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
