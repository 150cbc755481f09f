"""Reservations for somebody else: who comes, and which holds are no promise to whoever booked themselves.

Revision: 0101, after 0100
"""

import sqlalchemy as sa
from alembic import op

revision = "0101"
down_revision = "0100"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.add_column("holds", sa.Column("for_guest", sa.Boolean(), server_default="false", nullable=False))
    op.create_table(
        "reservation_guests",
        sa.Column("reservation_code", sa.String(), nullable=False),
        sa.Column("driver_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("pass_digest", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("reservation_code", name="pk_reservation_guests"),
        sa.UniqueConstraint("pass_digest", name="uq_reservation_guests_pass_digest"),
    )


def downgrade() -> None:
    _stay_brief()
    op.drop_table("reservation_guests")
    op.drop_column("holds", "for_guest")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
