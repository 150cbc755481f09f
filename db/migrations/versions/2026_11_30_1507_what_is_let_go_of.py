"""Indexes by which rounds find what they let go of: the provider's events that were handled, and whole addresses in the
audit trail. Both tables are large and written all the time, so nobody is kept waiting for them.

Revision: 0150, after 0149
"""

import sqlalchemy as sa
from alembic import op

revision = "0150"
down_revision = "0149"
branch_labels = None
depends_on = None

_INDEXES = (
    ("ix_inbox_provider_payloads", "inbox", "source = 'stripe' AND payload <> '{}'"),
    ("ix_audit_whole_urls", "audit", "code = 'webhook_endpoint_set' AND detail ? 'url'"),
)


def upgrade() -> None:
    _drop()  # one whose making was broken off stays, and finds nothing
    with op.get_context().autocommit_block():
        for name, table, where in _INDEXES:
            op.create_index(
                name, table, ["id"], postgresql_where=sa.text(where), postgresql_concurrently=True
            )


def downgrade() -> None:
    _drop()


def _drop() -> None:
    with op.get_context().autocommit_block():
        for name, table, _ in _INDEXES:
            op.drop_index(name, table, if_exists=True, postgresql_concurrently=True)
