"""Notice walk-ins' sessions that have ended, for whoever bills them.

Revision: 0035, after 0034
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

# Nobody is to be told: one look at an empty table.
_NOTICE = """
CREATE FUNCTION notice_walk_in() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO walk_in_changes (session_id, noticed_at)
    SELECT NEW.id, clock_timestamp() FROM walk_in_receiver
    ON CONFLICT (session_id) DO UPDATE SET noticed_at = EXCLUDED.noticed_at;
    RETURN NULL;
END $$
"""
_ON_INSERT = """
CREATE TRIGGER sessions_notice_new_walk_in AFTER INSERT ON sessions
FOR EACH ROW WHEN (NEW.reservation_code IS NULL AND NEW.ended_at IS NOT NULL) EXECUTE FUNCTION notice_walk_in()
"""
_TOLD = (
    "reservation_code", "driver_id", "id_tag", "authorised", "refused_for", "transaction_id", "stop_reason",
    "started_at", "started_basis", "start_inferred", "ended_at", "ended_basis", "end_inferred", "connector_id",
    "meter_start_wh", "meter_last_wh", "meter_at",
)  # fmt: skip
_ON_UPDATE = f"""
CREATE TRIGGER sessions_notice_walk_in AFTER UPDATE ON sessions
FOR EACH ROW WHEN (
    (NEW.ended_at IS NOT NULL OR OLD.ended_at IS NOT NULL)
    AND (NEW.reservation_code IS NULL OR OLD.reservation_code IS NULL)
    AND ({", ".join(f"NEW.{name}" for name in _TOLD)})
        IS DISTINCT FROM
        ({", ".join(f"OLD.{name}" for name in _TOLD)})
) EXECUTE FUNCTION notice_walk_in()
"""


def upgrade() -> None:
    _stay_brief()
    op.create_table(
        "walk_in_receiver",
        sa.Column("one", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("one", name=op.f("ck_walk_in_receiver_one_row")),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_walk_in_receiver")),
    )
    op.create_table(
        "walk_in_changes",
        sa.Column("session_id", sa.BigInteger(), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        _of_a_session("walk_in_changes"),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_walk_in_changes")),
    )
    op.create_index("ix_walk_in_changes_noticed_at", "walk_in_changes", ["noticed_at"])
    op.create_table(
        "walk_in_handovers",
        sa.Column("session_id", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("told", postgresql.JSONB(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        _of_a_session("walk_in_handovers"),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_walk_in_handovers")),
    )
    for statement in (_NOTICE, _ON_INSERT, _ON_UPDATE):
        op.execute(statement)


def _of_a_session(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["session_id"],
        ["sessions.id"],
        name=op.f(f"fk_{table}_session_id_sessions"),
        ondelete="CASCADE",
    )


def downgrade() -> None:
    _stay_brief()
    op.execute("DROP TRIGGER sessions_notice_walk_in ON sessions")
    op.execute("DROP TRIGGER sessions_notice_new_walk_in ON sessions")
    op.execute("DROP FUNCTION notice_walk_in()")
    for table in ("walk_in_handovers", "walk_in_changes", "walk_in_receiver"):
        op.drop_table(table)


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
