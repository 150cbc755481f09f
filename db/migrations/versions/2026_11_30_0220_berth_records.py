"""How likely a promise is kept: counted by berth, kept with what was promised, and compared with what became of it.

Revision: 0107, after 0106
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0107"
down_revision = "0106"
branch_labels = None
depends_on = None

_COUNTS = ("promises", "fault", "overrun", "taken", "withdrawn")
_RATES = ("fault_rate", "overrun_rate", "taken_rate", "withdrawn_rate")


def upgrade() -> None:
    _stay_brief()
    op.create_table(
        "berth_records",
        sa.Column("berth_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in _COUNTS),
        *(sa.Column(name, sa.Float(), nullable=False) for name in _RATES),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("berth_id", name=op.f("pk_berth_records")),
    )
    document = postgresql.JSONB(astext_type=sa.Text())
    op.add_column("holds", sa.Column("certainty", document, nullable=True))
    op.add_column("quotes", sa.Column("certainty", document, nullable=True))
    op.add_column("reservations", sa.Column("certainty", sa.Float(), nullable=True))
    op.add_column("reservations", sa.Column("kept", sa.Boolean(), nullable=True))
    op.add_column("reservations", sa.Column("failed_for", sa.String(), nullable=True))
    op.create_index(
        "ix_reservations_kept",
        "reservations",
        ["slot_start"],
        postgresql_where=sa.text("kept IS NOT NULL"),
    )


def downgrade() -> None:
    _stay_brief()
    op.drop_index("ix_reservations_kept", "reservations")
    for name in ("failed_for", "kept", "certainty"):
        op.drop_column("reservations", name)
    op.drop_column("quotes", "certainty")
    op.drop_column("holds", "certainty")
    op.drop_table("berth_records")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
