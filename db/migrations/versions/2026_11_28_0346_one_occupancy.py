"""Sessions that end as inferred and can be reopened, ids that are used again, and ends that found no session.

Revision: 0031, after 0030
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_ONE_AN_ID = "uq_sessions_charger_id_transaction_id"
_ONE_A_USE = "uq_sessions_charger_id_transaction_id_reuse"
_TIME = sa.DateTime(timezone=True)
_INSTANTS = ("start_told_at", "end_told_at", "last_sign_at", "contradicted_at")
_FLAGS = ("start_inferred", "end_inferred")


def upgrade() -> None:
    _stay_brief()
    op.add_column("sessions", sa.Column("reuse", sa.BigInteger(), server_default="0", nullable=False))
    for name in _INSTANTS:
        op.add_column("sessions", sa.Column(name, _TIME, nullable=True))
    for name in _FLAGS:
        flag: sa.Column[bool] = sa.Column(name, sa.Boolean(), server_default=sa.text("false"), nullable=False)
        op.add_column("sessions", flag)
    op.drop_constraint(_ONE_AN_ID, "sessions")
    op.create_unique_constraint(_ONE_A_USE, "sessions", ["charger_id", "transaction_id", "reuse"])
    inferred = sa.text("end_inferred")
    op.create_index(
        "ix_sessions_inferred_end", "sessions", ["charger_id", "ended_at"], postgresql_where=inferred
    )
    op.create_index("ix_sessions_by_connector", "sessions", ["connector_id", "started_at"])
    op.create_index(
        "ix_sessions_contradicted",
        "sessions",
        ["contradicted_at"],
        postgresql_where=sa.text("ended_at IS NULL AND contradicted_at IS NOT NULL"),
    )
    op.add_column("chargers", sa.Column("booted_at", _TIME, nullable=True))
    op.add_column("connectors", sa.Column("status_heard_at", _TIME, nullable=True))
    _create_unplaced()


def downgrade() -> None:
    _stay_brief()
    op.drop_table("unplaced_transactions")
    op.drop_column("connectors", "status_heard_at")
    op.drop_column("chargers", "booted_at")
    for name in ("ix_sessions_contradicted", "ix_sessions_by_connector", "ix_sessions_inferred_end"):
        op.drop_index(name, "sessions")
    op.drop_constraint(_ONE_A_USE, "sessions")
    # The version before knows one session an id.
    op.execute("UPDATE sessions SET transaction_id = transaction_id || '#' || reuse WHERE reuse > 0")
    op.create_unique_constraint(_ONE_AN_ID, "sessions", ["charger_id", "transaction_id"])
    for name in (*_FLAGS, *_INSTANTS, "reuse"):
        op.drop_column("sessions", name)


def _create_unplaced() -> None:
    op.create_table(
        "unplaced_transactions",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("charger_id", sa.String(), nullable=False),
        sa.Column("transaction_id", sa.String(), nullable=True),
        sa.Column("id_tag", sa.String(), server_default="", nullable=False),
        sa.Column("ended_at", _TIME, nullable=False),
        sa.Column("meter_wh", sa.BigInteger(), nullable=True),
        sa.Column("stop_reason", sa.String(), server_default="", nullable=False),
        sa.Column("heard_at", _TIME, nullable=False),
        sa.Column("placed_at", _TIME, nullable=True),
        sa.Column("session_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["charger_id"], ["chargers.id"], name=op.f("fk_unplaced_transactions_charger_id_chargers")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_unplaced_transactions_session_id_sessions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unplaced_transactions")),
        sa.UniqueConstraint("event_id", name=op.f("uq_unplaced_transactions_event_id")),
    )
    op.create_index(
        "ix_unplaced_transactions_open",
        "unplaced_transactions",
        ["charger_id", "id"],
        postgresql_where=sa.text("placed_at IS NULL"),
    )


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
