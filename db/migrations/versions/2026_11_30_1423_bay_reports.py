"""Keep what people say is wrong at bays, and tell who looks at a site when that changes; tell who looks at a
reservation what its charging has come to, once in three seconds of its meter.

Revision: 0143, after 0142
"""

import sqlalchemy as sa
from alembic import op

revision = "0143"
down_revision = "0142"
branch_labels = None
depends_on = None


_TELL = """
CREATE FUNCTION tell_charging_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM watched_reservations w WHERE w.code = NEW.reservation_code AND w.until > now()
    ) THEN
        PERFORM pg_notify('reservation_changed', NEW.reservation_code);
    END IF;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    _stay_brief()
    op.execute(_TELL)
    op.execute(
        "CREATE TRIGGER sessions_tell_charging AFTER UPDATE OF meter_at ON sessions FOR EACH ROW WHEN ("
        "NEW.reservation_code IS NOT NULL AND floor(extract(epoch FROM OLD.meter_at) / 3) "
        "IS DISTINCT FROM floor(extract(epoch FROM NEW.meter_at) / 3)) EXECUTE FUNCTION tell_charging_changed()"
    )
    op.create_table(
        "bay_reports",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("charger_id", sa.String(), nullable=False),
        sa.Column("connector_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account", sa.String(), nullable=True),
        sa.Column("driver_id", sa.String(), nullable=True),
        sa.Column("fleet_id", sa.String(), nullable=True),
        sa.Column("reservation_code", sa.String(), nullable=True),
        sa.Column("browser_digest", sa.String(), server_default="", nullable=False),
        sa.Column("address_digest", sa.String(), server_default="", nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.String(), server_default="", nullable=False),
        sa.Column("answer", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["charger_id"], ["chargers.id"], name=op.f("fk_bay_reports_charger_id_chargers")
        ),
        sa.ForeignKeyConstraint(
            ["connector_id"], ["connectors.id"], name=op.f("fk_bay_reports_connector_id_connectors")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bay_reports")),
    )
    op.create_index("ix_bay_reports_reported_at", "bay_reports", ["reported_at", "id"])
    op.create_index("ix_bay_reports_connector_id_reported_at", "bay_reports", ["connector_id", "reported_at"])
    op.create_index("ix_bay_reports_account_reported_at", "bay_reports", ["account", "reported_at"])
    op.create_index(
        "ix_bay_reports_digested",
        "bay_reports",
        ["reported_at"],
        postgresql_where=sa.text("browser_digest <> ''"),
    )
    call = "FOR EACH ROW EXECUTE FUNCTION tell_site_changed('charger')"
    op.execute(f"CREATE TRIGGER bay_reports_tell_new AFTER INSERT ON bay_reports {call}")
    changed = "WHEN (OLD.resolved_at IS DISTINCT FROM NEW.resolved_at)"
    op.execute(
        "CREATE TRIGGER bay_reports_tell_changed AFTER UPDATE OF resolved_at ON bay_reports "
        f"{call.replace('EXECUTE', f'{changed} EXECUTE')}"
    )


def downgrade() -> None:
    _stay_brief()
    op.drop_table("bay_reports")
    op.execute("DROP TRIGGER sessions_tell_charging ON sessions")
    op.execute("DROP FUNCTION tell_charging_changed()")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
