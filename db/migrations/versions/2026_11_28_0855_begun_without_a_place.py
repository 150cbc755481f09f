"""Ends of transactions that found no session keep what a start told of them, of which nobody knew the connector.

Revision: 0042, after 0041
"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.add_column("unplaced_transactions", sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("unplaced_transactions", sa.Column("meter_start_wh", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    _stay_brief()
    op.drop_column("unplaced_transactions", "meter_start_wh")
    op.drop_column("unplaced_transactions", "begun_at")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
