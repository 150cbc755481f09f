"""Find holds by berth and time: the access gate asks for all that a bay has promised, by whichever plug.

Revision: 0033, after 0032
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_INDEXES = (
    ("ix_holds_open_by_berth", "released_at IS NULL"),
    ("ix_holds_given_up_by_berth", "released_at IS NOT NULL"),
)


def upgrade() -> None:
    _stay_brief()
    for name, predicate in _INDEXES:
        op.create_index(name, "holds", ["berth_id", "slot_end"], postgresql_where=sa.text(predicate))


def downgrade() -> None:
    _stay_brief()
    for name, _ in reversed(_INDEXES):
        op.drop_index(name, "holds")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
