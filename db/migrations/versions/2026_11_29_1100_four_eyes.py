"""Money that one person asks to give away, and another one decides about.

Revision: 0060, after 0059
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.create_table(
        "money_requests",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("details", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), server_default="waiting", nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_money_requests_positive")),
        sa.CheckConstraint("decided_by <> asked_by", name=op.f("ck_money_requests_four_eyes")),
        sa.CheckConstraint(
            "state IN ('waiting', 'approved', 'refused')", name=op.f("ck_money_requests_known_state")
        ),
        sa.CheckConstraint(
            "(state = 'waiting') = (decided_at IS NULL) AND num_nulls(decided_at, decided_by) IN (0, 2)",
            name=op.f("ck_money_requests_decided_as_a_whole"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_money_requests")),
        sa.UniqueConstraint("asked_by", "key", name=op.f("uq_money_requests_asked_by_key")),
    )
    op.create_index("ix_money_requests_asked_at", "money_requests", ["asked_at", "id"])
    op.create_index(
        "ix_money_requests_waiting",
        "money_requests",
        ["subject"],
        postgresql_where=sa.text("state = 'waiting'"),
    )


def downgrade() -> None:
    _stay_brief()
    op.drop_table("money_requests")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
