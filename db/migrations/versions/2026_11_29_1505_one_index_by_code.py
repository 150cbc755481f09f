"""Holds are found by their reservation through the unique index of code and step: the other was its prefix.

Revision: 0083, after 0082
"""

from alembic import op

revision = "0083"
down_revision = "0082"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.drop_index("ix_holds_reservation_code", table_name="holds")


def downgrade() -> None:
    _stay_brief()
    op.create_index("ix_holds_reservation_code", "holds", ["reservation_code"])


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
