"""Promise berths, what serves one car at a time, instead of single connectors.

Each connector is a berth of its own until a site's seed says otherwise. Triggers name the berth, so that whoever writes
a hold, the release before included, cannot miss it; the foreign key keeps a hold with its connector's berth when that
is declared anew, and the exclusion constraint is asked about it.

Revision: 0032, after 0031
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_NO_OVERLAP = "ex_holds_one_promise_per_connector"

_OWN_BERTH = """
CREATE FUNCTION connectors_own_berth() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.berth_id := coalesce(NEW.berth_id, NEW.id);
    RETURN NEW;
END $$
"""

_BERTH_OF_CONNECTOR = """
CREATE FUNCTION holds_berth_of_connector() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.berth_id := (SELECT berth_id FROM connectors WHERE id = NEW.connector_id);
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    _stay_brief()
    _name_berths_of_connectors()
    _name_berths_of_holds()
    _exclude_by("berth_id")


def downgrade() -> None:
    _stay_brief()
    _exclude_by("connector_id")
    op.execute("DROP TRIGGER holds_berth ON holds")
    op.drop_constraint("fk_holds_connector_berth", "holds")
    op.drop_column("holds", "berth_id")
    op.execute("DROP TRIGGER connectors_berth ON connectors")
    op.drop_column("connectors", "berth_id")
    op.execute("DROP FUNCTION holds_berth_of_connector(), connectors_own_berth()")


def _name_berths_of_connectors() -> None:
    op.add_column("connectors", sa.Column("berth_id", sa.BigInteger(), nullable=True))
    op.execute("UPDATE connectors SET berth_id = id")
    op.alter_column("connectors", "berth_id", nullable=False)
    op.create_unique_constraint("uq_connectors_berth_id_id", "connectors", ["berth_id", "id"])
    op.create_foreign_key(
        op.f("fk_connectors_berth_id_connectors"), "connectors", "connectors", ["berth_id"], ["id"]
    )
    op.execute(_OWN_BERTH)
    op.execute(
        "CREATE TRIGGER connectors_berth BEFORE INSERT ON connectors "
        "FOR EACH ROW EXECUTE FUNCTION connectors_own_berth()"
    )


def _name_berths_of_holds() -> None:
    op.add_column("holds", sa.Column("berth_id", sa.BigInteger(), nullable=True))
    op.execute("UPDATE holds SET berth_id = connector_id")
    op.alter_column("holds", "berth_id", nullable=False)
    op.create_foreign_key(
        "fk_holds_connector_berth",
        "holds",
        "connectors",
        ["connector_id", "berth_id"],
        ["id", "berth_id"],
        onupdate="CASCADE",
    )
    op.execute(_BERTH_OF_CONNECTOR)
    op.execute(
        "CREATE TRIGGER holds_berth BEFORE INSERT OR UPDATE OF connector_id ON holds "
        "FOR EACH ROW EXECUTE FUNCTION holds_berth_of_connector()"
    )


def _exclude_by(column: str) -> None:
    op.drop_constraint(_NO_OVERLAP, "holds")
    op.execute(
        f"ALTER TABLE holds ADD CONSTRAINT {_NO_OVERLAP} "
        f"EXCLUDE USING gist (int8range({column}, {column}, '[]') WITH &&, during WITH &&) "
        "WHERE (released_at IS NULL) DEFERRABLE INITIALLY IMMEDIATE"
    )


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
