"""How often an operator has decided about a dispute; what the provider refused can be decided again.

Revision: 0072, after 0071
"""

import sqlalchemy as sa
from alembic import op

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("disputes", sa.Column("decisions", sa.BigInteger(), server_default="0", nullable=False))
    op.execute("UPDATE disputes SET decision = '', decided_by = '' WHERE evidence_state = 'refused'")


def downgrade() -> None:
    op.drop_column("disputes", "decisions")
