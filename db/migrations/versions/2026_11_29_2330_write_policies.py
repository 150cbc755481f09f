"""Let operators write policies and tariffs: each version knows the request that wrote it.

Revision: 0104, after 0103
"""

import sqlalchemy as sa
from alembic import op

revision = "0104"
down_revision = "0103"
branch_labels = None
depends_on = None
_TABLES = ("policies", "tariffs")


def upgrade() -> None:
    _stay_brief()
    for table in _TABLES:
        op.add_column(table, sa.Column("key", sa.String(), nullable=True))
        op.create_unique_constraint(f"uq_{table}_key", table, ["key"])


def downgrade() -> None:
    _stay_brief()
    for table in _TABLES:
        op.drop_column(table, "key")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
