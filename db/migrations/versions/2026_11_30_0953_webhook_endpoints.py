"""Addresses of engineers that hear of reservations; a trigger notes which state one has reached, while there is any.

Revision: 0131, after 0130
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0131"
down_revision = "0130"
branch_labels = None
depends_on = None

_NOTE = """
CREATE FUNCTION note_reservation_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.state = OLD.state THEN
        RETURN NULL;
    END IF;
    IF EXISTS (SELECT FROM webhook_endpoints WHERE active AND paused_at IS NULL AND removed_at IS NULL
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
_ON_CHANGE = """
CREATE TRIGGER reservations_note_change AFTER INSERT OR UPDATE OF state ON reservations
FOR EACH ROW EXECUTE FUNCTION note_reservation_change()
"""


def upgrade() -> None:
    _stay_brief()
    op.create_table(
        "webhook_endpoints",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("fleet_id", sa.String(), nullable=True),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("kinds", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_answer", sa.String(), server_default="", nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
    )
    there = sa.text("removed_at IS NULL")
    op.create_index(
        "ix_webhook_endpoints_fleet_id", "webhook_endpoints", ["fleet_id"], postgresql_where=there
    )
    op.create_table(
        "reservation_changes",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fleet_id", sa.String(), nullable=True),
        sa.Column("told", postgresql.JSONB(), nullable=False),
    )
    of_endpoints = sa.text("target = 'endpoints'")
    op.create_index("ix_outbox_endpoints", "outbox", ["key", "id"], postgresql_where=of_endpoints)
    op.execute(_NOTE)
    op.execute(_ON_CHANGE)


def downgrade() -> None:
    _stay_brief()
    op.execute("DROP TRIGGER reservations_note_change ON reservations")
    op.execute("DROP FUNCTION note_reservation_change()")
    op.drop_index("ix_outbox_endpoints", "outbox")
    op.drop_table("reservation_changes")
    op.drop_table("webhook_endpoints")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
