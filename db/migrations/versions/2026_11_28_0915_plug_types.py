"""Which types of plug an EVSE has, and which of them a hold is for.

Revision: 0044, after 0043
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.add_column(
        "connectors", sa.Column("plug_types", postgresql.JSONB(), server_default="{}", nullable=False)
    )
    op.add_column(
        "connectors", sa.Column("plug_types_declared", sa.Boolean(), server_default="false", nullable=False)
    )
    op.add_column("holds", sa.Column("plug", sa.String(), nullable=True))
    op.add_column("device_model", sa.Column("report", sa.BigInteger(), server_default="0", nullable=False))


def downgrade() -> None:
    _stay_brief()
    op.drop_column("device_model", "report")
    op.drop_column("holds", "plug")
    op.drop_column("connectors", "plug_types_declared")
    op.drop_column("connectors", "plug_types")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
