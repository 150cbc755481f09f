"""Ledger transactions say what they were posted for as a fact, not as an English sentence.

Columns change by ALTER, because the ledger's trigger refuses to update its rows.

Revision: 0019, after 0018
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_TABLE = "ledger_transactions"


def upgrade() -> None:
    _stay_brief()
    op.alter_column(_TABLE, "text", new_column_name="code")
    op.add_column(_TABLE, sa.Column("parameters", postgresql.JSONB(), server_default="{}", nullable=False))
    op.execute(
        f"""
        ALTER TABLE {_TABLE}
        ALTER COLUMN parameters DROP DEFAULT,
        ALTER COLUMN parameters TYPE jsonb USING
            CASE WHEN starts_with(code, 'Settlement, ')
                 THEN jsonb_build_object('state', substr(code, length('Settlement, ') + 1))
                 ELSE jsonb_build_object('reason', cause) END,
        ALTER COLUMN code TYPE varchar USING
            CASE WHEN starts_with(code, 'Settlement, ') THEN 'settlement' ELSE 'payments_voided' END
        """
    )


def downgrade() -> None:
    _stay_brief()
    op.execute(
        f"""
        ALTER TABLE {_TABLE}
        ALTER COLUMN code TYPE varchar USING
            CASE code WHEN 'settlement' THEN 'Settlement, ' || (parameters ->> 'state')
                      ELSE 'Payments voided: ' || (parameters ->> 'reason') END
        """
    )
    op.drop_column(_TABLE, "parameters")
    op.alter_column(_TABLE, "code", new_column_name="text")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
