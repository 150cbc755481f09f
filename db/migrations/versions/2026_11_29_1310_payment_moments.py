"""When each payment was placed, captured, released, given back: whatever changes is noted.

Revision: 0058, after 0057
"""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

_NOTE = """
CREATE FUNCTION payments_note_moment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.status, NEW.amount_minor, NEW.captured_minor, NEW.refunded_minor)
        IS NOT DISTINCT FROM (OLD.status, OLD.amount_minor, OLD.captured_minor, OLD.refunded_minor) THEN
        RETURN NULL;
    END IF;
    INSERT INTO payment_moments (payment_id, at, status, amount_minor, captured_minor, refunded_minor)
    VALUES (NEW.id, NEW.updated_at, NEW.status, NEW.amount_minor, NEW.captured_minor, NEW.refunded_minor);
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    _stay_brief()
    op.create_table(
        "payment_moments",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("captured_minor", sa.BigInteger(), nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name=op.f("fk_payment_moments_payment_id_payments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_moments")),
    )
    op.create_index("ix_payment_moments_payment_id", "payment_moments", ["payment_id"])
    # Of earlier ones only the latest change is known.
    op.execute(
        "INSERT INTO payment_moments (payment_id, at, status, amount_minor, captured_minor, refunded_minor) "
        "SELECT id, updated_at, status, amount_minor, captured_minor, refunded_minor FROM payments ORDER BY id"
    )
    op.execute(_NOTE)
    op.execute(
        "CREATE TRIGGER payments_note_moment AFTER INSERT OR UPDATE ON payments "
        "FOR EACH ROW EXECUTE FUNCTION payments_note_moment()"
    )
    op.execute(
        "CREATE TRIGGER payment_moments_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payment_moments "
        "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()"
    )


def downgrade() -> None:
    _stay_brief()
    op.execute("DROP TRIGGER payments_note_moment ON payments")
    op.execute("DROP FUNCTION payments_note_moment()")
    op.drop_table("payment_moments")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
