"""What a charger was last asked to hold, on the hold itself.

Revision: 0017, after 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.add_column("holds", sa.Column("pushed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("holds", sa.Column("pushed_until", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    _stay_brief()
    op.drop_column("holds", "pushed_until")
    op.drop_column("holds", "pushed_at")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
