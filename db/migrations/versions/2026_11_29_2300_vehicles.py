"""Vehicles of drivers and fleets.

Revision: 0102, after 0101
"""

import sqlalchemy as sa
from alembic import op

revision = "0102"
down_revision = "0101"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.create_table(
        "vehicles",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("driver_id", sa.String(), nullable=True),
        sa.Column("fleet_id", sa.String(), nullable=True),
        sa.Column("plate", sa.String(), server_default="", nullable=False),
        sa.Column("plugs", sa.ARRAY(sa.Text()), nullable=False),
        *(sa.Column(f"{size}_cm", sa.BigInteger(), nullable=True) for size in ("length", "width", "height")),
        sa.Column("trailer", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("accessible_need", sa.Boolean(), server_default="false", nullable=False),
        *(
            sa.Column(figure, sa.BigInteger(), nullable=True)
            for figure in ("battery_wh", "max_ac_w", "max_dc_w")
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(driver_id IS NULL) <> (fleet_id IS NULL)", name=op.f("ck_vehicles_one_owner")),
        sa.CheckConstraint(
            "length_cm > 0 AND width_cm > 0 AND height_cm > 0", name=op.f("ck_vehicles_sizes")
        ),
        sa.CheckConstraint(
            "battery_wh > 0 AND max_ac_w > 0 AND max_dc_w > 0", name=op.f("ck_vehicles_charging")
        ),
        sa.CheckConstraint("cardinality(plugs) > 0", name=op.f("ck_vehicles_plugs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vehicles")),
    )
    for owner in ("driver_id", "fleet_id"):
        op.create_index(
            f"ix_vehicles_{owner}",
            "vehicles",
            [owner, "id"],
            postgresql_where=sa.text(f"{owner} IS NOT NULL"),
        )


def downgrade() -> None:
    _stay_brief()
    op.drop_table("vehicles")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
