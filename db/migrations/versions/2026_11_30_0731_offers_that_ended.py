"""Offers of waiting lists that came to nothing are counted by their site.

Revision: 0123, after 0122
"""

from alembic import op

revision = "0123"
down_revision = "0122"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.create_index("ix_waiting_list_entries_offers", "waiting_list_entries", ["site_id", "offer_until"])


def downgrade() -> None:
    _stay_brief()
    op.drop_index("ix_waiting_list_entries_offers", "waiting_list_entries")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
