"""What an energy that was asked for comes to, beside the key that asked: a retry meets the same slot.

Revision: 0113, after 0112
"""

import sqlalchemy as sa
from alembic import op

revision = "0113"
down_revision = "0112"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.add_column("idempotency", sa.Column("reckoned_end", sa.DateTime(timezone=True), nullable=True))
    op.add_column("idempotency", sa.Column("reckoned_pool", sa.String(), nullable=True))


def downgrade() -> None:
    _stay_brief()
    op.drop_column("idempotency", "reckoned_pool")
    op.drop_column("idempotency", "reckoned_end")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
