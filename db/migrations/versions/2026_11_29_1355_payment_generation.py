"""Under which of its keys a payment is asked for: one more each time that provably nothing came of the one before.

Revision: 0066, after 0065
"""

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("payments", sa.Column("generation", sa.BigInteger(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("payments", "generation")
