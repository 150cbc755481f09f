"""Create everything: the tables, an exclusion constraint against promising twice, triggers that balance the ledger.

Revision: 0001, the first
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


_TABLES = (
    "idempotency",
    "notifications",
    "audit",
    "stripe_events",
    "ledger_entries",
    "ledger_transactions",
    "payments",
    "sessions",
    "event_deliveries",
    "charger_events",
    "reservations",
    "holds",
    "tokens",
    "drivers",
    "connectors",
    "chargers",
    "tariffs",
    "policies",
    "pools",
    "bays",
    "sites",
)
"""In the order in which they can be dropped."""

_ONE_PROMISE_PER_CONNECTOR = """
ALTER TABLE holds ADD CONSTRAINT ex_holds_one_promise_per_connector
EXCLUDE USING gist (int8range(connector_id, connector_id, '[]') WITH &&, during WITH &&)
WHERE (released_at IS NULL) DEFERRABLE INITIALLY IMMEDIATE
"""

_REFUSE_IMBALANCE = """
CREATE FUNCTION ledger_refuse_imbalance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE imbalance record;
BEGIN
    SELECT currency, sum(amount_minor) AS amount INTO imbalance
    FROM ledger_entries WHERE transaction_id = NEW.transaction_id
    GROUP BY currency HAVING sum(amount_minor) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger transaction % is out of balance by % minor units of %',
            NEW.transaction_id, imbalance.amount, imbalance.currency
        USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_balanced', TABLE = 'ledger_entries';
    END IF;
    RETURN NULL;
END $$
"""

_REFUSE_CHANGE = """
CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: post a correcting transaction instead', TG_TABLE_NAME
    USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_append_only', TABLE = TG_TABLE_NAME;
