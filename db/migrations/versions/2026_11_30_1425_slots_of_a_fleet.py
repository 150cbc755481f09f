"""Find what a fleet has in a month without passing over its other months: it is read under its account's lock.

Revision: 0145, after 0144
"""

from alembic import op

revision = "0145"
down_revision = "0144"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_index("ix_reservations_fleet_id_slot_start", "reservations", ["fleet_id", "slot_start"])
    op.drop_index("ix_reservations_fleet_id", "reservations")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_index("ix_reservations_fleet_id", "reservations", ["fleet_id"])
    op.drop_index("ix_reservations_fleet_id_slot_start", "reservations")
