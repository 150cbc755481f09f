"""The places: sites, their bays and pools, and the versions of their policies and tariffs.

Revision: 0001, the first
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    _create_sites()
    _create_bays()
    _create_pools()
    _create_policies()
    _create_tariffs()


def downgrade() -> None:
    _stay_brief()
    op.drop_table("tariffs")
    op.drop_table("policies")
    op.drop_table("pools")
    op.drop_table("bays")
    op.drop_table("sites")


def _create_sites() -> None:
    op.create_table(
        "sites",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=False),
        sa.Column("longitude", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sites"),
    )


def _create_bays() -> None:
    op.create_table(
        "bays",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_bays_site_id_sites"),
        sa.PrimaryKeyConstraint("id", name="pk_bays"),
        sa.UniqueConstraint("site_id", "label", name="uq_bays_site_id_label"),
    )


def _create_pools() -> None:
    op.create_table(
        "pools",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("connector_type", sa.String(), nullable=False),
        sa.Column("power_w", sa.BigInteger(), nullable=False),
        sa.Column("walk_in_connectors", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("power_w > 0", name=op.f("ck_pools_power")),
        sa.CheckConstraint("walk_in_connectors >= 0", name=op.f("ck_pools_walk_in_share")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_pools_site_id_sites"),
        sa.PrimaryKeyConstraint("id", name="pk_pools"),
    )
    op.create_index("ix_pools_site_id", "pools", ["site_id"], unique=False)


def _create_policies() -> None:
    op.create_table(
        "policies",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_policies_site_id_sites"),
        sa.PrimaryKeyConstraint("id", name="pk_policies"),
        sa.UniqueConstraint(
            "site_id", "version", name="uq_policies_site_id_version", postgresql_nulls_not_distinct=True
        ),
    )


def _create_tariffs() -> None:
    op.create_table(
        "tariffs",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_tariffs_site_id_sites"),
        sa.PrimaryKeyConstraint("id", name="pk_tariffs"),
        sa.UniqueConstraint(
            "site_id", "version", name="uq_tariffs_site_id_version", postgresql_nulls_not_distinct=True
        ),
    )


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
