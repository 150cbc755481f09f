"""Subscriptions at the payment provider, and the memberships that they pay for.

Revision: 0112, after 0111
"""

import sqlalchemy as sa
from alembic import op

revision = "0112"
down_revision = "0111"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("customer", sa.String(), nullable=False),
        sa.Column("driver_id", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("looks", sa.BigInteger(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_subscriptions"),
    )
    op.add_column("memberships", sa.Column("subscription_id", sa.String(), nullable=True))
    op.create_foreign_key(
        "fk_memberships_subscription_id_subscriptions",
        "memberships",
        "subscriptions",
        ["subscription_id"],
        ["id"],
    )
    op.create_index(
        "ix_memberships_subscription_id",
        "memberships",
        ["subscription_id"],
        postgresql_where=sa.text("subscription_id IS NOT NULL"),
    )


def downgrade() -> None:
    _stay_brief()
    op.drop_column("memberships", "subscription_id")
    op.drop_table("subscriptions")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
