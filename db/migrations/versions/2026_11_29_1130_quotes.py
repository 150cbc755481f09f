"""Prices that were told beforehand, with the versions that they were made by.

Revision: 0059, after 0058
"""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.create_table(
        "quotes",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("driver_id", sa.String(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("pool_id", sa.String(), nullable=True),
        sa.Column("connector_type", sa.String(), nullable=True),
        sa.Column("slot_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("slot_end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expected_energy_wh", sa.BigInteger(), nullable=True),
        sa.Column("policy_id", sa.BigInteger(), nullable=False),
        sa.Column("tariff_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reservation_code", sa.String(), nullable=True),
        sa.CheckConstraint("slot_start < slot_end", name=op.f("ck_quotes_slot")),
        sa.CheckConstraint("asked_at < valid_until", name=op.f("ck_quotes_valid")),
        sa.CheckConstraint("expected_energy_wh > 0", name=op.f("ck_quotes_energy")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_quotes_site_id_sites")),
        sa.ForeignKeyConstraint(["policy_id"], ["policies.id"], name=op.f("fk_quotes_policy_id_policies")),
        sa.ForeignKeyConstraint(["tariff_id"], ["tariffs.id"], name=op.f("fk_quotes_tariff_id_tariffs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quotes")),
        sa.UniqueConstraint("reservation_code", name=op.f("uq_quotes_reservation_code")),
    )
    op.create_index(
        "ix_quotes_unused",
        "quotes",
        ["account", "valid_until"],
        postgresql_where=sa.text("reservation_code IS NULL"),
    )


def downgrade() -> None:
    _stay_brief()
    op.drop_table("quotes")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
