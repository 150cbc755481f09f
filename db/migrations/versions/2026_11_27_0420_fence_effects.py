"""The latest effect that each reservation asked for.

Revision: 0020, after 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.create_table(
        "fences",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_fences")),
    )
    op.add_column(
        "reservations",
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("'epoch'"), nullable=False),
    )


def downgrade() -> None:
    _stay_brief()
    op.drop_column("reservations", "asked_at")
    op.drop_table("fences")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
