"""Fleets are told of their statements, as drivers are of their documents.

Revision: 0076, after 0075
"""

import sqlalchemy as sa
from alembic import op

revision = "0076"
down_revision = "0075"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notifications", sa.Column("fleet_id", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("notifications", "fleet_id")
