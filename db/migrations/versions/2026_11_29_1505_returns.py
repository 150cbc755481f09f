"""What refunds could not bring, given back another way: by bank transfer, or as a credit.

Revision: 0082, after 0081
"""

import sqlalchemy as sa
from alembic import op

revision = "0082"
down_revision = "0081"
branch_labels = None
depends_on = None

_REFUSE_CHANGE = """
CREATE FUNCTION returns_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was given back stands'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'returns_append_only', TABLE = TG_TABLE_NAME;
END $$
"""


def upgrade() -> None:
    _stay_brief()
    op.create_table(
        "returns",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("reservation_code", sa.String(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("credit_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=True),
        sa.Column("after_settlement", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_returns_positive")),
        sa.CheckConstraint("(way = 'credit') = (credit_id IS NOT NULL)", name=op.f("ck_returns_credited")),
        sa.ForeignKeyConstraint(["credit_id"], ["credits.id"], name=op.f("fk_returns_credit_id_credits")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_returns")),
        sa.UniqueConstraint("reference", name=op.f("uq_returns_reference")),
    )
    op.create_index("ix_returns_reservation_code", "returns", ["reservation_code"])
    op.execute(_REFUSE_CHANGE)
    op.execute(
        "CREATE TRIGGER returns_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON returns "
        "FOR EACH STATEMENT EXECUTE FUNCTION returns_refuse_change()"
    )


def downgrade() -> None:
    _stay_brief()
    op.drop_table("returns")
    op.execute("DROP FUNCTION returns_refuse_change()")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
