"""Erase drivers: who was erased, and guards that let nothing be changed of what was booked but whose it is.

Revision: 0140, after 0139
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0140"
down_revision = "0139"
branch_labels = None
depends_on = None

_IS_BY_ERASURE = """
CREATE FUNCTION is_by_erasure(before jsonb, after jsonb) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT before - '{driver_id,warn_at}'::text[] = after - '{driver_id,warn_at}'::text[] AND EXISTS (
        SELECT FROM erasures WHERE alias = after ->> 'driver_id' AND driver_id = before ->> 'driver_id'
    )
$$
"""
# Values alone: a document whose members were called otherwise could not be read.
_WITHOUT_SAID = """
CREATE FUNCTION without_said(document jsonb, said text[], instead text) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN CASE jsonb_typeof(document)
        WHEN 'string' THEN CASE WHEN document #>> '{}' = ANY(said) THEN to_jsonb(instead) ELSE document END
        WHEN 'array' THEN (
            SELECT coalesce(jsonb_agg(without_said(one, said, instead) ORDER BY n), '[]')
            FROM jsonb_array_elements(document) WITH ORDINALITY AS each (one, n)
        )
        WHEN 'object' THEN (
            SELECT coalesce(jsonb_object_agg(name, without_said(one, said, instead)), '{}')
            FROM jsonb_each(document) AS each (name, one)
        )
        ELSE document
    END;
END $$
"""
_GUARDED = (("documents", "documents_refuse_change"), ("ledger_transactions", "ledger_refuse_change"))


def upgrade() -> None:
    _stay_brief()
    op.create_table(
        "erasures",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("alias", sa.String(), nullable=False),
        sa.Column("driver_id", sa.String(), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("stripe_customer", sa.String(), nullable=True),
        sa.Column("objects", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("inbox_to", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("audit_to", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "finished_at IS NULL OR (driver_id IS NULL AND stripe_customer IS NULL AND cardinality(said) = 0 "
            "AND cardinality(objects) = 0)",
            name=op.f("ck_erasures_knows_nobody_in_the_end"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
        sa.UniqueConstraint("alias", name=op.f("uq_erasures_alias")),
    )
    op.create_index(
        "ix_erasures_unfinished", "erasures", ["id"], postgresql_where=sa.text("finished_at IS NULL")
    )
    op.execute(_WITHOUT_SAID)
    op.execute(_IS_BY_ERASURE)
    for table, refuse in _GUARDED:
        _guard(table, refuse, "DELETE OR TRUNCATE")
        _guard_changes(table, f"{table}_kept", refuse)
    op.execute("DROP TRIGGER credits_keep_origin ON credits")
    op.execute(
        "CREATE TRIGGER credits_keep_origin BEFORE DELETE ON credits "
        "FOR EACH ROW EXECUTE FUNCTION credits_keep_origin()"
    )
    _guard_changes("credits", "credits_kept", "credits_keep_origin")


def downgrade() -> None:
    _stay_brief()
    op.execute("DROP TRIGGER credits_kept ON credits")
    op.execute("DROP TRIGGER credits_keep_origin ON credits")
    op.execute(
        "CREATE TRIGGER credits_keep_origin BEFORE UPDATE OR DELETE ON credits "
        "FOR EACH ROW EXECUTE FUNCTION credits_keep_origin()"
    )
    for table, refuse in _GUARDED:
        op.execute(f"DROP TRIGGER {table}_kept ON {table}")
        _guard(table, refuse, "UPDATE OR DELETE OR TRUNCATE")
    op.execute("DROP FUNCTION is_by_erasure(jsonb, jsonb), without_said(jsonb, text[], text)")
    op.drop_table("erasures")


def _guard(table: str, refuse: str, verbs: str) -> None:
    op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE {verbs} ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {refuse}()"
    )


def _guard_changes(table: str, name: str, refuse: str) -> None:
    op.execute(
        f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} FOR EACH ROW "
        f"WHEN (NOT is_by_erasure(to_jsonb(OLD), to_jsonb(NEW))) EXECUTE FUNCTION {refuse}()"
    )


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
