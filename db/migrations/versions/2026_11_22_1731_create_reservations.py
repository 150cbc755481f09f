"""Reservations and their holds; an exclusion constraint refuses to promise a connector twice.

Revision: 0004, after 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


_ONE_PROMISE_PER_CONNECTOR = """
ALTER TABLE holds ADD CONSTRAINT ex_holds_one_promise_per_connector
EXCLUDE USING gist (int8range(connector_id, connector_id, '[]') WITH &&, during WITH &&)
WHERE (released_at IS NULL) DEFERRABLE INITIALLY IMMEDIATE
"""


def upgrade() -> None:
    _stay_brief()
    _create_holds()
    _index_holds()
    _create_reservations()
    op.execute(_ONE_PROMISE_PER_CONNECTOR)


def downgrade() -> None:
    _stay_brief()
    op.drop_table("reservations")
    op.drop_table("holds")


def _create_holds() -> None:
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


def _index_holds() -> None:
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


def _create_reservations() -> None:
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


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
