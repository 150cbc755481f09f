"""What refused an offer of a waiting list, so that the same acceptance is answered by it again.

Revision: 0124, after 0123
"""

import sqlalchemy as sa
from alembic import op

revision = "0124"
down_revision = "0123"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.add_column(
        "waiting_list_entries", sa.Column("offer_refused", sa.String(), server_default="", nullable=False)
    )


def downgrade() -> None:
    _stay_brief()
    op.drop_column("waiting_list_entries", "offer_refused")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
