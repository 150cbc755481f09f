"""What a seed file said last of a driver and of a card: sown again unchanged, it takes back nothing.

Revision: 0115, after 0114
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0115"
down_revision = "0114"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    for table in ("drivers", "tokens"):
        op.add_column(table, sa.Column("sown", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    _stay_brief()
    for table in ("drivers", "tokens"):
        op.drop_column(table, "sown")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
