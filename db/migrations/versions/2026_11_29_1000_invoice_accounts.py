"""Accounts that pay by invoice, what they owe as the ledger counts it, and the transfers that they paid by.

Revision: 0074, after 0073
"""

import sqlalchemy as sa
from alembic import op

revision = "0074"
down_revision = "0073"
branch_labels = None
depends_on = None

# The account's row is changed last in the transaction that posts, so that nobody waits for it in a circle.
_COUNT = """
CREATE FUNCTION invoice_accounts_count() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE invoice_accounts a SET open_minor = a.open_minor + NEW.amount_minor
    FROM ledger_transactions t
    WHERE t.id = NEW.transaction_id AND a.fleet_id = t.fleet_id AND a.currency = NEW.currency;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'ledger transaction % is of no invoice account in %', NEW.transaction_id, NEW.currency
        USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_of_an_account', TABLE = 'ledger_entries';
    END IF;
    RETURN NULL;
END $$
"""

_KEEP_COUNT = """
CREATE FUNCTION invoice_accounts_keep_count() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.fleet_id, NEW.currency) IS DISTINCT FROM (OLD.fleet_id, OLD.currency) THEN
        RAISE EXCEPTION 'account % stays, in %', OLD.fleet_id, OLD.currency
        USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_accounts_stay', TABLE = 'invoice_accounts';
    END IF;
    IF NEW.open_minor <> OLD.open_minor AND pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'what account % owes is what the ledger says', OLD.fleet_id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_accounts_count', TABLE = 'invoice_accounts';
    END IF;
    RETURN NEW;
END $$
"""

_REFUSE_CHANGE = """
CREATE FUNCTION invoice_transfers_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'transfers are append-only: book another one that takes it back'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_transfers_append_only', TABLE = 'invoice_transfers';
END $$
"""


def upgrade() -> None:
    _stay_brief()
    _create_accounts()
    _create_transfers()
    for function in (_COUNT, _KEEP_COUNT, _REFUSE_CHANGE):
        op.execute(function)
    op.execute(
        "CREATE TRIGGER invoice_accounts_count AFTER INSERT ON ledger_entries FOR EACH ROW "
        "WHEN (NEW.account = 'fleet_receivable') EXECUTE FUNCTION invoice_accounts_count()"
    )
    op.execute(
        "CREATE TRIGGER invoice_accounts_keep_count BEFORE UPDATE OR DELETE ON invoice_accounts "
        "FOR EACH ROW EXECUTE FUNCTION invoice_accounts_keep_count()"
    )
    op.execute(
        "CREATE TRIGGER invoice_transfers_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON invoice_transfers "
        "FOR EACH STATEMENT EXECUTE FUNCTION invoice_transfers_refuse_change()"
    )


def downgrade() -> None:
    _stay_brief()
    op.execute("DROP TRIGGER invoice_accounts_count ON ledger_entries")
    op.drop_table("invoice_transfers")
    op.drop_table("invoice_accounts")
    op.execute(
        "DROP FUNCTION invoice_accounts_count(), invoice_accounts_keep_count(), invoice_transfers_refuse_change()"
    )


def _create_accounts() -> None:
    op.create_table(
        "invoice_accounts",
        sa.Column("fleet_id", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("days_to_pay", sa.BigInteger(), nullable=False),
        sa.Column("limit_minor", sa.BigInteger(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("open_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("days_to_pay >= 0", name=op.f("ck_invoice_accounts_days_to_pay")),
        sa.CheckConstraint("limit_minor >= 0", name=op.f("ck_invoice_accounts_limit")),
        sa.PrimaryKeyConstraint("fleet_id", name=op.f("pk_invoice_accounts")),
    )


def _create_transfers() -> None:
    op.create_table(
        "invoice_transfers",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("fleet_id", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("open_before_minor", sa.BigInteger(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.Column("booked_by", sa.String(), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_invoice_transfers_not_zero")),
        sa.ForeignKeyConstraint(
            ["fleet_id"],
            ["invoice_accounts.fleet_id"],
            name=op.f("fk_invoice_transfers_fleet_id_invoice_accounts"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_transfers")),
        sa.UniqueConstraint("reference", name=op.f("uq_invoice_transfers_reference")),
    )
    op.create_index("ix_invoice_transfers_fleet_id", "invoice_transfers", ["fleet_id", "booked_at", "id"])


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
