"""Money given back after a settlement, kept for good.

Revision: 0068, after 0067
"""

import sqlalchemy as sa
from alembic import op

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None

_REFUSE_CHANGE = """
CREATE FUNCTION adjustments_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was given back stands: decide another adjustment'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'adjustments_append_only', TABLE = TG_TABLE_NAME;
END $$
"""


def upgrade() -> None:
    _stay_brief()
    op.create_table(
        "adjustments",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("reservation_code", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.String(), nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=True),
        sa.Column("provider_object", sa.String(), server_default="", nullable=False),
        sa.Column("after_settlement", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_adjustments_not_zero")),
        sa.CheckConstraint("num_nulls(line, position) IN (0, 2)", name=op.f("ck_adjustments_whole_line")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adjustments")),
        sa.UniqueConstraint(
            "reservation_code", "number", name=op.f("uq_adjustments_reservation_code_number")
        ),
        sa.UniqueConstraint("key", name=op.f("uq_adjustments_key")),
    )
    op.execute(_REFUSE_CHANGE)
    op.execute(
        "CREATE TRIGGER adjustments_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON adjustments "
        "FOR EACH STATEMENT EXECUTE FUNCTION adjustments_refuse_change()"
    )


def downgrade() -> None:
    _stay_brief()
    op.drop_table("adjustments")
    op.execute("DROP FUNCTION adjustments_refuse_change()")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
