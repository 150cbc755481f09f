"""Cards that are only saved at booking, and when an authorisation lapses.

Revision: 0063, after 0062
"""

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.create_table(
        "card_setups",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("reservation_code", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("setup_intent_id", sa.String(), nullable=True),
        sa.Column("payment_method", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_setups")),
        sa.UniqueConstraint("reservation_code", "step", name=op.f("uq_card_setups_reservation_code_step")),
        sa.UniqueConstraint("setup_intent_id", name=op.f("uq_card_setups_setup_intent_id")),
    )
    op.add_column("payments", sa.Column("lapses_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    _stay_brief()
    op.drop_column("payments", "lapses_at")
    op.drop_table("card_setups")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
