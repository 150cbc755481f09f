"""The access gate looks a connector's holds up by time, released ones too: one index instead of its special case.

Revision: 0005, after 0004
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_index("ix_holds_connector_id_slot_end", "holds", ["connector_id", "slot_end"])
    op.drop_index("ix_holds_no_show_by_connector", table_name="holds")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_index(
        "ix_holds_no_show_by_connector",
        "holds",
        ["connector_id", "slot_end"],
        postgresql_where="release_reason = 'no_show'",
    )
    op.drop_index("ix_holds_connector_id_slot_end", table_name="holds")
