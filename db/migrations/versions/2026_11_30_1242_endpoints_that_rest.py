"""Find an endpoint's events whatever the database's order of letters is, leave one alone that is not there, and note
for one that is paused, too, what may be replayed to it.

Revision: 0139, after 0138
"""

import sqlalchemy as sa
from alembic import op

revision = "0139"
down_revision = "0138"
branch_labels = None
depends_on = None

_OF_ENDPOINTS = sa.text("target = 'endpoints'")
_WAITING = sa.text("delivered_at IS NULL")
_NOTE = """
CREATE OR REPLACE FUNCTION note_reservation_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.state = OLD.state THEN
        RETURN NULL;
    END IF;
    IF EXISTS (SELECT FROM webhook_endpoints WHERE {hears}
               AND (fleet_id IS NULL OR fleet_id = NEW.fleet_id)) THEN
        INSERT INTO reservation_changes (code, state, at, fleet_id, told)
        VALUES (NEW.code, NEW.state, NEW.updated_at, NEW.fleet_id, jsonb_build_object(
            'reservation', NEW.code, 'state', NEW.state, 'driver_id', NEW.driver_id, 'fleet_id', NEW.fleet_id,
            'site_id', NEW.site_id, 'start', NEW.slot_start, 'end', NEW.slot_end
        ));
    END IF;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    _stay_brief()
    op.add_column("webhook_endpoints", sa.Column("rests_until", sa.DateTime(timezone=True), nullable=True))
    _index_keys(sa.text('key COLLATE "C"'))
    op.execute(_NOTE.replace("{hears}", "active AND removed_at IS NULL"))


def downgrade() -> None:
    _stay_brief()
    op.execute(_NOTE.replace("{hears}", "active AND paused_at IS NULL AND removed_at IS NULL"))
    _index_keys("key")
    op.drop_column("webhook_endpoints", "rests_until")


def _index_keys(key: str | sa.TextClause) -> None:
    op.drop_index("ix_outbox_endpoints", "outbox")
    op.create_index("ix_outbox_endpoints", "outbox", [key, "id"], postgresql_where=_OF_ENDPOINTS)
    op.drop_index("ix_outbox_waiting_by_key", "outbox")
    op.create_index("ix_outbox_waiting_by_key", "outbox", ["target", key, "id"], postgresql_where=_WAITING)


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
