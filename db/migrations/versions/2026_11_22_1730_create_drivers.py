"""Drivers, and the tokens that stand for them.

Revision: 0003, after 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    _create_drivers()
    _create_tokens()


def downgrade() -> None:
    _stay_brief()
    op.drop_table("tokens")
    op.drop_table("drivers")


def _create_drivers() -> None:
    op.create_table(
        "drivers",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("fleet_id", sa.String(), nullable=True),
        sa.Column("stripe_customer", sa.String(), nullable=True),
        sa.Column("blocked", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_drivers"),
    )
    op.create_index("ix_drivers_fleet_id", "drivers", ["fleet_id"], unique=False)


def _create_tokens() -> None:
    op.create_table(
        "tokens",
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("driver_id", sa.String(), nullable=False),
        sa.Column("group_id", sa.String(), nullable=True),
        sa.Column("reservation_code", sa.String(), nullable=True),
        sa.Column("blocked", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint(
            "(kind = 'app') = (reservation_code IS NOT NULL)", name=op.f("ck_tokens_app_has_reservation")
        ),
        sa.CheckConstraint("kind IN ('rfid', 'app')", name=op.f("ck_tokens_kind")),
        sa.CheckConstraint("value = upper(value)", name=op.f("ck_tokens_upper_case")),
        sa.ForeignKeyConstraint(["driver_id"], ["drivers.id"], name="fk_tokens_driver_id_drivers"),
        sa.PrimaryKeyConstraint("value", name="pk_tokens"),
    )
    op.create_index("ix_tokens_driver_id", "tokens", ["driver_id"], unique=False)


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
