"""When a connector, a charger, a bay or a site is closed by plan.

Revision: 0100, after 0099
"""

import sqlalchemy as sa
from alembic import op

revision = "0100"
down_revision = "0099"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.create_table(
        "maintenance_windows",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("charger_id", sa.String(), nullable=True),
        sa.Column("connector_id", sa.BigInteger(), nullable=True),
        sa.Column("bay_id", sa.BigInteger(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("on_conflict", sa.String(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("planned_by", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_maintenance_windows_in_order")),
        sa.CheckConstraint(
            "num_nonnulls(charger_id, connector_id, bay_id) <= 1",
            name=op.f("ck_maintenance_windows_one_place"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_maintenance_windows_site_id_sites")),
        sa.ForeignKeyConstraint(
            ["charger_id"], ["chargers.id"], name=op.f("fk_maintenance_windows_charger_id_chargers")
        ),
        sa.ForeignKeyConstraint(
            ["connector_id"], ["connectors.id"], name=op.f("fk_maintenance_windows_connector_id_connectors")
        ),
        sa.ForeignKeyConstraint(["bay_id"], ["bays.id"], name=op.f("fk_maintenance_windows_bay_id_bays")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maintenance_windows")),
        sa.UniqueConstraint("key", name=op.f("uq_maintenance_windows_key")),
    )
    op.create_index(
        "ix_maintenance_windows_planned",
        "maintenance_windows",
        ["site_id", "ends_at"],
        postgresql_where=sa.text("cancelled_at IS NULL"),
    )
    op.create_table(
        "maintenance_conflicts",
        sa.Column("window_id", sa.BigInteger(), nullable=False),
        sa.Column("hold_id", sa.BigInteger(), nullable=False),
        sa.Column("reservation_code", sa.String(), nullable=False),
        sa.Column("charger_id", sa.String(), nullable=False),
        sa.Column("connector_id", sa.BigInteger(), nullable=False),
        sa.Column("slot_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("slot_end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fate", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["window_id"],
            ["maintenance_windows.id"],
            name=op.f("fk_maintenance_conflicts_window_id_maintenance_windows"),
        ),
        sa.PrimaryKeyConstraint("window_id", "hold_id", name=op.f("pk_maintenance_conflicts")),
    )
    call = "FOR EACH ROW EXECUTE FUNCTION tell_site_changed('site')"
    op.execute(f"CREATE TRIGGER maintenance_windows_tell_new AFTER INSERT ON maintenance_windows {call}")
    op.execute(
        "CREATE TRIGGER maintenance_windows_tell_changed AFTER UPDATE OF cancelled_at ON maintenance_windows "
        + call.replace("EXECUTE", "WHEN (OLD.cancelled_at IS DISTINCT FROM NEW.cancelled_at) EXECUTE")
    )


def downgrade() -> None:
    _stay_brief()
    op.drop_table("maintenance_conflicts")
    op.drop_table("maintenance_windows")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
