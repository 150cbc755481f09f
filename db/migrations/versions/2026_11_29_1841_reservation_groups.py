"""Groups: bays that are booked together.

Revision: 0090, after 0089
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0090"
down_revision = "0089"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "reservation_groups",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("slot_start", instant, nullable=False),
        sa.Column("slot_end", instant, nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("drivers", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("asked_at", instant, nullable=False),
        sa.Column("placed_at", instant, nullable=True),
        sa.Column("refused", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_reservation_groups_site_id_sites"),
        sa.PrimaryKeyConstraint("id", name="pk_reservation_groups"),
    )
    op.create_index("ix_reservation_groups_account", "reservation_groups", ["account"])


def downgrade() -> None:
    op.drop_table("reservation_groups")
