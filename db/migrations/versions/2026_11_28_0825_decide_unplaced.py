"""Ends of transactions without a session are put before an operator, who places or dismisses them.

Revision: 0039, after 0038
"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_TABLE = "unplaced_transactions"


def upgrade() -> None:
    _stay_brief()
    op.add_column(_TABLE, sa.Column("dismissed_at", sa.DateTime(timezone=True), nullable=True))
    for name in ("decided_by", "reason"):
        op.add_column(_TABLE, sa.Column(name, sa.String(), server_default="", nullable=False))
    op.drop_index("ix_unplaced_transactions_open", _TABLE)
    op.create_index(
        "ix_unplaced_transactions_open",
        _TABLE,
        ["charger_id", "ended_at"],
        postgresql_where=sa.text("placed_at IS NULL AND dismissed_at IS NULL"),
    )
    op.create_index("ix_unplaced_transactions_ended_at", _TABLE, ["ended_at", "id"])


def downgrade() -> None:
    _stay_brief()
    op.drop_index("ix_unplaced_transactions_ended_at", _TABLE)
    op.drop_index("ix_unplaced_transactions_open", _TABLE)
    op.create_index(
        "ix_unplaced_transactions_open",
        _TABLE,
        ["charger_id", "id"],
        postgresql_where=sa.text("placed_at IS NULL"),
    )
    for name in ("reason", "decided_by", "dismissed_at"):
        op.drop_column(_TABLE, name)


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
