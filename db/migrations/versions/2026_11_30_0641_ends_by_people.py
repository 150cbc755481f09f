"""When a person has ended a membership that a subscription gives, beside when it ends by what is paid.

Revision: 0116, after 0115
"""

import sqlalchemy as sa
from alembic import op

revision = "0116"
down_revision = "0115"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.add_column("memberships", sa.Column("until_at_most", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE memberships SET until_at_most = valid_until "
        "WHERE subscription_id IS NOT NULL AND ended_by NOT IN ('', 'provider')"
    )


def downgrade() -> None:
    _stay_brief()
    op.drop_column("memberships", "until_at_most")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
