"""A transaction of the ledger knows which transaction of the database posted it, and whose it is.

Revision: 0062, after 0061
"""

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

_TABLE = "ledger_transactions"

# xmin is no proof: it is frozen in time, and of a savepoint's own number. A 64-bit number is never used again.
_NOTE_POSTER = """
CREATE FUNCTION ledger_note_poster() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.posted_by := pg_current_xact_id()::text::bigint;
    IF NEW.step = '' THEN
        NEW.step := split_part(NEW.key, ':', 2);
    END IF;
    IF NEW.driver_id IS NULL OR NEW.fleet_id IS NULL THEN
        SELECT coalesce(NEW.driver_id, r.driver_id), coalesce(NEW.fleet_id, r.fleet_id)
        INTO NEW.driver_id, NEW.fleet_id
        FROM (SELECT 1) AS one LEFT JOIN reservations r ON r.code = NEW.reservation_code;
    END IF;
    RETURN NEW;
END $$
"""

_REFUSE_ADDITION = """
CREATE OR REPLACE FUNCTION ledger_refuse_addition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM ledger_transactions
        WHERE id = NEW.transaction_id AND posted_by <> pg_current_xact_id()::text::bigint
    ) THEN
        RAISE EXCEPTION 'ledger transaction % was posted before: post another one', NEW.transaction_id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_append_only', TABLE = 'ledger_entries';
    END IF;
    RETURN NEW;
END $$
"""

_REFUSE_ADDITION_BY_AGE = """
CREATE OR REPLACE FUNCTION ledger_refuse_addition() RETURNS trigger LANGUAGE plpgsql AS $$
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
    op.add_column(_TABLE, sa.Column("posted_by", sa.BigInteger(), server_default="0", nullable=False))
    _say_whose_it_was()
    op.execute(_NOTE_POSTER)
    op.execute(
        "CREATE TRIGGER ledger_transactions_note_poster BEFORE INSERT ON ledger_transactions "
        "FOR EACH ROW EXECUTE FUNCTION ledger_note_poster()"
    )
    op.execute(_REFUSE_ADDITION)


def downgrade() -> None:
    _stay_brief()
    op.execute(_REFUSE_ADDITION_BY_AGE)
    op.execute("DROP TRIGGER ledger_transactions_note_poster ON ledger_transactions")
    op.execute("DROP FUNCTION ledger_note_poster()")
    op.drop_column(_TABLE, "posted_by")


def _say_whose_it_was() -> None:
    # Workers of the version before have posted without saying it since those columns are there. No amount changes.
    op.execute("ALTER TABLE ledger_transactions DISABLE TRIGGER ledger_transactions_append_only")
    op.execute(
        "UPDATE ledger_transactions t SET driver_id = r.driver_id, fleet_id = coalesce(t.fleet_id, r.fleet_id) "
        "FROM reservations r WHERE r.code = t.reservation_code AND t.driver_id IS NULL"
    )
    op.execute("UPDATE ledger_transactions SET step = split_part(key, ':', 2) WHERE step = ''")
    op.execute("ALTER TABLE ledger_transactions ENABLE TRIGGER ledger_transactions_append_only")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
