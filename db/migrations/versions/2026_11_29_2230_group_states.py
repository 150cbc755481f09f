"""Groups say whether all of them was made, or is undone. Those of before are taken as made.

Revision: 0095, after 0094
"""

import sqlalchemy as sa
from alembic import op

revision = "0095"
down_revision = "0094"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.add_column(
        "reservation_groups", sa.Column("state", sa.String(), server_default="booked", nullable=False)
    )
    op.create_check_constraint(
        op.f("ck_reservation_groups_state"),
        "reservation_groups",
        "state IN ('open', 'booked', 'undoing', 'undone')",
    )
    op.create_index(
        "ix_reservation_groups_unfinished",
        "reservation_groups",
        ["asked_at"],
        postgresql_where=sa.text("placed_at IS NOT NULL AND state IN ('open', 'undoing')"),
    )


def downgrade() -> None:
    _stay_brief()
    op.drop_column("reservation_groups", "state")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
