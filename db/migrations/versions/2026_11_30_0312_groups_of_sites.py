"""Let a group of drivers be a site's: its owner keeps it, and no other site's rules may name it.

Revision: 0109, after 0108
"""

import sqlalchemy as sa
from alembic import op

revision = "0109"
down_revision = "0108"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.add_column("driver_groups", sa.Column("site_id", sa.String(), nullable=True))
    op.create_foreign_key(
        op.f("fk_driver_groups_site_id_sites"), "driver_groups", "sites", ["site_id"], ["id"]
    )


def downgrade() -> None:
    _stay_brief()
    op.drop_column("driver_groups", "site_id")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
