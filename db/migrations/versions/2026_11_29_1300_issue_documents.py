"""What is issued about money: of whom and what a document is, what waits for one, and guards of rows and numbers.

Revision: 0055, after 0054
"""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

_REFUSE_CHANGE = """
CREATE OR REPLACE FUNCTION documents_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was issued stands: issue another document'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'documents_append_only', TABLE = TG_TABLE_NAME;
END $$
"""

_REFUSE_CHANGE_OF_A_ROW = """
CREATE OR REPLACE FUNCTION documents_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'document % was issued: issue another one', OLD.number
    USING ERRCODE = 'check_violation', CONSTRAINT = 'documents_append_only', TABLE = 'documents';
END $$
"""

_COUNT_UP = """
CREATE FUNCTION document_numbers_count_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.last_number = 0 THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.issuer = OLD.issuer AND NEW.last_number IN (OLD.last_number, OLD.last_number + 1) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'numbers of documents are counted one by one'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'document_numbers_count_up', TABLE = 'document_numbers';
END $$
"""

_HAS_ITS_NUMBER = """
CREATE FUNCTION documents_number_in_turn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.number IS DISTINCT FROM (SELECT last_number FROM document_numbers WHERE issuer = NEW.issuer) THEN
        RAISE EXCEPTION 'document % of % is out of turn', NEW.number, NEW.issuer
        USING ERRCODE = 'check_violation', CONSTRAINT = 'documents_number_in_turn', TABLE = 'documents';
    END IF;
    RETURN NEW;
END $$
"""

_NUMBER_IS_USED = """
CREATE FUNCTION document_numbers_used() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM documents WHERE issuer = NEW.issuer AND number = NEW.last_number) THEN
        RAISE EXCEPTION 'number % of % was given to no document', NEW.last_number, NEW.issuer
        USING ERRCODE = 'check_violation', CONSTRAINT = 'document_numbers_used', TABLE = 'document_numbers';
    END IF;
    RETURN NULL;
END $$
"""

_NOTE_DUE = """
CREATE FUNCTION ledger_note_document_due() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO documents_due (transaction_id, reservation_code) VALUES (NEW.id, NEW.reservation_code);
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    _stay_brief()
    for name in ("kind", "month"):
        op.add_column("documents", sa.Column(name, sa.String(), server_default="", nullable=False))
    for name in ("reservation_code", "driver_id", "fleet_id"):
        op.add_column("documents", sa.Column(name, sa.String(), nullable=True))
    op.add_column("documents", sa.Column("transaction_id", sa.BigInteger(), nullable=True))
    op.create_index("ix_documents_reservation_code", "documents", ["reservation_code"])
    op.create_index("ix_documents_driver_id", "documents", ["driver_id", "issued_at"])
    op.create_index("ix_documents_fleet_id", "documents", ["fleet_id", "issued_at"])
    op.create_index("ix_documents_issued_at", "documents", ["issued_at", "id"])
    op.create_table(
        "documents_due",
        sa.Column("transaction_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reservation_code", sa.String(), nullable=False),
        sa.Column("put_off_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("transaction_id", name=op.f("pk_documents_due")),
    )
    op.create_index("ix_documents_due_reservation_code", "documents_due", ["reservation_code"])
    op.create_table(
        "billing_notes",
        sa.Column("reservation_code", sa.String(), nullable=False),
        sa.Column("cost_center", sa.String(), server_default="", nullable=False),
        sa.Column("reference", sa.String(), server_default="", nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("reservation_code", name=op.f("pk_billing_notes")),
    )
    _guard()


def _guard() -> None:
    op.execute("DROP TRIGGER documents_append_only ON documents")
    for statement in (_REFUSE_CHANGE, _COUNT_UP, _HAS_ITS_NUMBER, _NUMBER_IS_USED, _NOTE_DUE):
        op.execute(statement)
    for table, verbs in (
        ("documents", "UPDATE OR DELETE OR TRUNCATE"),
        ("document_numbers", "DELETE OR TRUNCATE"),
    ):
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE {verbs} ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION documents_refuse_change()"
        )
    op.execute(
        "CREATE TRIGGER document_numbers_count_up BEFORE INSERT OR UPDATE ON document_numbers "
        "FOR EACH ROW EXECUTE FUNCTION document_numbers_count_up()"
    )
    op.execute(
        "CREATE TRIGGER documents_number_in_turn BEFORE INSERT ON documents "
        "FOR EACH ROW EXECUTE FUNCTION documents_number_in_turn()"
    )
    op.execute(
        "CREATE CONSTRAINT TRIGGER document_numbers_used AFTER UPDATE ON document_numbers "
        "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.last_number > OLD.last_number) "
        "EXECUTE FUNCTION document_numbers_used()"
    )
    op.execute(
        "CREATE TRIGGER ledger_note_document_due AFTER INSERT ON ledger_transactions "
        "FOR EACH ROW WHEN (NEW.reservation_code <> '') EXECUTE FUNCTION ledger_note_document_due()"
    )


def downgrade() -> None:
    _stay_brief()
    op.execute("DROP TRIGGER ledger_note_document_due ON ledger_transactions")
    for name, table in (
        ("document_numbers_used", "document_numbers"),
        ("documents_number_in_turn", "documents"),
        ("document_numbers_count_up", "document_numbers"),
        ("document_numbers_append_only", "document_numbers"),
        ("documents_append_only", "documents"),
    ):
        op.execute(f"DROP TRIGGER {name} ON {table}")
    op.execute(
        "DROP FUNCTION ledger_note_document_due(), document_numbers_used(), documents_number_in_turn(), "
        "document_numbers_count_up()"
    )
    op.execute(_REFUSE_CHANGE_OF_A_ROW)
    op.execute(
        "CREATE TRIGGER documents_append_only BEFORE UPDATE OR DELETE ON documents "
        "FOR EACH ROW EXECUTE FUNCTION documents_refuse_change()"
    )
    op.drop_table("billing_notes")
    op.drop_table("documents_due")
    for name in ("reservation_code", "driver_id", "fleet_id", "issued_at"):
        op.drop_index(f"ix_documents_{name}", "documents")
    for name in ("kind", "month", "reservation_code", "driver_id", "fleet_id", "transaction_id"):
        op.drop_column("documents", name)


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
