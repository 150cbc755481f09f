"""Which account named a route: only they are told how many metres out of it something is.

Revision: 0134, after 0133
"""

import sqlalchemy as sa
from alembic import op

revision = "0134"
down_revision = "0133"
branch_labels = None
depends_on = None

_TABLE = "reservation_routes"


def upgrade() -> None:
    # No release wrote this table before: nobody runs who still names a driver with a route.
    _stay_brief()
    op.add_column(_TABLE, sa.Column("account", sa.String(), nullable=True))
    op.execute(
        "UPDATE reservation_routes SET account = idempotency.account FROM idempotency"
        " WHERE idempotency.reservation_code = reservation_routes.reservation_code"
    )
    op.execute("DELETE FROM reservation_routes WHERE account IS NULL")
    op.alter_column(_TABLE, "account", nullable=False)
    op.drop_column(_TABLE, "driver_id")


def downgrade() -> None:
    _stay_brief()
    op.add_column(_TABLE, sa.Column("driver_id", sa.String(), nullable=True))
    op.execute(
        "UPDATE reservation_routes SET driver_id = coalesce((SELECT driver_id FROM reservations"
        " WHERE code = reservation_code), account)"
    )
    op.alter_column(_TABLE, "driver_id", nullable=False)
    op.drop_column(_TABLE, "account")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
