"""What is answered to a dispute: what was put together, who decided what about it, and when it was submitted.

Revision: 0070, after 0069
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None

_TEXTS = {"evidence_state": "none", "added_text": "", "decision": "", "decided_by": ""}


def upgrade() -> None:
    _stay_brief()
    for name, default in _TEXTS.items():
        op.add_column("disputes", sa.Column(name, sa.String(), server_default=default, nullable=False))
    op.add_column("disputes", sa.Column("evidence", JSONB(), server_default="{}", nullable=False))
    for name in ("staged_at", "submitted_at"):
        op.add_column("disputes", sa.Column(name, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    _stay_brief()
    for name in (*_TEXTS, "evidence", "staged_at", "submitted_at"):
        op.drop_column("disputes", name)


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
