"""Keep the plan of a site with it, and tell who looks at the site when it changes.

Revision: 0146, after 0145
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0146"
down_revision = "0145"
branch_labels = None
depends_on = None

_BEFORE = ("zone", "opening_hours", "country")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("sites", sa.Column("plan", postgresql.JSONB(none_as_null=True), nullable=True))
    _tell(*_BEFORE, "plan")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _tell(*_BEFORE)
    op.drop_column("sites", "plan")


def _tell(*columns: str) -> None:
    changed = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in columns)
    op.execute(
        f"CREATE OR REPLACE TRIGGER sites_tell_changed AFTER UPDATE OF {', '.join(columns)} ON sites "
        f"FOR EACH ROW WHEN ({changed}) EXECUTE FUNCTION tell_site_changed('itself')"
    )
