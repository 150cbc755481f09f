"""Series: bookings that recur.

Revision: 0091, after 0090
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0091"
down_revision = "0090"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "reservation_series",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("driver_id", sa.String(), nullable=False),
        sa.Column("fleet_id", sa.String(), nullable=True),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("all_or_nothing", sa.Boolean(), nullable=False),
        sa.Column("asked", postgresql.JSONB(), nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("state", sa.String(), server_default="open", nullable=False),
        sa.Column("refused", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'undoing', 'refused')", name=op.f("ck_reservation_series_state")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_reservation_series_site_id_sites"),
        sa.PrimaryKeyConstraint("id", name="pk_reservation_series"),
    )
    op.create_index(
        "ix_reservation_series_undoing",
        "reservation_series",
        ["id"],
        postgresql_where=sa.text("state = 'undoing'"),
    )
    op.create_table(
        "reservation_series_dates",
        sa.Column("series_id", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("slot_start", _INSTANT, nullable=False),
        sa.Column("slot_end", _INSTANT, nullable=False),
        sa.Column("due_at", _INSTANT, nullable=False),
        sa.Column("state", sa.String(), server_default="planned", nullable=False),
        sa.Column("refused", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint(
            "state IN ('planned', 'booked', 'skipped', 'cancelled')",
            name=op.f("ck_reservation_series_dates_state"),
        ),
        sa.ForeignKeyConstraint(
            ["series_id"],
            ["reservation_series.id"],
            name="fk_reservation_series_dates_series_id_reservation_series",
        ),
        sa.PrimaryKeyConstraint("series_id", "day", name="pk_reservation_series_dates"),
        sa.UniqueConstraint("code", name="uq_reservation_series_dates_code"),
    )
    op.create_index(
        "ix_reservation_series_dates_due",
        "reservation_series_dates",
        ["due_at"],
        postgresql_where=sa.text("state = 'planned'"),
    )


def downgrade() -> None:
    op.drop_table("reservation_series_dates")
    op.drop_table("reservation_series")
