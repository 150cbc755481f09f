"""Offers of waiting lists that came to nothing, each with its own time.

Revision: 0133, after 0132
"""

import sqlalchemy as sa
from alembic import op

revision = "0133"
down_revision = "0132"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.create_table(
        "unused_offers",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("driver_id", sa.String(), nullable=False),
        sa.Column("pool_id", sa.String(), nullable=True),
        sa.Column("slot_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("slot_end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("let_pass", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["waiting_list_entries.id"], name="fk_unused_offers_entry_id_waiting_list_entries"
        ),
        sa.PrimaryKeyConstraint("code", name="pk_unused_offers"),
    )
    op.create_index("ix_unused_offers_until", "unused_offers", ["site_id", "until"])
    op.create_index("ix_unused_offers_entry", "unused_offers", ["entry_id"])


def downgrade() -> None:
    _stay_brief()
    op.drop_table("unused_offers")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
