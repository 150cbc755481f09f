"""Documents about money, numbered without gaps for each issuer, and never changed.

Revision: 0054, after 0053
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

_REFUSE_CHANGE = """
CREATE FUNCTION documents_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'document % was issued: issue another one', OLD.number
    USING ERRCODE = 'check_violation', CONSTRAINT = 'documents_append_only', TABLE = 'documents';
END $$
"""


def upgrade() -> None:
    _stay_brief()
    op.create_table(
        "document_numbers",
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("last_number", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("last_number >= 0", name=op.f("ck_document_numbers_not_negative")),
        sa.PrimaryKeyConstraint("issuer", name=op.f("pk_document_numbers")),
    )
    op.create_table(
        "documents",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_documents_counted_from_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
        sa.UniqueConstraint("issuer", "number", name=op.f("uq_documents_issuer_number")),
        sa.UniqueConstraint("issuer", "key", name=op.f("uq_documents_issuer_key")),
    )
    op.execute(_REFUSE_CHANGE)
    op.execute(
        "CREATE TRIGGER documents_append_only BEFORE UPDATE OR DELETE ON documents "
        "FOR EACH ROW EXECUTE FUNCTION documents_refuse_change()"
    )


def downgrade() -> None:
    _stay_brief()
    op.drop_table("documents")
    op.execute("DROP FUNCTION documents_refuse_change()")
    op.drop_table("document_numbers")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
