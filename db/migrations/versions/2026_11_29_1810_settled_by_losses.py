"""What lost disputes gave back to drivers that was to go back anyway, beside what is claimed of them.

Revision: 0089, after 0088
"""

import sqlalchemy as sa
from alembic import op

revision = "0089"
down_revision = "0088"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("payments", "disputes"):
        op.add_column(table, sa.Column("settled_minor", sa.BigInteger(), server_default="0", nullable=False))


def downgrade() -> None:
    for table in ("disputes", "payments"):
        op.drop_column(table, "settled_minor")
