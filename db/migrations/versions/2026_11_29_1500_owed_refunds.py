"""Of a refund made in the provider's dashboard, what paid what was owed to the driver already.

Revision: 0079, after 0078
"""

import sqlalchemy as sa
from alembic import op

revision = "0079"
down_revision = "0078"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.add_column("adjustments", sa.Column("owed_minor", sa.BigInteger(), server_default="0", nullable=False))
    op.drop_constraint(op.f("ck_adjustments_not_zero"), "adjustments")
    op.create_check_constraint(
        op.f("ck_adjustments_not_nothing"), "adjustments", "amount_minor <> 0 OR owed_minor <> 0"
    )


def downgrade() -> None:
    _stay_brief()
    op.drop_constraint(op.f("ck_adjustments_not_nothing"), "adjustments")
    op.create_check_constraint(
        op.f("ck_adjustments_not_zero"), "adjustments", "amount_minor <> 0", postgresql_not_valid=True
    )
    op.drop_column("adjustments", "owed_minor")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
