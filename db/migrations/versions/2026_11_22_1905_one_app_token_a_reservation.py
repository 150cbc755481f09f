"""One app token a reservation, found by the reservation: the credential is random now, not the code.

Revision: 0010, after 0009
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_unique_constraint("uq_tokens_reservation_code", "tokens", ["reservation_code"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_constraint("uq_tokens_reservation_code", "tokens", type_="unique")
