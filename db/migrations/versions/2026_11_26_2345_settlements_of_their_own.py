"""Prices and receipts leave the audit trail for tables of their own.

Revision: 0015, after 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_settlements()
    _create_settlement_lines()


def downgrade() -> None:
    op.drop_table("settlement_lines")
    op.drop_table("settlements")


def _create_settlements() -> None:
    op.create_table(
        "settlements",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("reservation_code", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("charge_minor", sa.BigInteger(), nullable=False),
        sa.Column("credit_minor", sa.BigInteger(), nullable=False),
        sa.Column("energy_wh", sa.BigInteger(), nullable=False),
        sa.Column("somebody_waits", sa.Boolean(), nullable=False),
        sa.Column("occupancy_percent", sa.BigInteger(), nullable=False),
        sa.Column("priced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("captured_minor", sa.BigInteger(), nullable=True),
        sa.Column("released_minor", sa.BigInteger(), nullable=True),
        sa.Column("refunded_minor", sa.BigInteger(), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "charge_minor >= 0 AND credit_minor >= 0", name=op.f("ck_settlements_not_negative")
        ),
        sa.CheckConstraint(
            "num_nulls(posted_at, captured_minor, released_minor, refunded_minor) IN (0, 4)",
            name=op.f("ck_settlements_posted_as_a_whole"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlements")),
        sa.UniqueConstraint("reservation_code", "step", name=op.f("uq_settlements_reservation_code_step")),
    )


def _create_settlement_lines() -> None:
    op.create_table(
        "settlement_lines",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("settlement_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("unit_price_minor", sa.BigInteger(), nullable=True),
        sa.Column("charger_id", sa.String(), nullable=True),
        sa.Column("connector_number", sa.BigInteger(), nullable=True),
        sa.Column("bay", sa.String(), nullable=True),
        sa.Column("rate_basis_points", sa.BigInteger(), nullable=True),
        sa.Column("limited_by", sa.String(), nullable=True),
        sa.CheckConstraint(
            "num_nulls(quantity, unit, unit_price_minor) IN (0, 3)",
            name=op.f("ck_settlement_lines_priced_as_a_whole"),
        ),
        sa.CheckConstraint(
            "num_nulls(charger_id, connector_number) IN (0, 2)",
            name=op.f("ck_settlement_lines_whole_connector"),
        ),
        sa.ForeignKeyConstraint(
            ["settlement_id"], ["settlements.id"], name=op.f("fk_settlement_lines_settlement_id_settlements")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement_lines")),
        sa.UniqueConstraint(
            "settlement_id", "position", name=op.f("uq_settlement_lines_settlement_id_position")
        ),
    )
