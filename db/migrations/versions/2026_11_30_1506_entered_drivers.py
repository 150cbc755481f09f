"""Keep fleets from entering whoever they like: how many they enter a day, and digests of ids that were erased.

Revision: 0149, after 0148
"""

import sqlalchemy as sa
from alembic import op

revision = "0149"
down_revision = "0148"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erased_ids",
        sa.Column("digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_erased_ids")),
    )
    op.create_table(
        "fleet_entries",
        sa.Column("fleet_id", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("entered", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("fleet_id", name=op.f("pk_fleet_entries")),
    )


def downgrade() -> None:
    op.drop_table("fleet_entries")
    op.drop_table("erased_ids")
