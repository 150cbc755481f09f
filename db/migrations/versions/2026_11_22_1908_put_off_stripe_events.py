"""Stripe events that cannot be told now are put off, so that none blocks the others.

Revision: 0011, after 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("stripe_events", sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("stripe_events", sa.Column("not_before", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_column("stripe_events", "not_before")
    op.drop_column("stripe_events", "attempts")
