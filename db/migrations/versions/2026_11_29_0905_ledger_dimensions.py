"""What a transaction of the ledger is of, and what each entry stands for.

Revision: 0051, after 0050
"""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

_TRANSACTIONS, _ENTRIES = "ledger_transactions", "ledger_entries"


def upgrade() -> None:
    _stay_brief()
    op.add_column(_TRANSACTIONS, sa.Column("step", sa.String(), server_default="", nullable=False))
    op.add_column(_TRANSACTIONS, sa.Column("driver_id", sa.String()))
    op.add_column(_TRANSACTIONS, sa.Column("fleet_id", sa.String()))
    for name in ("cause", "line", "provider_object"):
        op.add_column(_ENTRIES, sa.Column(name, sa.String(), server_default="", nullable=False))
    op.add_column(_ENTRIES, sa.Column("position", sa.BigInteger(), server_default="0", nullable=False))
    _say_whose_it_was()
    op.create_index("ix_ledger_transactions_posted_at_id", _TRANSACTIONS, ["posted_at", "id"])
    op.create_index("ix_ledger_transactions_driver_id", _TRANSACTIONS, ["driver_id"])
    op.create_index(
        "ix_ledger_transactions_fleet_id",
        _TRANSACTIONS,
        ["fleet_id"],
        postgresql_where=sa.text("fleet_id IS NOT NULL"),
    )
    op.create_index(
        "ix_ledger_entries_provider_object",
        _ENTRIES,
        ["provider_object"],
        postgresql_where=sa.text("provider_object <> ''"),
    )


def downgrade() -> None:
    _stay_brief()
    op.drop_index("ix_ledger_entries_provider_object", _ENTRIES)
    for name in ("fleet_id", "driver_id", "posted_at_id"):
        op.drop_index(f"ix_ledger_transactions_{name}", _TRANSACTIONS)
    for name in ("cause", "line", "provider_object", "position"):
        op.drop_column(_ENTRIES, name)
    for name in ("step", "driver_id", "fleet_id"):
        op.drop_column(_TRANSACTIONS, name)


def _say_whose_it_was() -> None:
    # The one time that rows change: no amount does, only what is said of them. What an entry stood for is not known.
    op.execute("ALTER TABLE ledger_transactions DISABLE TRIGGER ledger_transactions_append_only")
    op.execute(
        "UPDATE ledger_transactions t SET step = split_part(t.key, ':', 2), "
        "driver_id = (SELECT driver_id FROM reservations WHERE code = t.reservation_code), "
        "fleet_id = (SELECT fleet_id FROM reservations WHERE code = t.reservation_code)"
    )
    op.execute("ALTER TABLE ledger_transactions ENABLE TRIGGER ledger_transactions_append_only")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
