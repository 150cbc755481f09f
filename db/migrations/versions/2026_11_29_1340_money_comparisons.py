"""Keep what comparisons of our books with the provider's have found.

Revision: 0067, after 0066
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.create_table(
        "money_comparisons",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("report", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_money_comparisons"),
    )
    op.create_index("ix_money_comparisons_began_at", "money_comparisons", ["began_at"])


def downgrade() -> None:
    _stay_brief()
    op.drop_table("money_comparisons")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
