"""Sessions whose connector nobody has told yet.

Revision: 0049, after 0048
"""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.add_column(
        "sessions", sa.Column("place_inferred", sa.Boolean(), server_default="false", nullable=False)
    )


def downgrade() -> None:
    _stay_brief()
    op.drop_column("sessions", "place_inferred")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
