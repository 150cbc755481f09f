"""Find charging sessions by when they began: operators page through them.

Revision: 0023, after 0022
"""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_index("ix_sessions_started_at", "sessions", ["started_at", "id"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("ix_sessions_started_at", table_name="sessions")
