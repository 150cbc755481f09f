"""Cost centers and budgets of fleets, and what they say of their drivers.

Revision: 0144, after 0143
"""

import sqlalchemy as sa
from alembic import op

revision = "0144"
down_revision = "0143"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "cost_centers",
        sa.Column("fleet_id", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("fleet_id", "code", name="pk_cost_centers"),
        sa.CheckConstraint("code <> ''", name="named"),
    )
    op.create_table(
        "budgets",
        sa.Column("fleet_id", sa.String(), nullable=False),
        sa.Column("cost_center", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("limit_minor", sa.BigInteger(), nullable=False),
        sa.Column("hard", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("fleet_id", "cost_center", name="pk_budgets"),
        sa.CheckConstraint("limit_minor >= 0", name="not_negative"),
    )
    op.create_table(
        "fleet_drivers",
        sa.Column("driver_id", sa.String(), nullable=False),
        sa.Column("fleet_id", sa.String(), nullable=False),
        sa.Column("vehicle_id", sa.String(), nullable=True),
        sa.Column("cost_center", sa.String(), server_default="", nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("driver_id", name="pk_fleet_drivers"),
        sa.ForeignKeyConstraint(["driver_id"], ["drivers.id"], name="fk_fleet_drivers_driver_id_drivers"),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicles.id"], name="fk_fleet_drivers_vehicle_id_vehicles"),
    )
    op.create_index("ix_fleet_drivers_fleet_id", "fleet_drivers", ["fleet_id"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("fleet_drivers")
    op.drop_table("budgets")
    op.drop_table("cost_centers")
