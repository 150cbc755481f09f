"""What last kept whoever waits from what was free, so that they are told the reason when their wait is over.

Revision: 0125, after 0124
"""

import sqlalchemy as sa
from alembic import op

revision = "0125"
down_revision = "0124"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.add_column(
        "waiting_list_entries", sa.Column("kept_out", sa.String(), server_default="", nullable=False)
    )


def downgrade() -> None:
    _stay_brief()
    op.drop_column("waiting_list_entries", "kept_out")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
