"""Fleets list what they were told.

Revision: 0080, after 0079
"""

import sqlalchemy as sa
from alembic import op

revision = "0080"
down_revision = "0079"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_notifications_fleet_id",
        "notifications",
        ["fleet_id"],
        postgresql_where=sa.text("fleet_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_notifications_fleet_id", table_name="notifications")