END $$
"""


def upgrade() -> None:
    _stay_brief()
    _create_sites()
    _create_chargers()
    _create_drivers()
    _create_reservations()
    _create_charging()
    _create_money()
    _create_trail()
    _guard_holds()
    _guard_ledger()


def downgrade() -> None:
    _stay_brief()
    for table in _TABLES:
        op.drop_table(table)
    op.execute("DROP FUNCTION ledger_refuse_change(), ledger_refuse_imbalance()")


def _create_sites() -> None:
    op.create_table(
        "sites",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=False),
        sa.Column("longitude", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sites"),
    )
    op.create_table(
        "bays",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_bays_site_id_sites"),
        sa.PrimaryKeyConstraint("id", name="pk_bays"),
        sa.UniqueConstraint("site_id", "label", name="uq_bays_site_id_label"),
    )
    op.create_table(
        "pools",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("connector_type", sa.String(), nullable=False),
        sa.Column("power_w", sa.BigInteger(), nullable=False),
        sa.Column("walk_in_connectors", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("power_w > 0", name=op.f("ck_pools_power")),
        sa.CheckConstraint("walk_in_connectors >= 0", name=op.f("ck_pools_walk_in_share")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_pools_site_id_sites"),
        sa.PrimaryKeyConstraint("id", name="pk_pools"),
    )
    op.create_index("ix_pools_site_id", "pools", ["site_id"], unique=False)
    op.create_table(
        "policies",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_policies_site_id_sites"),
        sa.PrimaryKeyConstraint("id", name="pk_policies"),
        sa.UniqueConstraint(
            "site_id", "version", name="uq_policies_site_id_version", postgresql_nulls_not_distinct=True
        ),
    )
    op.create_table(
        "tariffs",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_tariffs_site_id_sites"),
        sa.PrimaryKeyConstraint("id", name="pk_tariffs"),
        sa.UniqueConstraint(
            "site_id", "version", name="uq_tariffs_site_id_version", postgresql_nulls_not_distinct=True
        ),
    )


def _create_chargers() -> None:
    op.create_table(
        "chargers",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("vendor", sa.String(), server_default="", nullable=False),
        sa.Column("model", sa.String(), server_default="", nullable=False),
        sa.Column("firmware", sa.String(), server_default="", nullable=False),
        sa.Column("protocol", sa.String(), server_default="", nullable=False),
        sa.Column(
            "capabilities", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column("gateway_instance", sa.String(), nullable=True),
        sa.Column("epoch", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("connected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.String(), server_default="unknown", nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_chargers_site_id_sites"),
        sa.PrimaryKeyConstraint("id", name="pk_chargers"),
    )
    op.create_index("ix_chargers_site_id", "chargers", ["site_id"], unique=False)
    op.create_table(
        "connectors",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("charger_id", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("pool_id", sa.String(), nullable=False),
        sa.Column("bay_id", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.String(), server_default="unknown", nullable=False),
        sa.Column("status_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error_code", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_connectors_number")),
        sa.ForeignKeyConstraint(["bay_id"], ["bays.id"], name="fk_connectors_bay_id_bays"),
        sa.ForeignKeyConstraint(["charger_id"], ["chargers.id"], name="fk_connectors_charger_id_chargers"),
        sa.ForeignKeyConstraint(["pool_id"], ["pools.id"], name="fk_connectors_pool_id_pools"),
        sa.PrimaryKeyConstraint("id", name="pk_connectors"),
        sa.UniqueConstraint("charger_id", "number", name="uq_connectors_charger_id_number"),
    )
    op.create_index("ix_connectors_pool_id", "connectors", ["pool_id"], unique=False)


def _create_drivers() -> None:
    op.create_table(
        "drivers",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("fleet_id", sa.String(), nullable=True),
        sa.Column("stripe_customer", sa.String(), nullable=True),
        sa.Column("blocked", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_drivers"),
    )
    op.create_index("ix_drivers_fleet_id", "drivers", ["fleet_id"], unique=False)
    op.create_table(
        "tokens",
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("driver_id", sa.String(), nullable=False),
        sa.Column("group_id", sa.String(), nullable=True),
        sa.Column("reservation_code", sa.String(), nullable=True),
        sa.Column("blocked", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint(
            "(kind = 'app') = (reservation_code IS NOT NULL)", name=op.f("ck_tokens_app_has_reservation")
        ),
        sa.CheckConstraint("kind IN ('rfid', 'app')", name=op.f("ck_tokens_kind")),
        sa.CheckConstraint("value = upper(value)", name=op.f("ck_tokens_upper_case")),
        sa.ForeignKeyConstraint(["driver_id"], ["drivers.id"], name="fk_tokens_driver_id_drivers"),
        sa.PrimaryKeyConstraint("value", name="pk_tokens"),
    )
    op.create_index("ix_tokens_driver_id", "tokens", ["driver_id"], unique=False)


def _create_reservations() -> None:
    op.create_table(
        "holds",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("reservation_code", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("connector_id", sa.BigInteger(), nullable=False),
        sa.Column("pool_id", sa.String(), nullable=False),
        sa.Column("driver_id", sa.String(), nullable=False),
        sa.Column("group_id", sa.String(), nullable=True),
        sa.Column("during", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("slot_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("slot_end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("watch_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("walk_in_warning_seconds", sa.Double(), server_default="0", nullable=False),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("release_reason", sa.String(), nullable=True),
        sa.CheckConstraint("id <= 2147483647", name=op.f("ck_holds_fits_ocpp_integer")),
        sa.ForeignKeyConstraint(["connector_id"], ["connectors.id"], name="fk_holds_connector_id_connectors"),
        sa.ForeignKeyConstraint(["driver_id"], ["drivers.id"], name="fk_holds_driver_id_drivers"),
        sa.ForeignKeyConstraint(["pool_id"], ["pools.id"], name="fk_holds_pool_id_pools"),
        sa.PrimaryKeyConstraint("id", name="pk_holds"),
    )
    op.create_index(
        "ix_holds_no_show_by_connector",
        "holds",
        ["connector_id", "slot_end"],
        unique=False,
        postgresql_where="release_reason = 'no_show'",
    )
    op.create_index(
        "ix_holds_open_by_connector",
        "holds",
        ["connector_id"],
        unique=False,
        postgresql_where="released_at IS NULL",
    )
    op.create_index(
        "ix_holds_open_by_driver",
        "holds",
        ["driver_id"],
        unique=False,
        postgresql_where="released_at IS NULL",
    )
    op.create_index("ix_holds_reservation_code", "holds", ["reservation_code"], unique=False)
    op.create_index("uq_holds_reservation_code_step", "holds", ["reservation_code", "step"], unique=True)
    op.create_table(
        "reservations",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("driver_id", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("fleet_id", sa.String(), nullable=True),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("slot_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("slot_end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("connector_id", sa.BigInteger(), nullable=True),
        sa.Column("needs_attention", sa.String(), server_default="", nullable=False),
        sa.Column("snapshot", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("code", name="pk_reservations"),
    )
    op.create_index(
        "ix_reservations_driver_id_slot_start", "reservations", ["driver_id", "slot_start"], unique=False
    )
    op.create_index("ix_reservations_fleet_id", "reservations", ["fleet_id"], unique=False)
    op.create_index(
        "ix_reservations_open", "reservations", ["state"], unique=False, postgresql_where="closed_at IS NULL"
    )
    op.create_index(
        "ix_reservations_site_id_slot_start", "reservations", ["site_id", "slot_start"], unique=False
    )


def _create_charging() -> None:
    op.create_table(
        "charger_events",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("charger_id", sa.String(), nullable=False),
        sa.Column("connector_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(
            ["charger_id"], ["chargers.id"], name="fk_charger_events_charger_id_chargers"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_charger_events"),
        sa.UniqueConstraint("event_id", name="uq_charger_events_event_id"),
    )
    op.create_index(
        "ix_charger_events_charger_id_received_at",
        "charger_events",
        ["charger_id", "received_at"],
        unique=False,
    )
    op.create_table(
        "event_deliveries",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("event_row_id", sa.BigInteger(), nullable=False),
        sa.Column("reservation_code", sa.String(), nullable=False),
        sa.Column("matches_driver", sa.Boolean(), nullable=True),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["event_row_id"], ["charger_events.id"], name="fk_event_deliveries_event_row_id_charger_events"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_event_deliveries"),
        sa.UniqueConstraint(
            "event_row_id", "reservation_code", name="uq_event_deliveries_event_row_id_reservation_code"
        ),
    )
    op.create_index(
        "ix_event_deliveries_undelivered",
        "event_deliveries",
        ["id"],
        unique=False,
        postgresql_where="delivered_at IS NULL",
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("charger_id", sa.String(), nullable=False),
        sa.Column("connector_id", sa.BigInteger(), nullable=False),
        sa.Column("transaction_id", sa.String(), nullable=False),
        sa.Column("id_tag", sa.String(), nullable=False),
        sa.Column("driver_id", sa.String(), nullable=True),
        sa.Column("reservation_code", sa.String(), nullable=True),
        sa.Column("authorised", sa.Boolean(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("meter_start_wh", sa.BigInteger(), nullable=False),
        sa.Column("meter_last_wh", sa.BigInteger(), nullable=False),
        sa.Column("meter_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("energy_started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stop_reason", sa.String(), server_default="", nullable=False),
        sa.Column("last_seq_no", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["charger_id"], ["chargers.id"], name="fk_sessions_charger_id_chargers"),
        sa.ForeignKeyConstraint(
            ["connector_id"], ["connectors.id"], name="fk_sessions_connector_id_connectors"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.UniqueConstraint("charger_id", "transaction_id", name="uq_sessions_charger_id_transaction_id"),
    )
    op.create_index(
        "ix_sessions_open_by_connector",
        "sessions",
        ["connector_id"],
        unique=False,
        postgresql_where="ended_at IS NULL",
    )
    op.create_index("ix_sessions_reservation_code", "sessions", ["reservation_code"], unique=False)


def _create_money() -> None:
    op.create_table(
        "payments",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("reservation_code", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("payment_intent_id", sa.String(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("captured_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_payments"),
        sa.UniqueConstraint("payment_intent_id", name="uq_payments_payment_intent_id"),
        sa.UniqueConstraint("reservation_code", "step", name="uq_payments_reservation_code_step"),
    )
    op.create_table(
        "ledger_transactions",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("reservation_code", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_transactions"),
        sa.UniqueConstraint("key", name="uq_ledger_transactions_key"),
    )
    op.create_index(
        "ix_ledger_transactions_reservation_code", "ledger_transactions", ["reservation_code"], unique=False
    )
    op.create_table(
        "ledger_entries",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("transaction_id", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_ledger_entries_not_zero")),
        sa.ForeignKeyConstraint(
            ["transaction_id"],
            ["ledger_transactions.id"],
            name="fk_ledger_entries_transaction_id_ledger_transactions",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_entries"),
    )
    op.create_index("ix_ledger_entries_account", "ledger_entries", ["account"], unique=False)
    op.create_index("ix_ledger_entries_transaction_id", "ledger_entries", ["transaction_id"], unique=False)
    op.create_table(
        "stripe_events",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_stripe_events"),
    )
    op.create_index(
        "ix_stripe_events_unhandled",
        "stripe_events",
        ["received_at"],
        unique=False,
        postgresql_where="handled_at IS NULL",
    )


def _create_trail() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
        sa.UniqueConstraint("key", name="uq_audit_key"),
    )
    op.create_index("ix_audit_subject", "audit", ["subject"], unique=False)
    op.create_table(
        "notifications",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("driver_id", sa.String(), nullable=False),
        sa.Column("reservation_code", sa.String(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("parameters", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notifications"),
        sa.UniqueConstraint("key", name="uq_notifications_key"),
    )
    op.create_index("ix_notifications_driver_id", "notifications", ["driver_id"], unique=False)
    op.create_table(
        "idempotency",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("body_hash", sa.String(), nullable=False),
        sa.Column("reservation_code", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account", "key", name="pk_idempotency"),
    )


def _guard_holds() -> None:
    op.execute(_ONE_PROMISE_PER_CONNECTOR)


def _guard_ledger() -> None:
    op.execute(_REFUSE_IMBALANCE)
    op.execute(_REFUSE_CHANGE)
    op.execute(
        "CREATE CONSTRAINT TRIGGER ledger_balanced AFTER INSERT ON ledger_entries "
        "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_refuse_imbalance()"
    )
    for table in ("ledger_transactions", "ledger_entries"):
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()"
        )


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
