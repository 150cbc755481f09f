"""What a quote said of who pays: it is read again as it was told.

Revision: 0073, after 0072
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0073"
down_revision = "0072"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("quotes", sa.Column("payer", JSONB(), server_default="{}", nullable=False))


def downgrade() -> None:
    op.drop_column("quotes", "payer")
