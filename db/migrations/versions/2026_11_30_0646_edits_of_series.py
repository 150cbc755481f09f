"""How often a series was ended or changed: of two who do so, the second learns of the first.

Revision: 0120, after 0119
"""

import sqlalchemy as sa
from alembic import op

revision = "0120"
down_revision = "0119"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.add_column(
        "reservation_series", sa.Column("edits", sa.BigInteger(), server_default="0", nullable=False)
    )


def downgrade() -> None:
    _stay_brief()
    op.drop_column("reservation_series", "edits")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
