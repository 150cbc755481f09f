"""Tell who listens whenever something that is shown of a site has changed: holds, connectors, sessions, rules.

Triggers tell, so that whoever writes, the release before included, cannot forget to; of sites that somebody looks at
only, as commits that tell something wait for each other (docs/decisions/0022).

Revision: 0097, after 0096
"""

import sqlalchemy as sa
from alembic import op

revision = "0097"
down_revision = "0096"
branch_labels = None
depends_on = None

_TELL = """
CREATE FUNCTION tell_site_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    site text;
BEGIN
    IF TG_ARGV[0] = 'pool' THEN
        site := (SELECT site_id FROM pools WHERE id = NEW.pool_id);
    ELSIF TG_ARGV[0] = 'charger' THEN
        site := (SELECT site_id FROM chargers WHERE id = NEW.charger_id);
    ELSIF TG_ARGV[0] = 'itself' THEN
        site := NEW.id;
    ELSE
        site := NEW.site_id;
    END IF;
    IF site IS NULL OR EXISTS (SELECT FROM watched_sites w WHERE w.site_id = site AND w.until > now()) THEN
        PERFORM pg_notify('site_changed', coalesce(site, ''));
    END IF;
    RETURN NULL;
END $$
"""
_OF_ROWS = {
    "holds": ("pool", ("connector_id", "pool_id", "during", "slot_end", "released_at", "among")),
    "connectors": (
        "charger", ("status", "plugs", "plug_types", "plug_types_declared", "pool_id", "bay_id", "berth_id"),
    ),
    "chargers": ("site", ("status", "gateway_instance")),
    "sessions": ("charger", ("connector_id", "ended_at", "contradicted_at")),
    "pools": ("site", ("connector_type", "power_w", "walk_in_connectors")),
    "bays": (
        "site", ("length_cm", "width_cm", "height_cm", "trailer", "drive_through", "accessible"),
    ),
    "sites": ("itself", ("zone", "opening_hours", "country")),
    **dict.fromkeys(("policies", "tariffs", "price_rules", "access_rules"), ("site", ())),
}  # fmt: skip
"""How a row's site is found, and the columns that decide what is shown; versions of rules are only added."""


def upgrade() -> None:
    _stay_brief()
    op.create_table(
        "watched_sites",
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_watched_sites_site_id_sites")),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_watched_sites")),
    )
    op.execute(_TELL)
    for table, (found_by, columns) in _OF_ROWS.items():
        call = f"FOR EACH ROW EXECUTE FUNCTION tell_site_changed('{found_by}')"
        op.execute(f"CREATE TRIGGER {table}_tell_new AFTER INSERT ON {table} {call}")
        if columns:
            changed = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in columns)
            op.execute(
                f"CREATE TRIGGER {table}_tell_changed AFTER UPDATE OF {', '.join(columns)} ON {table} "
                + call.replace("EXECUTE", f"WHEN ({changed}) EXECUTE")
            )


def downgrade() -> None:
    _stay_brief()
    for table, (_found_by, columns) in _OF_ROWS.items():
        op.execute(f"DROP TRIGGER {table}_tell_new ON {table}")
        if columns:
            op.execute(f"DROP TRIGGER {table}_tell_changed ON {table}")
    op.execute("DROP FUNCTION tell_site_changed()")
    op.drop_table("watched_sites")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
