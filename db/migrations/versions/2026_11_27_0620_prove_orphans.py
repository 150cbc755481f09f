"""The namespace that workflows live in; what is open, and what closed lately, found without reading the rest.

Revision: 0021, after 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_OPEN_PAYMENTS = (
    "status IN ('intended', 'requires_payment_method', 'requires_confirmation', 'requires_action', "
    "'requires_capture', 'processing')"
)
_INDEXES = (
    ("ix_holds_open_by_code", "holds", "reservation_code", "released_at IS NULL"),
    ("ix_payments_open_by_code", "payments", "reservation_code", _OPEN_PAYMENTS),
    ("ix_reservations_open_by_code", "reservations", "code", "closed_at IS NULL"),
    ("ix_reservations_closed_at", "reservations", "closed_at", "closed_at IS NOT NULL"),
)


def upgrade() -> None:
    _stay_brief()
    op.create_table(
        "home_namespace",
        sa.Column("one", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("namespace_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("witness_workflow", sa.String(), nullable=True),
        sa.Column("witness_run", sa.String(), nullable=True),
        sa.Column("witnessed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("surveyed_to", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint("one", name=op.f("ck_home_namespace_one_row")),
        sa.CheckConstraint(
            "num_nulls(witness_workflow, witness_run, witnessed_at) IN (0, 3)",
            name=op.f("ck_home_namespace_whole_witness"),
        ),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_home_namespace")),
    )
    for name, table, column, predicate in _INDEXES:
        op.create_index(name, table, [column], postgresql_where=sa.text(predicate))


def downgrade() -> None:
    _stay_brief()
    for name, table, _, _ in reversed(_INDEXES):
        op.drop_index(name, table)
    op.drop_table("home_namespace")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
