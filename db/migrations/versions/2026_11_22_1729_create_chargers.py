"""Chargers and their connectors, as last heard of.

Revision: 0002, after 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    _create_chargers()
    _create_connectors()


def downgrade() -> None:
    _stay_brief()
    op.drop_table("connectors")
    op.drop_table("chargers")


def _create_chargers() -> None:
    op.create_table(
        "chargers",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("vendor", sa.String(), server_default="", nullable=False),
        sa.Column("model", sa.String(), server_default="", nullable=False),
        sa.Column("firmware", sa.String(), server_default="", nullable=False),
        sa.Column("protocol", sa.String(), server_default="", nullable=False),
        sa.Column(
            "capabilities", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column("gateway_instance", sa.String(), nullable=True),
        sa.Column("epoch", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("connected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.String(), server_default="unknown", nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_chargers_site_id_sites"),
        sa.PrimaryKeyConstraint("id", name="pk_chargers"),
    )
    op.create_index("ix_chargers_site_id", "chargers", ["site_id"], unique=False)


def _create_connectors() -> None:
    op.create_table(
        "connectors",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("charger_id", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("pool_id", sa.String(), nullable=False),
        sa.Column("bay_id", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.String(), server_default="unknown", nullable=False),
        sa.Column("status_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error_code", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_connectors_number")),
        sa.ForeignKeyConstraint(["bay_id"], ["bays.id"], name="fk_connectors_bay_id_bays"),
        sa.ForeignKeyConstraint(["charger_id"], ["chargers.id"], name="fk_connectors_charger_id_chargers"),
        sa.ForeignKeyConstraint(["pool_id"], ["pools.id"], name="fk_connectors_pool_id_pools"),
        sa.PrimaryKeyConstraint("id", name="pk_connectors"),
        sa.UniqueConstraint("charger_id", "number", name="uq_connectors_charger_id_number"),
    )
    op.create_index("ix_connectors_pool_id", "connectors", ["pool_id"], unique=False)


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
