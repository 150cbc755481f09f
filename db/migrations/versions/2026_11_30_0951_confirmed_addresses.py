"""Addresses are confirmed by a code that is sent there, and it is noted why one takes nothing any more.

Revision: 0129, after 0128
"""

import sqlalchemy as sa
from alembic import op

revision = "0129"
down_revision = "0128"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    _add(sa.Column("code_digest", sa.String(), server_default="", nullable=False))
    _add(sa.Column("code_until", sa.DateTime(timezone=True), nullable=True))
    _add(sa.Column("bounced_why", sa.String(), server_default="", nullable=False))


def _add(column: sa.Column[object]) -> None:
    op.add_column("contact_points", column)


def downgrade() -> None:
    _stay_brief()
    for column in ("bounced_why", "code_until", "code_digest"):
        op.drop_column("contact_points", column)


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
