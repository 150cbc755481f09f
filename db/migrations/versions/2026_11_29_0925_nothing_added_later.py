"""A transaction of the ledger is posted whole: no entry is added to it later, not even a balanced pair.

Revision: 0053, after 0052
"""

from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

_REFUSE_ADDITION = """
CREATE FUNCTION ledger_refuse_addition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Of this very transaction, or a savepoint of it, the age is zero or less.
    IF EXISTS (SELECT FROM ledger_transactions WHERE id = NEW.transaction_id AND age(xmin) > 0) THEN
        RAISE EXCEPTION 'ledger transaction % was posted before: post another one', NEW.transaction_id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_append_only', TABLE = 'ledger_entries';
    END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    _stay_brief()
    op.execute(_REFUSE_ADDITION)
    op.execute(
        "CREATE TRIGGER ledger_entries_posted_whole BEFORE INSERT ON ledger_entries "
        "FOR EACH ROW EXECUTE FUNCTION ledger_refuse_addition()"
    )


def downgrade() -> None:
    _stay_brief()
    op.execute("DROP TRIGGER ledger_entries_posted_whole ON ledger_entries")
    op.execute("DROP FUNCTION ledger_refuse_addition()")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
