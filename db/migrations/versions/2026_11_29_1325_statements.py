"""Which document stands on which monthly statement: on one, once.

Revision: 0065, after 0064
"""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.create_table(
        "statement_documents",
        sa.Column("document_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_statement_documents_document_id_documents")
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["documents.id"], name=op.f("fk_statement_documents_statement_id_documents")
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_statement_documents")),
    )
    op.execute(
        "CREATE TRIGGER statement_documents_append_only BEFORE UPDATE OR DELETE OR TRUNCATE "
        "ON statement_documents FOR EACH STATEMENT EXECUTE FUNCTION documents_refuse_change()"
    )


def downgrade() -> None:
    _stay_brief()
    op.drop_table("statement_documents")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
