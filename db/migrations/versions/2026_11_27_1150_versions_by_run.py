"""Whose versions they are: the run of the workflow that asked or published.

Revision: 0022, after 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_TABLES = ("fences", "reservations")


def upgrade() -> None:
    _stay_brief()
    for table in _TABLES:
        op.add_column(table, sa.Column("run", sa.String(), server_default="", nullable=False))


def downgrade() -> None:
    _stay_brief()
    for table in reversed(_TABLES):
        op.drop_column(table, "run")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
