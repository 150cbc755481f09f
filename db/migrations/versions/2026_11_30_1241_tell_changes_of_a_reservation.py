"""Tell a change of a reservation to who looks at that reservation, wherever it is, and no longer as one of its site.

Who follows what a site has free looked again at each publication, and who looked at a reservation that was moved to
another site heard no more of it. Also told as a change of the site: what else of holds and sessions is shown of it.

Revision: 0138, after 0137
"""

import sqlalchemy as sa
from alembic import op

revision = "0138"
down_revision = "0137"
branch_labels = None
depends_on = None

_TELL = """
CREATE FUNCTION tell_reservation_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM watched_reservations w WHERE w.code = NEW.code AND w.until > now()) THEN
        PERFORM pg_notify('reservation_changed', NEW.code);
    END IF;
    RETURN NULL;
END $$
"""
_OF_SITES = {
    "holds": (
        "pool",
        ("connector_id", "pool_id", "during", "slot_end", "released_at", "among"),
        ("slot_start", "opens_at", "locked_at", "plug", "needs"),
    ),
    "sessions": (
        "charger",
        ("connector_id", "ended_at", "contradicted_at"),
        ("reservation_code", "started_at"),
    ),
}
"""How a row's site is found, the columns whose changes were told (0097), and those that decide what is shown, too."""


def upgrade() -> None:
    _stay_brief()
    op.create_table(
        "watched_reservations",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_watched_reservations")),
    )
    op.create_index("ix_watched_reservations_until", "watched_reservations", ["until"])
    op.execute(_TELL)
    _tell_of_reservations("tell_reservation_changed()")
    for table, (found_by, told, also) in _OF_SITES.items():
        _tell_of_site(table, found_by, (*told, *also))


def downgrade() -> None:
    _stay_brief()
    for table, (found_by, told, _also) in _OF_SITES.items():
        _tell_of_site(table, found_by, told)
    _tell_of_reservations("tell_site_changed('site')")
    op.execute("DROP FUNCTION tell_reservation_changed()")
    op.drop_table("watched_reservations")


def _tell_of_reservations(by: str) -> None:
    op.execute(
        "CREATE OR REPLACE TRIGGER reservations_tell_new AFTER INSERT ON reservations FOR EACH ROW "
        f"EXECUTE FUNCTION {by}"
    )
    op.execute(
        "CREATE OR REPLACE TRIGGER reservations_tell_changed AFTER UPDATE OF snapshot ON reservations FOR EACH ROW "
        f"WHEN (OLD.snapshot IS DISTINCT FROM NEW.snapshot) EXECUTE FUNCTION {by}"
    )


def _tell_of_site(table: str, found_by: str, columns: tuple[str, ...]) -> None:
    changed = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in columns)
    op.execute(
        f"CREATE OR REPLACE TRIGGER {table}_tell_changed AFTER UPDATE OF {', '.join(columns)} ON {table} "
        f"FOR EACH ROW WHEN ({changed}) EXECUTE FUNCTION tell_site_changed('{found_by}')"
    )


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
