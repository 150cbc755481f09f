"""Whether the last sign of a session was one of the present, or of a time before its charger came back.

Revision: 0148, after 0147
"""

import sqlalchemy as sa
from alembic import op

revision = "0148"
down_revision = "0147"
branch_labels = None
depends_on = None

_TOLD = ("connector_id", "ended_at", "contradicted_at", "reservation_code", "started_at")
"""Columns of a session whose changes were told to who looks at its site (0138)."""


def upgrade() -> None:
    _stay_brief()
    live: sa.Column[bool] = sa.Column(
        "last_sign_live", sa.Boolean(), server_default=sa.text("true"), nullable=False
    )
    op.add_column("sessions", live)
    _tell_of_site((*_TOLD, "last_sign_live"))


def downgrade() -> None:
    _stay_brief()
    _tell_of_site(_TOLD)
    op.drop_column("sessions", "last_sign_live")


def _tell_of_site(columns: tuple[str, ...]) -> None:
    changed = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in columns)
    op.execute(
        f"CREATE OR REPLACE TRIGGER sessions_tell_changed AFTER UPDATE OF {', '.join(columns)} ON sessions "
        f"FOR EACH ROW WHEN ({changed}) EXECUTE FUNCTION tell_site_changed('charger')"
    )


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
