"""How large the bays are, and what they are built for; what a hold asks of its bay.

Revision: 0094, after 0093
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0094"
down_revision = "0093"
branch_labels = None
depends_on = None

_SIZES = ("length_cm", "width_cm", "height_cm")
_KINDS = ("trailer", "drive_through", "accessible")


def upgrade() -> None:
    _stay_brief()
    for size in _SIZES:
        op.add_column("bays", sa.Column(size, sa.BigInteger(), nullable=True))
    for kind in _KINDS:
        op.add_column("bays", sa.Column(kind, sa.Boolean(), server_default="false", nullable=False))
    op.create_check_constraint(
        op.f("ck_bays_sizes"), "bays", "length_cm > 0 AND width_cm > 0 AND height_cm > 0"
    )
    op.add_column("holds", sa.Column("needs", postgresql.JSONB(none_as_null=True), nullable=True))


def downgrade() -> None:
    _stay_brief()
    op.drop_column("holds", "needs")
    op.drop_constraint(op.f("ck_bays_sizes"), "bays", type_="check")
    for column in (*_KINDS, *_SIZES):
        op.drop_column("bays", column)


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
