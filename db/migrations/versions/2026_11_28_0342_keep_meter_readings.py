"""Keep readings of the energy register, the evidence of bills, and what was told after a settlement.

Revision: 0029, after 0028
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

# A session that is open, or whose end may still be corrected, keeps what its columns have shown so far.
_CARRY_OVER = """
INSERT INTO meter_readings (session_id, at, wh, context, told, received_at)
SELECT id, started_at, meter_start_wh, 'begin', 'start', now() FROM sessions
WHERE meter_start_wh >= 0 AND (ended_at IS NULL OR ended_at > now() - interval '30 days')
UNION ALL
SELECT id, meter_at, meter_last_wh, CASE WHEN ended_at IS NULL THEN 'sample' ELSE 'end' END,
       CASE WHEN ended_at IS NULL THEN 'transaction' ELSE 'stop' END, now() FROM sessions
WHERE meter_last_wh > meter_start_wh AND meter_start_wh >= 0
  AND (ended_at IS NULL OR ended_at > now() - interval '30 days')
"""

# Whoever changes what a bill was priced from, after it was: the reservation is priced once more.
_NOTICE = """
CREATE FUNCTION notice_follow_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO follow_ups (reservation_code, noticed_at)
    SELECT told.code, clock_timestamp()
    FROM (VALUES (NEW.reservation_code), (CASE WHEN TG_OP = 'UPDATE' THEN OLD.reservation_code END)) AS told (code)
    WHERE EXISTS (SELECT FROM settlements WHERE reservation_code = told.code)
    GROUP BY told.code
    ORDER BY told.code
    ON CONFLICT (reservation_code) DO UPDATE SET noticed_at = EXCLUDED.noticed_at;
    RETURN NULL;
END $$
"""
_ON_INSERT = """
CREATE TRIGGER sessions_notice_new AFTER INSERT ON sessions
FOR EACH ROW WHEN (NEW.reservation_code IS NOT NULL) EXECUTE FUNCTION notice_follow_up()
"""
_ON_UPDATE = """
CREATE TRIGGER sessions_notice_change AFTER UPDATE ON sessions
FOR EACH ROW WHEN (
    (NEW.reservation_code IS NOT NULL OR OLD.reservation_code IS NOT NULL)
    AND (NEW.reservation_code, NEW.authorised, NEW.meter_start_wh, NEW.meter_last_wh, NEW.started_at, NEW.ended_at)
        IS DISTINCT FROM
        (OLD.reservation_code, OLD.authorised, OLD.meter_start_wh, OLD.meter_last_wh, OLD.started_at, OLD.ended_at)
) EXECUTE FUNCTION notice_follow_up()
"""


def upgrade() -> None:
    _stay_brief()
    _create_readings()
    op.create_table(
        "follow_ups",
        sa.Column("reservation_code", sa.String(), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("reservation_code", name=op.f("pk_follow_ups")),
    )
    for name in ("evidence", "ask"):
        op.add_column(
            "settlements", sa.Column(name, postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False)
        )
    op.execute(_CARRY_OVER)
    for statement in (_NOTICE, _ON_INSERT, _ON_UPDATE):
        op.execute(statement)


def _create_readings() -> None:
    op.create_table(
        "meter_readings",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wh", sa.BigInteger(), nullable=False),
        sa.Column("context", sa.String(), nullable=False),
        sa.Column("told", sa.String(), nullable=False),
        sa.Column("location", sa.String(), server_default="", nullable=False),
        sa.Column("unit", sa.String(), server_default="", nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["sessions.id"],
            name=op.f("fk_meter_readings_session_id_sessions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meter_readings")),
        sa.UniqueConstraint(
            "session_id",
            "at",
            "wh",
            "context",
            "told",
            "location",
            "unit",
            name=op.f("uq_meter_readings_session_id_at_wh_context_told_location_unit"),
        ),
    )
    op.create_index("ix_meter_readings_received_at", "meter_readings", ["received_at"])


def downgrade() -> None:
    _stay_brief()
    op.execute("DROP TRIGGER sessions_notice_change ON sessions")
    op.execute("DROP TRIGGER sessions_notice_new ON sessions")
    op.execute("DROP FUNCTION notice_follow_up()")
    for name in ("ask", "evidence"):
        op.drop_column("settlements", name)
    op.drop_table("follow_ups")
    op.drop_table("meter_readings")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
