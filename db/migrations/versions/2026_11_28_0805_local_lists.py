"""Keep chargers' local lists in step with reservations.

Revision: 0037, after 0036
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.add_column(
        "chargers", sa.Column("keeps_local_list", sa.Boolean(), server_default="false", nullable=False)
    )
    op.create_table(
        "local_lists",
        sa.Column("charger_id", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("entries", postgresql.JSONB(), nullable=True),
        sa.Column("pending", postgresql.JSONB(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["charger_id"], ["chargers.id"], name=op.f("fk_local_lists_charger_id_chargers")
        ),
        sa.PrimaryKeyConstraint("charger_id", name=op.f("pk_local_lists")),
    )


def downgrade() -> None:
    _stay_brief()
    op.drop_table("local_lists")
    op.drop_column("chargers", "keeps_local_list")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
