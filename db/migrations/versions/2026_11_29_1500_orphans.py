"""Reservations without a workflow whose money is still to be dealt with, and steps that were decided and not posted.

Revision: 0081, after 0080
"""

import sqlalchemy as sa
from alembic import op

revision = "0081"
down_revision = "0080"
branch_labels = None
depends_on = None

# What earlier versions took a connector from, and left taken without a settlement: a fee at booking.
_FORGOTTEN = """
INSERT INTO orphans (reservation_code, ended_as, found_at, tried_at)
SELECT reservations.code, found.detail ->> 'workflow', now(), now()
FROM reservations
JOIN audit AS found ON found.subject = reservations.code AND found.code = 'orphan_released'
WHERE reservations.closed_at IS NOT NULL
  AND EXISTS (SELECT FROM payments WHERE payments.reservation_code = reservations.code
              AND captured_minor > refunded_minor)
  AND NOT EXISTS (SELECT FROM settlements WHERE settlements.reservation_code = reservations.code
                  AND posted_at IS NOT NULL)
ON CONFLICT DO NOTHING
"""


def upgrade() -> None:
    op.create_table(
        "orphans",
        sa.Column("reservation_code", sa.String(), nullable=False),
        sa.Column("ended_as", sa.String(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("reservation_code", name=op.f("pk_orphans")),
    )
    op.create_index(
        "ix_settlements_unposted",
        "settlements",
        ["reservation_code"],
        postgresql_where=sa.text("posted_at IS NULL"),
    )
    op.execute(_FORGOTTEN)


def downgrade() -> None:
    op.drop_index("ix_settlements_unposted", table_name="settlements")
    op.drop_table("orphans")
