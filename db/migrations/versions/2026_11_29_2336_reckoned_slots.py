"""Why a quoted slot is as long as it is, where that was reckoned from an energy.

Revision: 0105, after 0104
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0105"
down_revision = "0104"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.add_column("quotes", sa.Column("reckoned", postgresql.JSONB(astext_type=sa.Text()), nullable=True))


def downgrade() -> None:
    _stay_brief()
    op.drop_column("quotes", "reckoned")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
