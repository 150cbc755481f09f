"""Of which of a site's tiers a member is, and by which a price was told.

Revision: 0096, after 0095
"""

import sqlalchemy as sa
from alembic import op

revision = "0096"
down_revision = "0095"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.add_column("memberships", sa.Column("tier", sa.String(), server_default="", nullable=False))
    op.add_column("quotes", sa.Column("tier", sa.String(), server_default="", nullable=False))


def downgrade() -> None:
    _stay_brief()
    op.drop_column("quotes", "tier")
    op.drop_column("memberships", "tier")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
