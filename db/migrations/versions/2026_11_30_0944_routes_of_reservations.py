"""The route of a booking's driver, kept while it says how far out of the way another place is.

Revision: 0127, after 0126
"""

import sqlalchemy as sa
from alembic import op

revision = "0127"
down_revision = "0126"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.create_table(
        "reservation_routes",
        sa.Column("reservation_code", sa.String(), nullable=False),
        sa.Column("driver_id", sa.String(), nullable=False),
        sa.Column("start_latitude", sa.Float(), nullable=False),
        sa.Column("start_longitude", sa.Float(), nullable=False),
        sa.Column("end_latitude", sa.Float(), nullable=True),
        sa.Column("end_longitude", sa.Float(), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(end_latitude IS NULL) = (end_longitude IS NULL)", name=op.f("ck_reservation_routes_whole_end")
        ),
        sa.PrimaryKeyConstraint("reservation_code", name="pk_reservation_routes"),
    )


def downgrade() -> None:
    _stay_brief()
    op.drop_table("reservation_routes")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
