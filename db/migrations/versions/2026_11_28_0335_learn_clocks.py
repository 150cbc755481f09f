"""Learn chargers' clocks, keep when they were away, and say how each instant of a session is known.

Revision: 0027, after 0026
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column(
        "chargers",
        sa.Column("absences", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
    )
    op.add_column(
        "chargers", sa.Column("clock_offset_s", sa.BigInteger(), server_default="0", nullable=False)
    )
    for column in ("started_basis", "ended_basis"):
        op.add_column("sessions", sa.Column(column, sa.String(), server_default="", nullable=False))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for column in ("ended_basis", "started_basis"):
        op.drop_column("sessions", column)
    op.drop_column("chargers", "clock_offset_s")
    op.drop_column("chargers", "absences")
