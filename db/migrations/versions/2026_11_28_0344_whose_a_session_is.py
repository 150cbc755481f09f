"""Cards expire, each driver has one parent tag, and a driver's sessions are found.

Revision: 0030, after 0029
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_PARENT_TAG = """upper("left"(replace((gen_random_uuid())::text, '-'::text, ''::text), 20))"""


def upgrade() -> None:
    _stay_brief()
    op.add_column("tokens", sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True))
    # Processes of the version before go on adding drivers: the database itself draws the tag, also of those there are.
    op.add_column(
        "drivers", sa.Column("parent_tag", sa.String(), server_default=sa.text(_PARENT_TAG), nullable=False)
    )
    op.add_column("sessions", sa.Column("refused_for", sa.String(), server_default="", nullable=False))
    op.create_index(
        "ix_tokens_cards_by_driver", "tokens", ["driver_id"], postgresql_where=sa.text("kind = 'rfid'")
    )
    op.create_index("ix_sessions_driver_id_started_at", "sessions", ["driver_id", "started_at"])
    op.create_index(
        "ix_sessions_open_by_driver", "sessions", ["driver_id"], postgresql_where=sa.text("ended_at IS NULL")
    )


def downgrade() -> None:
    _stay_brief()
    op.drop_index("ix_sessions_open_by_driver", "sessions")
    op.drop_index("ix_sessions_driver_id_started_at", "sessions")
    op.drop_index("ix_tokens_cards_by_driver", "tokens")
    op.drop_column("sessions", "refused_for")
    op.drop_column("drivers", "parent_tag")
    op.drop_column("tokens", "expires_at")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
