"""When a site is open, and whose public holidays count.

Revision: 0092, after 0091
"""

import sqlalchemy as sa
from alembic import op

revision = "0092"
down_revision = "0091"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.add_column("sites", sa.Column("opening_hours", sa.String(), server_default="", nullable=False))
    op.add_column("sites", sa.Column("country", sa.String(), server_default="", nullable=False))


def downgrade() -> None:
    _stay_brief()
    op.drop_column("sites", "country")
    op.drop_column("sites", "opening_hours")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
