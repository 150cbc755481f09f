"""Tariffs for walk-ins may be written by requests, each once.

Revision: 0111, after 0110
"""

import sqlalchemy as sa
from alembic import op

revision = "0111"
down_revision = "0110"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.add_column("walk_in_tariffs", sa.Column("key", sa.String(), nullable=True))
    op.create_unique_constraint(op.f("uq_walk_in_tariffs_key"), "walk_in_tariffs", ["key"])


def downgrade() -> None:
    _stay_brief()
    op.drop_constraint(op.f("uq_walk_in_tariffs_key"), "walk_in_tariffs", type_="unique")
    op.drop_column("walk_in_tariffs", "key")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
