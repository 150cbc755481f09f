"""What open reservations are expected to come to on an invoice account: booked ahead, it counts against its limit.

Revision: 0088, after 0087
"""

import sqlalchemy as sa
from alembic import op

revision = "0088"
down_revision = "0087"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.add_column("holds", sa.Column("account_fleet", sa.String(), nullable=True))
    op.add_column("holds", sa.Column("account_minor", sa.BigInteger(), server_default="0", nullable=False))
    op.create_index(
        "ix_holds_open_by_account",
        "holds",
        ["account_fleet"],
        postgresql_where="released_at IS NULL AND account_fleet IS NOT NULL",
    )


def downgrade() -> None:
    _stay_brief()
    op.drop_index("ix_holds_open_by_account", "holds")
    op.drop_column("holds", "account_minor")
    op.drop_column("holds", "account_fleet")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
