"""Who showed a card where access rules keep the place for others.

Revision: 0098, after 0097
"""

import sqlalchemy as sa
from alembic import op

revision = "0098"
down_revision = "0097"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.create_table(
        "refused_cards",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("charger_id", sa.String(), nullable=False),
        sa.Column("id_tag", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("driver_id", sa.String(), nullable=True),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["charger_id"], ["chargers.id"], name=op.f("fk_refused_cards_charger_id_chargers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refused_cards")),
        sa.UniqueConstraint(
            "charger_id", "id_tag", "reason", name=op.f("uq_refused_cards_charger_id_id_tag_reason")
        ),
    )
    op.create_index("ix_refused_cards_last_at", "refused_cards", ["last_at"])


def downgrade() -> None:
    _stay_brief()
    op.drop_table("refused_cards")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
