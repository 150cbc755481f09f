"""Offers of a waiting list that came to nothing for a reason of ours, which count against nobody.

Revision: 0126, after 0125
"""

import sqlalchemy as sa
from alembic import op

revision = "0126"
down_revision = "0125"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.add_column(
        "waiting_list_entries", sa.Column("taken_back", sa.BigInteger(), server_default="0", nullable=False)
    )


def downgrade() -> None:
    _stay_brief()
    op.drop_column("waiting_list_entries", "taken_back")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
