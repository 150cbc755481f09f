"""Groups that come together or not at all wait until each of their bays is paid for.

Revision: 0110, after 0109
"""

import sqlalchemy as sa
from alembic import op

revision = "0110"
down_revision = "0109"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    _states("'open', 'answered', 'booked', 'undoing', 'undone'")
    op.create_index(
        "ix_reservation_groups_answered",
        "reservation_groups",
        ["asked_at"],
        postgresql_where=sa.text("state = 'answered'"),
    )


def downgrade() -> None:
    _stay_brief()
    op.drop_index("ix_reservation_groups_answered", "reservation_groups")
    op.execute("UPDATE reservation_groups SET state = 'booked' WHERE state = 'answered'")
    _states("'open', 'booked', 'undoing', 'undone'")


def _states(known: str) -> None:
    name = op.f("ck_reservation_groups_state")
    op.drop_constraint(name, "reservation_groups", type_="check")
    op.create_check_constraint(name, "reservation_groups", f"state IN ({known})")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
