"""Since when a driver or a card is blocked: what began before is judged by its own time.

Revision: 0114, after 0113
"""

import sqlalchemy as sa
from alembic import op

revision = "0114"
down_revision = "0113"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    for table in ("drivers", "tokens"):
        op.add_column(table, sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    _stay_brief()
    for table in ("drivers", "tokens"):
        op.drop_column(table, "blocked_at")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
