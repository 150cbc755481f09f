"""Who granted a credit, and who agreed; and an index of the credits whose drivers are still to be told.

Revision: 0064, after 0063
"""

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    for name in ("granted_by", "approved_by"):
        op.add_column("credits", sa.Column(name, sa.String(), server_default="", nullable=False))
    op.create_check_constraint(
        op.f("ck_credits_four_eyes"), "credits", "approved_by = '' OR approved_by <> granted_by"
    )
    op.create_index(
        "ix_credits_warn_at", "credits", ["warn_at"], postgresql_where=sa.text("warn_at IS NOT NULL")
    )


def downgrade() -> None:
    _stay_brief()
    op.drop_index("ix_credits_warn_at", "credits")
    op.drop_constraint(op.f("ck_credits_four_eyes"), "credits")
    for name in ("granted_by", "approved_by"):
        op.drop_column("credits", name)


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
