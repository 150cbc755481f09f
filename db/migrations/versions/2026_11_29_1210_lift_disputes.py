"""Who has lost a dispute for us books again once an operator says so.

Revision: 0069, after 0068
"""

import sqlalchemy as sa
from alembic import op

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.add_column("disputes", sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("disputes", sa.Column("lifted_by", sa.String(), server_default="", nullable=False))


def downgrade() -> None:
    _stay_brief()
    op.drop_column("disputes", "lifted_by")
    op.drop_column("disputes", "lifted_at")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
