"""By which clock a notice is told: those of a waiting list belong to no reservation that would say it.

Revision: 0122, after 0121
"""

import sqlalchemy as sa
from alembic import op

revision = "0122"
down_revision = "0121"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.add_column("notifications", sa.Column("zone", sa.String(), server_default="", nullable=False))


def downgrade() -> None:
    _stay_brief()
    op.drop_column("notifications", "zone")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
