"""The secret that an endpoint of engineers had before its present one, and until when both sign.

Revision: 0151, after 0150
"""

import sqlalchemy as sa
from alembic import op

revision = "0151"
down_revision = "0150"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.add_column(
        "webhook_endpoints", sa.Column("previous_secret", sa.String(), server_default="", nullable=False)
    )
    op.add_column(
        "webhook_endpoints", sa.Column("previous_secret_until", sa.DateTime(timezone=True), nullable=True)
    )


def downgrade() -> None:
    _stay_brief()
    op.drop_column("webhook_endpoints", "previous_secret_until")
    op.drop_column("webhook_endpoints", "previous_secret")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
