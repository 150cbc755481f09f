"""What is claimed of drivers after disputes were lost.

Revision: 0085, after 0084
"""

import sqlalchemy as sa
from alembic import op

revision = "0085"
down_revision = "0084"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("payments", sa.Column("claimed_minor", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("disputes", sa.Column("claimed_minor", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("disputes", sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("disputes", sa.Column("claimed_by", sa.String(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("disputes", "claimed_by")
    op.drop_column("disputes", "claimed_at")
    op.drop_column("disputes", "claimed_minor")
    op.drop_column("payments", "claimed_minor")
