"""Trouble at chargers as intervals, with what ended each.

Revision: 0028, after 0027
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.create_table(
        "troubles",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("charger_id", sa.String(), nullable=False),
        sa.Column("connector_id", sa.BigInteger(), nullable=True),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), server_default="", nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(), server_default="", nullable=False),
        sa.Column("end_reason", sa.String(), server_default="", nullable=False),
        sa.Column("vouched", postgresql.ARRAY(sa.BigInteger()), server_default="{}", nullable=False),
        sa.Column("booted", sa.Boolean(), server_default="false", nullable=False),
        sa.ForeignKeyConstraint(
            ["charger_id"], ["chargers.id"], name=op.f("fk_troubles_charger_id_chargers")
        ),
        sa.ForeignKeyConstraint(
            ["connector_id"], ["connectors.id"], name=op.f("fk_troubles_connector_id_connectors")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_troubles")),
    )
    op.create_index(
        "uq_troubles_standing",
        "troubles",
        ["charger_id", sa.text("coalesce(connector_id, 0)"), "cause"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("ix_troubles_began_at", "troubles", ["began_at", "id"])
    op.create_index("ix_troubles_charger_id_began_at", "troubles", ["charger_id", "began_at", "id"])
    op.execute(_STANDING)


def downgrade() -> None:
    _stay_brief()
    op.drop_table("troubles")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")


# What stands at this moment is known from the rows of chargers and connectors.
_STANDING = """
INSERT INTO troubles (charger_id, connector_id, cause, detail, began_at, noticed_at)
SELECT id, NULL::bigint, CASE status WHEN 'faulted' THEN 'fault' ELSE 'unavailable' END, '', now(), now()
FROM chargers WHERE status IN ('faulted', 'unavailable')
UNION ALL
SELECT charger_id, id,
    CASE WHEN error_code = 'ConnectorLockFailure' THEN 'lock_failure'
         WHEN status = 'faulted' THEN 'fault' ELSE 'unavailable' END,
    error_code, coalesce(status_at, now()), coalesce(status_at, now())
FROM connectors WHERE status IN ('faulted', 'unavailable') OR error_code = 'ConnectorLockFailure'
UNION ALL
SELECT id, NULL, 'silent', '', last_seen_at, last_seen_at
FROM chargers WHERE gateway_instance IS NULL AND last_seen_at IS NOT NULL
"""
