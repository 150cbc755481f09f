"""The address of a site: drivers who are moved to another one have to find it.

Revision: 0034, after 0033
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.add_column("sites", sa.Column("address", sa.String(), server_default="", nullable=False))
    op.create_check_constraint(op.f("ck_sites_address_length"), "sites", "length(address) <= 300")


def downgrade() -> None:
    _stay_brief()
    op.drop_column("sites", "address")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
