"""Which meter readings tell of an interval rather than of a register.

Revision: 0047, after 0046
"""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.add_column(
        "meter_readings", sa.Column("is_interval", sa.Boolean(), server_default="false", nullable=False)
    )


def downgrade() -> None:
    _stay_brief()
    op.drop_column("meter_readings", "is_interval")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
