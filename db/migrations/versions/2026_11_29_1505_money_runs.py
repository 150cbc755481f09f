"""A comparison with the provider goes on where an attempt broke off.

Revision: 0084, after 0083
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0084"
down_revision = "0083"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "money_runs",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("report", postgresql.JSONB(), nullable=True),
        sa.Column("mending", postgresql.JSONB(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_money_runs")),
    )
    op.create_table(
        "money_run_objects",
        sa.Column("run_key", sa.String(), nullable=False),
        sa.Column("provider_object", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_key"],
            ["money_runs.key"],
            name=op.f("fk_money_run_objects_run_key_money_runs"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("run_key", "provider_object", name=op.f("pk_money_run_objects")),
    )


def downgrade() -> None:
    op.drop_table("money_run_objects")
    op.drop_table("money_runs")
