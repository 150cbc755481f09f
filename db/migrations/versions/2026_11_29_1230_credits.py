"""What drivers have been given on account, as rows that can be spent; those that exist are carried over.

Revision: 0056, after 0055
"""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

_OPEN = sa.text("granted_minor > spent_minor + expired_minor")

_KEEP_ORIGIN = """
CREATE FUNCTION credits_keep_origin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.id, NEW.key, NEW.driver_id, NEW.currency, NEW.origin, NEW.reservation_code)
        IS DISTINCT FROM (OLD.id, OLD.key, OLD.driver_id, OLD.currency, OLD.origin, OLD.reservation_code)
        OR NEW.expired_minor < OLD.expired_minor
    THEN
        RAISE EXCEPTION 'credit % was given: only its amounts and dates change', OLD.key
        USING ERRCODE = 'check_violation', CONSTRAINT = 'credits_keep_origin', TABLE = 'credits';
    END IF;
    IF NEW.spent_minor <> OLD.spent_minor AND pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'credit % is spent by a use of it only', OLD.key
        USING ERRCODE = 'check_violation', CONSTRAINT = 'credits_spent_by_uses', TABLE = 'credits';
    END IF;
    RETURN NEW;
END $$
"""

_COUNT_USE = """
CREATE FUNCTION credit_uses_count() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE credits SET spent_minor = spent_minor + NEW.amount_minor WHERE id = NEW.credit_id;
    IF NEW.amount_minor < 0 AND (
        SELECT sum(amount_minor) FROM credit_uses
        WHERE credit_id = NEW.credit_id AND reservation_code = NEW.reservation_code
    ) < 0 THEN
        RAISE EXCEPTION '% gives back more of credit % than it took', NEW.reservation_code, NEW.credit_id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'credit_uses_never_negative', TABLE = 'credit_uses';
    END IF;
    RETURN NULL;
END $$
"""

_REFUSE_CHANGE = """
CREATE FUNCTION credit_uses_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'uses of credits are append-only: give it back by another one'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'credit_uses_append_only', TABLE = 'credit_uses';
END $$
"""

_LAST = """
CREATE TEMPORARY VIEW last_bills AS
    SELECT DISTINCT ON (reservation_code) *, coalesce(ask ->> 'driver_id', '') AS driver_id FROM settlements
    WHERE posted_at IS NOT NULL ORDER BY reservation_code, id DESC
"""
_OWED = """
CREATE TEMPORARY VIEW owed_credits AS
    SELECT t.reservation_code, e.currency, -sum(e.amount_minor) AS minor, max(t.driver_id) AS driver_id,
        min(t.posted_at) AS posted_at
    FROM ledger_entries e JOIN ledger_transactions t ON t.id = e.transaction_id
    WHERE e.account = 'driver_credit' GROUP BY t.reservation_code, e.currency HAVING sum(e.amount_minor) < 0
"""
_BY_LINE = """
WITH lines AS (
    SELECT last.reservation_code, last.currency, last.driver_id, line.cause, -line.amount_minor AS minor,
        CASE WHEN line.quantity IS NOT NULL THEN 'waited' WHEN last.outcome = 'UNFULFILLED' THEN 'unfulfilled'
            WHEN last.ask #>> '{progress,booked_site}' <> ''
                AND last.ask #>> '{progress,booked_site}' <> last.ask #>> '{progress,assignment,site_id}'
            THEN 'moved_away' ELSE 'moved' END AS origin
    FROM last_bills last JOIN settlement_lines line ON line.settlement_id = last.id AND line.kind = 'compensation'
), known AS (
    SELECT owed.* FROM owed_credits owed JOIN lines USING (reservation_code, currency)
    GROUP BY owed.reservation_code, owed.currency, owed.minor, owed.driver_id, owed.posted_at
    HAVING sum(lines.minor) = owed.minor
)
INSERT INTO credits (key, driver_id, currency, granted_minor, origin, cause, reservation_code, granted_at)
SELECT known.reservation_code || '\\:' || lines.origin, coalesce(max(known.driver_id), max(lines.driver_id)),
    known.currency, sum(lines.minor), lines.origin, max(lines.cause), known.reservation_code, max(known.posted_at)
FROM known JOIN lines USING (reservation_code, currency)
GROUP BY known.reservation_code, known.currency, lines.origin
"""
_CARRIED = """
INSERT INTO credits (key, driver_id, currency, granted_minor, origin, reservation_code, granted_at)
SELECT reservation_code || '\\:carried\\:' || currency, coalesce(driver_id, ''), currency, minor, 'carried',
    reservation_code, posted_at
FROM owed_credits WHERE reservation_code NOT IN (SELECT reservation_code FROM credits)
"""
_NEGATIVE = """
WITH negative AS (
    SELECT last.*, last.credit_minor + coalesce(
        (SELECT sum(amount_minor) FROM settlement_lines WHERE settlement_id = last.id AND kind = 'compensation'), 0
    ) AS minor FROM last_bills last
), given AS (
    INSERT INTO credits (key, driver_id, currency, granted_minor, origin, reservation_code, granted_at)
    SELECT reservation_code || '\\:negative_price', driver_id, currency, minor, 'negative_price', reservation_code,
        posted_at
    FROM negative WHERE minor > 0 RETURNING reservation_code, driver_id, currency, granted_minor
), posted AS (
    INSERT INTO ledger_transactions (key, reservation_code, step, driver_id, cause, code, parameters, posted_at)
    SELECT given.reservation_code || '\\:negative-price', given.reservation_code, 'negative-price',
        nullif(given.driver_id, ''), 'system', 'settlement', jsonb_build_object('state', negative.outcome), now()
    FROM given JOIN negative USING (reservation_code)
    RETURNING id, reservation_code
)
INSERT INTO ledger_entries (transaction_id, account, currency, amount_minor)
SELECT posted.id, side.account, given.currency, side.sign * given.granted_minor
FROM posted JOIN given USING (reservation_code)
CROSS JOIN (VALUES ('driver_receivable', 1), ('driver_credit', -1)) AS side (account, sign)
"""


