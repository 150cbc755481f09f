"""The access gate walks a connector's holds in the order of time: those in force, and those given up.

Revision: 0013, after 0012
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


_IN_FORCE, _GIVEN_UP = "ix_holds_open_by_connector", "ix_holds_given_up_by_connector"
_NO_SHOW = "ix_holds_no_show_by_connector"
_BY_TIME = ["connector_id", "slot_end"]


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index(_IN_FORCE, table_name="holds")
    op.create_index(_IN_FORCE, "holds", _BY_TIME, postgresql_where="released_at IS NULL")
    op.create_index(_GIVEN_UP, "holds", _BY_TIME, postgresql_where="released_at IS NOT NULL")
    op.drop_index(_NO_SHOW, table_name="holds")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_index(_NO_SHOW, "holds", _BY_TIME, postgresql_where="release_reason = 'no_show'")
    op.drop_index(_GIVEN_UP, table_name="holds")
    op.drop_index(_IN_FORCE, table_name="holds")
    op.create_index(_IN_FORCE, "holds", ["connector_id"], postgresql_where="released_at IS NULL")
