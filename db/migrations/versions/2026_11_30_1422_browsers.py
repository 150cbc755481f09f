"""Keep with a browser's address the keys by which what is pushed to it is sealed.

Revision: 0142, after 0141
"""

import sqlalchemy as sa
from alembic import op

revision = "0142"
down_revision = "0141"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name in ("push_key", "push_secret"):
        op.add_column("contact_points", sa.Column(name, sa.String(), server_default="", nullable=False))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name in ("push_secret", "push_key"):
        op.drop_column("contact_points", name)
