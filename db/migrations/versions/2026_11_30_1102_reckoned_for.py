"""Which energy a slot was reckoned for, beside the key that asked: what is offered instead gives it, too.

Revision: 0135, after 0134
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0135"
down_revision = "0134"
branch_labels = None
depends_on = None

_INDEX = "ix_idempotency_reckoned_for"


def upgrade() -> None:
    _stay_brief()
    op.add_column("idempotency", sa.Column("reckoned_for", postgresql.JSONB(), nullable=True))
    op.create_index(
        _INDEX, "idempotency", ["reservation_code"], postgresql_where=sa.text("reckoned_for IS NOT NULL")
    )


def downgrade() -> None:
    _stay_brief()
    op.drop_index(_INDEX, table_name="idempotency")
    op.drop_column("idempotency", "reckoned_for")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
