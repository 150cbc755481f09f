"""Does a migrated database have exactly the schema that the tables declare?

Alembic compares tables and columns but not exclusion constraints, predicates and collations of indexes or triggers. So
the declared schema is built beside the migrated one, and the server's own definitions of both are compared.
"""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, NullPool, create_engine, text

from db.engine import database_address
from db.tables import metadata

_SCRATCH = "drift_scratch"
_TELL_CHANGES = (
    "holds",
    "connectors",
    "chargers",
    "sessions",
    "pools",
    "bays",
    "reservations",
    "sites",
    "maintenance_windows",
    "bay_reports",
)
_TELL_VERSIONS = ("policies", "tariffs", "price_rules", "access_rules")
_TRIGGERS = frozenset(
    {
        ("reservations", "reservations_note_change"),
        ("connectors", "connectors_berth"),
        ("holds", "holds_berth"),
        ("ledger_entries", "ledger_balanced"),
        ("document_numbers", "document_numbers_append_only"),
        ("document_numbers", "document_numbers_count_up"),
        ("document_numbers", "document_numbers_used"),
        ("credit_uses", "credit_uses_append_only"),
        ("credit_uses", "credit_uses_count"),
        ("credits", "credits_keep_origin"),
        ("credits", "credits_kept"),
        ("adjustments", "adjustments_append_only"),
        ("documents", "documents_append_only"),
        ("documents", "documents_kept"),
        ("documents", "documents_number_in_turn"),
        ("ledger_entries", "ledger_entries_posted_whole"),
        ("ledger_transactions", "ledger_transactions_note_poster"),
        ("ledger_entries", "ledger_entries_append_only"),
        ("ledger_transactions", "ledger_note_document_due"),
        ("ledger_transactions", "ledger_transactions_append_only"),
        ("ledger_transactions", "ledger_transactions_kept"),
        ("invoice_accounts", "invoice_accounts_keep_count"),
        ("invoice_transfers", "invoice_transfers_append_only"),
        ("ledger_entries", "invoice_accounts_count"),
        ("payment_moments", "payment_moments_append_only"),
        ("payments", "payments_note_moment"),
        ("statement_documents", "statement_documents_append_only"),
        ("returns", "returns_append_only"),
        ("sessions", "sessions_notice_change"),
        ("sessions", "sessions_notice_new"),
        ("sessions", "sessions_notice_new_walk_in"),
        ("sessions", "sessions_notice_walk_in"),
        ("sessions", "sessions_tell_charging"),
        *((table, f"{table}_tell_new") for table in (*_TELL_CHANGES, *_TELL_VERSIONS)),
        *((table, f"{table}_tell_changed") for table in _TELL_CHANGES),
    }
)
"""Declared here because SQLAlchemy's metadata cannot hold them."""

_DEFINITIONS = """
SELECT conrelid::regclass::text || ' ' || conname, pg_get_constraintdef(oid)
FROM pg_constraint
WHERE connamespace = to_regnamespace(:schema) AND conrelid <> 0 AND contype NOT IN ('n', 't')
UNION ALL SELECT tablename || ' ' || indexname, indexdef FROM pg_indexes WHERE schemaname = :schema
"""


def drift(url: str) -> list[str]:
    """One line for every difference; empty when there is none. Leaves the database as it was."""
    engine = create_engine(database_address(url), poolclass=NullPool)
    try:
        with engine.connect() as connection:
            found = [str(difference) for difference in _columns(connection)]
            found += _triggers(connection)
            found += _definitions(connection)
            connection.rollback()
            return found
    finally:
        engine.dispose()


def _columns(connection: Connection) -> list[object]:
    opts = {"compare_server_default": True, "include_object": _is_no_index}
    context = MigrationContext.configure(connection, opts=opts)
    return list(compare_metadata(context, metadata))


def _is_no_index(_thing: object, _name: str, kind: str, _reflected: bool, _compared: object) -> bool:
    """Their definitions are compared whole: Alembic takes a column by another collation for an expression."""
    return kind != "index"


def _triggers(connection: Connection) -> list[str]:
    rows = connection.execute(
        text(
            "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace"
        )
    )
    present = {(table, name) for table, name in rows}
    missing = [f"trigger {name} on {table} is missing" for table, name in sorted(_TRIGGERS - present)]
    return missing + [
        f"trigger {name} on {table} is not declared" for table, name in sorted(present - _TRIGGERS)
    ]


def _definitions(connection: Connection) -> list[str]:
    migrated = _read(connection, "public")
    connection.execute(text(f"CREATE SCHEMA {_SCRATCH}"))
    connection.execute(text(f"SET LOCAL search_path TO {_SCRATCH}"))
    metadata.create_all(connection, checkfirst=False)
    declared = _read(connection, _SCRATCH)
    return [
        f"{name}: migrated {migrated.get(name)!r}, declared {declared.get(name)!r}"
        for name in sorted(migrated.keys() | declared.keys())
        if migrated.get(name) != declared.get(name)
    ]


def _read(connection: Connection, schema: str) -> dict[str, str]:
    connection.execute(text(f"SET LOCAL search_path TO {schema}"))
    rows = connection.execute(text(_DEFINITIONS), {"schema": schema})
    return {
        name: definition.replace(f"{schema}.", "")
        for name, definition in rows
        if not name.startswith("alembic_version")
    }
