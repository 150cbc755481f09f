"""Why a charger did not take its local list.

Revision: 0048, after 0047
"""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.add_column("local_lists", sa.Column("refusal", sa.String(), server_default="", nullable=False))


def downgrade() -> None:
    _stay_brief()
    op.drop_column("local_lists", "refusal")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
