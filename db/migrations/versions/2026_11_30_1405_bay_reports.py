"""Keep what people say is wrong at bays, and tell who looks at a site when that changes.

Revision: 0145, after 0138
"""

import sqlalchemy as sa
from alembic import op

revision = "0145"
down_revision = "0138"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
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


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
