"""Holds by hand: known apart from those of reservations, whose ids stay below theirs.

Revision: 0036, after 0035
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.create_table(
        "hand_holds",
        sa.Column("charger_id", sa.String(), nullable=False),
        sa.Column("hold_id", sa.BigInteger(), nullable=False),
        sa.Column("connector_number", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("hold_id >= 1073741824", name=op.f("ck_hand_holds_not_a_reservations")),
        sa.ForeignKeyConstraint(
            ["charger_id"], ["chargers.id"], name=op.f("fk_hand_holds_charger_id_chargers")
        ),
        sa.PrimaryKeyConstraint("charger_id", "hold_id", name=op.f("pk_hand_holds")),
    )
    _limit_ids_of_holds("id < 1073741824")


def downgrade() -> None:
    _stay_brief()
    _limit_ids_of_holds("id <= 2147483647")
    op.drop_table("hand_holds")


def _limit_ids_of_holds(condition: str) -> None:
    op.drop_constraint(op.f("ck_holds_fits_ocpp_integer"), "holds", type_="check")
    op.create_check_constraint(op.f("ck_holds_fits_ocpp_integer"), "holds", condition)


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
