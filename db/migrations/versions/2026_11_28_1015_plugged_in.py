"""When a session was first known to have a vehicle at its cable.

Revision: 0050, after 0049
"""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.add_column("sessions", sa.Column("plugged_in_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    _stay_brief()
    op.drop_column("sessions", "plugged_in_at")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
