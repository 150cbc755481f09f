"""Until when a date of a series may be being booked: one that was ended by then is undone until that has been told.

Revision: 0121, after 0120
"""

import sqlalchemy as sa
from alembic import op

revision = "0121"
down_revision = "0120"
branch_labels = None
depends_on = None

_TABLE = "reservation_series_dates"


def upgrade() -> None:
    _stay_brief()
    op.add_column(_TABLE, sa.Column("booking_until", sa.DateTime(timezone=True), nullable=True))
    # Who books them now does not say so; and of what was ended before, nobody said whether it is undone.
    op.execute(
        "UPDATE reservation_series_dates SET booking_until = now() + interval '1 minute' "
        "WHERE state IN ('planned', 'cancelled') AND due_at <= now() AND slot_end > now()"
    )
    op.create_index(
        "ix_reservation_series_dates_to_undo",
        _TABLE,
        ["booking_until"],
        postgresql_where=sa.text("state = 'cancelled'"),
    )


def downgrade() -> None:
    _stay_brief()
    op.drop_index("ix_reservation_series_dates_to_undo", table_name=_TABLE)
    op.drop_column(_TABLE, "booking_until")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
