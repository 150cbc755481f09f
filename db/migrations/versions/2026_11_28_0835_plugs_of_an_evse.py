"""What each connector of a 2.x EVSE said last: together they are its status.

Revision: 0040, after 0039
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.add_column("connectors", sa.Column("plugs", postgresql.JSONB(), server_default="{}", nullable=False))


def downgrade() -> None:
    _stay_brief()
    op.drop_column("connectors", "plugs")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
