"""Bays that are asked for by name: what that was told to take from others, with the hold and the quote.

Revision: 0117, after 0116
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0117"
down_revision = "0116"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.add_column("quotes", sa.Column("bay", sa.String(), server_default="", nullable=False))
    for table in ("quotes", "holds"):
        op.add_column(table, sa.Column("named_bay", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    _stay_brief()
    for table in ("quotes", "holds"):
        op.drop_column(table, "named_bay")
    op.drop_column("quotes", "bay")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
