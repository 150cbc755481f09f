"""How often addresses are added, codes sent to one of them, and a code tried, is counted.

Revision: 0130, after 0129
"""

import sqlalchemy as sa
from alembic import op

revision = "0130"
down_revision = "0129"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    digest = sa.Column("address_digest", sa.String(), server_default="", nullable=False)
    tries = sa.Column("code_tries", sa.BigInteger(), server_default="0", nullable=False)
    op.add_column("contact_points", digest)
    op.add_column("contact_points", tries)
    op.create_index("ix_contact_points_added_by_driver", "contact_points", ["driver_id", "added_at"])
    op.create_index("ix_contact_points_added_by_fleet", "contact_points", ["fleet_id", "added_at"])
    op.create_index("ix_contact_points_address_digest", "contact_points", ["address_digest", "added_at"])


def downgrade() -> None:
    _stay_brief()
    for index in ("address_digest", "added_by_fleet", "added_by_driver"):
        op.drop_index(f"ix_contact_points_{index}", "contact_points")
    op.drop_column("contact_points", "code_tries")
    op.drop_column("contact_points", "address_digest")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
