"""How far a charger has come with a report of its device model.

Revision: 0046, after 0045
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.create_table(
        "device_reports",
        sa.Column("charger_id", sa.String(), nullable=False),
        sa.Column("report", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("parts", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.Column("last_part", sa.BigInteger(), nullable=True),
        sa.Column("cut", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["charger_id"], ["chargers.id"], name=op.f("fk_device_reports_charger_id_chargers")
        ),
        sa.PrimaryKeyConstraint("charger_id", "report", name=op.f("pk_device_reports")),
    )


def downgrade() -> None:
    _stay_brief()
    op.drop_table("device_reports")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
