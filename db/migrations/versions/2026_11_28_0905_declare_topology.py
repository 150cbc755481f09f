"""What operators declare of which connectors serve one car at a time.

Revision: 0043, after 0042
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

# What seeds said until now is known by its outcome only.
_AS_JOINED = """
UPDATE chargers g SET one_at_a_time = j.groups FROM (
    SELECT charger_id, jsonb_agg(numbers) AS groups FROM (
        SELECT charger_id, jsonb_agg(number ORDER BY number) AS numbers FROM connectors
        GROUP BY charger_id, berth_id HAVING count(*) > 1
    ) t GROUP BY charger_id
) j WHERE j.charger_id = g.id
"""


def upgrade() -> None:
    _stay_brief()
    op.add_column(
        "chargers", sa.Column("one_at_a_time", postgresql.JSONB(), server_default="[]", nullable=False)
    )
    op.add_column("chargers", sa.Column("topology_declared_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(_AS_JOINED)


def downgrade() -> None:
    _stay_brief()
    op.drop_column("chargers", "topology_declared_at")
    op.drop_column("chargers", "one_at_a_time")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