def upgrade() -> None:
    _stay_brief()
    _create_credits()
    _create_uses()
    _guard()
    for statement in (_LAST, _OWED, _BY_LINE, _CARRIED, _NEGATIVE):
        op.execute(statement)
    op.execute("DROP VIEW last_bills, owed_credits")


def downgrade() -> None:
    _stay_brief()
    op.drop_table("credit_uses")
    op.drop_table("credits")
    op.execute("DROP FUNCTION credits_keep_origin(), credit_uses_count(), credit_uses_refuse_change()")


def _create_credits() -> None:
    op.create_table(
        "credits",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("driver_id", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("granted_minor", sa.BigInteger(), nullable=False),
        sa.Column("spent_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("expired_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), server_default="", nullable=False),
        sa.Column("reservation_code", sa.String(), server_default="", nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("warn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "spent_minor >= 0 AND expired_minor >= 0 AND spent_minor + expired_minor <= granted_minor",
            name=op.f("ck_credits_never_more_than_given"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credits")),
        sa.UniqueConstraint("key", name=op.f("uq_credits_key")),
    )
    op.create_index("ix_credits_driver_id", "credits", ["driver_id", "granted_at", "id"])
    op.create_index("ix_credits_open_by_driver", "credits", ["driver_id", "currency"], postgresql_where=_OPEN)
    op.create_index("ix_credits_open_until", "credits", ["expires_at"], postgresql_where=_OPEN)
    op.create_index(
        "ix_credits_reservation_code",
        "credits",
        ["reservation_code"],
        postgresql_where=sa.text("reservation_code <> ''"),
    )


def _create_uses() -> None:
    op.create_table(
        "credit_uses",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("credit_id", sa.BigInteger(), nullable=False),
        sa.Column("reservation_code", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_credit_uses_not_zero")),
        sa.ForeignKeyConstraint(["credit_id"], ["credits.id"], name=op.f("fk_credit_uses_credit_id_credits")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_uses")),
        sa.UniqueConstraint(
            "credit_id",
            "reservation_code",
            "step",
            name=op.f("uq_credit_uses_credit_id_reservation_code_step"),
        ),
    )
    op.create_index("ix_credit_uses_reservation_code", "credit_uses", ["reservation_code"])


def _guard() -> None:
    for function in (_KEEP_ORIGIN, _COUNT_USE, _REFUSE_CHANGE):
        op.execute(function)
    op.execute(
        "CREATE TRIGGER credits_keep_origin BEFORE UPDATE OR DELETE ON credits "
        "FOR EACH ROW EXECUTE FUNCTION credits_keep_origin()"
    )
    op.execute(
        "CREATE TRIGGER credit_uses_count AFTER INSERT ON credit_uses "
        "FOR EACH ROW EXECUTE FUNCTION credit_uses_count()"
    )
    op.execute(
        "CREATE TRIGGER credit_uses_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_uses "
        "FOR EACH STATEMENT EXECUTE FUNCTION credit_uses_refuse_change()"
    )


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
