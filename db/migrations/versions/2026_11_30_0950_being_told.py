"""Where people are reached, how they want to be told, and which messages were made for them.

What was written before is not told now: only new notifications have a `tell_at`.

Revision: 0128, after 0127
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0128"
down_revision = "0127"
branch_labels = None
depends_on = None

_ONE_ADDRESSEE = "(driver_id IS NULL) <> (fleet_id IS NULL)"
_QUIET_WHOLE = "(quiet_start IS NULL) = (quiet_end IS NULL) AND (quiet_start IS NULL) = (quiet_zone = '')"


def upgrade() -> None:
    _stay_brief()
    op.add_column("notifications", sa.Column("tell_at", sa.DateTime(timezone=True), nullable=True))
    op.alter_column("notifications", "tell_at", server_default=sa.text("'epoch'"))
    op.add_column("notifications", sa.Column("untrue_by", sa.BigInteger(), nullable=True))
    waiting = sa.text("tell_at IS NOT NULL")
    op.create_index("ix_notifications_tell_at", "notifications", ["tell_at"], postgresql_where=waiting)
    _contact_points()
    op.create_table(
        "telling_preferences",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        *_addressee(),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("quiet_start", sa.Time(), nullable=True),
        sa.Column("quiet_end", sa.Time(), nullable=True),
        sa.Column("quiet_zone", sa.String(), nullable=False),
        sa.Column("woken", sa.Boolean(), nullable=False),
        sa.Column("channels", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint(_ONE_ADDRESSEE, name="one_addressee"),
        sa.CheckConstraint(_QUIET_WHOLE, name="quiet_hours_whole"),
        sa.UniqueConstraint("driver_id"),
        sa.UniqueConstraint("fleet_id"),
    )
    _messages()


def _addressee() -> list[sa.Column[str]]:
    return [
        sa.Column("driver_id", sa.String(), nullable=True),
        sa.Column("fleet_id", sa.String(), nullable=True),
    ]


def _contact_points() -> None:
    op.create_table(
        "contact_points",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        *_addressee(),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bounced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(_ONE_ADDRESSEE, name="one_addressee"),
        sa.CheckConstraint("(removed_at IS NULL) = (address <> '')", name="removed_has_no_address"),
    )
    for whose in ("driver", "fleet"):
        op.create_index(
            f"ix_contact_points_of_{whose}",
            "contact_points",
            [f"{whose}_id", "channel", "address"],
            unique=True,
            postgresql_where=sa.text(f"{whose}_id IS NOT NULL AND removed_at IS NULL"),
        )


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        *_addressee(),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("contact_point_id", sa.BigInteger(), sa.ForeignKey("contact_points.id"), nullable=False),
        sa.Column("notices", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sendings", sa.BigInteger(), server_default="1", nullable=False),
        sa.CheckConstraint(_ONE_ADDRESSEE, name="one_addressee"),
    )
    op.create_index("ix_messages_contact_point_id", "messages", ["contact_point_id"])
    for whose in ("driver_id", "fleet_id"):
        op.create_index(
            f"ix_messages_{whose}",
            "messages",
            [whose, "id"],
            postgresql_where=sa.text(f"{whose} IS NOT NULL"),
        )


def downgrade() -> None:
    _stay_brief()
    for table in ("messages", "telling_preferences", "contact_points"):
        op.drop_table(table)
    op.drop_index("ix_notifications_tell_at", "notifications")
    op.drop_column("notifications", "untrue_by")
    op.drop_column("notifications", "tell_at")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
