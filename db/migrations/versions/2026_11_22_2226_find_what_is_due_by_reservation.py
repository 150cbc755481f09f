"""The relay finds each reservation's oldest undelivered event without reading the events behind it.

Revision: 0014, after 0013
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


_BY_RESERVATION = "ix_event_deliveries_undelivered_by_reservation"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_index(
        _BY_RESERVATION,
        "event_deliveries",
        ["reservation_code", "id"],
        postgresql_where="delivered_at IS NULL",
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index(_BY_RESERVATION, table_name="event_deliveries")
