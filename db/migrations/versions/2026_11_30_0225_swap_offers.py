"""Offers to swap one's slot for another one.

Revision: 0108, after 0107
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0108"
down_revision = "0107"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    instant, document = sa.DateTime(timezone=True), postgresql.JSONB(astext_type=sa.Text())
    op.create_table(
        "swap_offers",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("reservation_code", sa.String(), nullable=False),
        sa.Column("hold_id", sa.BigInteger(), nullable=False),
        sa.Column("pool_id", sa.String(), nullable=False),
        sa.Column("gives_start", instant, nullable=False),
        sa.Column("gives_end", instant, nullable=False),
        sa.Column("wants_start", instant, nullable=False),
        sa.Column("wants_end", instant, nullable=False),
        sa.Column("terms", document, nullable=False),
        sa.Column("accepted", document, nullable=False),
        sa.Column("made_at", instant, nullable=False),
        sa.Column("expires_at", instant, nullable=False),
        sa.Column("withdrawn_at", instant, nullable=True),
        sa.Column("taken_by", sa.String(), nullable=True),
        sa.Column("taken_at", instant, nullable=True),
        sa.Column("taker_terms", document, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_swap_offers")),
        sa.ForeignKeyConstraint(["hold_id"], ["holds.id"], name=op.f("fk_swap_offers_hold_id_holds")),
        sa.ForeignKeyConstraint(["pool_id"], ["pools.id"], name=op.f("fk_swap_offers_pool_id_pools")),
        sa.CheckConstraint(
            "gives_start < gives_end AND wants_start < wants_end", name=op.f("ck_swap_offers_slots")
        ),
        sa.CheckConstraint("(taken_by IS NULL) = (taken_at IS NULL)", name=op.f("ck_swap_offers_taken")),
        sa.CheckConstraint("taken_by IS NULL OR withdrawn_at IS NULL", name=op.f("ck_swap_offers_one_end")),
    )
    op.create_index("ix_swap_offers_reservation_code", "swap_offers", ["reservation_code", "made_at"])


def downgrade() -> None:
    _stay_brief()
    op.drop_table("swap_offers")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
