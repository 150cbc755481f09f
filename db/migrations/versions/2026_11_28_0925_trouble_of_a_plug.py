"""Trouble of one type of plug, beside others of the same EVSE that work.

Revision: 0045, after 0044
"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.add_column("troubles", sa.Column("plug", sa.String(), server_default="", nullable=False))
    _standing(["charger_id", sa.text("coalesce(connector_id, 0)"), "plug", "cause"])


def downgrade() -> None:
    _stay_brief()
    op.execute("DELETE FROM troubles WHERE plug <> ''")
    _standing(["charger_id", sa.text("coalesce(connector_id, 0)"), "cause"])
    op.drop_column("troubles", "plug")


def _standing(columns: list[str | sa.TextClause]) -> None:
    op.drop_index("uq_troubles_standing", table_name="troubles")
    op.create_index(
        "uq_troubles_standing",
        "troubles",
        columns,
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
