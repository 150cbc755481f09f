"""Why what a bank had was to be given back, and what currency a dispute's fee is in.

Revision: 0086, after 0085
"""

import sqlalchemy as sa
from alembic import op

revision = "0086"
down_revision = "0085"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("payments", sa.Column("void_reason", sa.String(), server_default="", nullable=False))
    op.add_column("disputes", sa.Column("fee_currency", sa.String(), server_default="", nullable=False))
    op.execute("UPDATE disputes SET fee_currency = currency")


def downgrade() -> None:
    op.drop_column("disputes", "fee_currency")
    op.drop_column("payments", "void_reason")
