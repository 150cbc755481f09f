"""Who waits for a place at a site, and what is offered to them.

Revision: 0118, after 0117
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0118"
down_revision = "0117"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_TABLE = "waiting_list_entries"
_OPEN = "state IN ('waiting', 'offered', 'accepted')"


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("driver_id", sa.String(), nullable=False),
        sa.Column("fleet_id", sa.String(), nullable=True),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("window_start", _INSTANT, nullable=False),
        sa.Column("window_end", _INSTANT, nullable=False),
        sa.Column("length_seconds", sa.BigInteger(), nullable=True),
        sa.Column("energy", postgresql.JSONB(), nullable=True),
        sa.Column("pool_id", sa.String(), nullable=True),
        sa.Column("connector_type", sa.String(), nullable=True),
        sa.Column("needs", postgresql.JSONB(), nullable=True),
        sa.Column("payment_method", sa.String(), nullable=True),
        sa.Column("tier", sa.String(), server_default="", nullable=False),
        sa.Column("weight", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("joined_at", _INSTANT, nullable=False),
        sa.Column("until", _INSTANT, nullable=False),
        sa.Column("state", sa.String(), server_default="waiting", nullable=False),
        sa.Column("ended_at", _INSTANT, nullable=True),
        sa.Column("asked_from", _INSTANT, nullable=False),
        sa.Column("snoozes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("round", sa.BigInteger(), server_default="0", nullable=False),
        *(
            sa.Column(f"offer_{name}", sa.String(), nullable=True)
            for name in ("code", "pool", "plug", "quote")
        ),
        *(sa.Column(f"offer_{name}", _INSTANT, nullable=True) for name in ("start", "end", "until")),
        sa.Column("accepted_at", _INSTANT, nullable=True),
        sa.Column("passed_over", sa.String(), server_default="", nullable=False),
        sa.Column("passed_over_at", _INSTANT, nullable=True),
        *_checks(),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=f"fk_{_TABLE}_site_id_sites"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{_TABLE}"),
    )
    is_open = sa.text(_OPEN)
    op.create_index(f"ix_{_TABLE}_open", _TABLE, ["site_id", "joined_at"], postgresql_where=is_open)
    op.create_index(f"ix_{_TABLE}_open_by_driver", _TABLE, ["driver_id"], postgresql_where=is_open)
    op.create_index(
        f"uq_{_TABLE}_offer",
        _TABLE,
        ["offer_code"],
        unique=True,
        postgresql_where=sa.text("state IN ('offered', 'accepted')"),
    )
    op.create_index(f"ix_{_TABLE}_account", _TABLE, ["account", "joined_at", "id"])


def _checks() -> list[sa.CheckConstraint]:
    return [
        sa.CheckConstraint(
            "state IN ('waiting', 'offered', 'accepted', 'booked', 'booked_otherwise', 'left', 'declined', "
            "'removed', 'over')",
            name=op.f(f"ck_{_TABLE}_state"),
        ),
        sa.CheckConstraint(
            "(length_seconds IS NULL) <> (energy IS NULL)", name=op.f(f"ck_{_TABLE}_length_or_energy")
        ),
        sa.CheckConstraint(
            "state NOT IN ('offered', 'accepted') OR (offer_code IS NOT NULL AND offer_until IS NOT NULL "
            "AND offer_start IS NOT NULL AND offer_end IS NOT NULL)",
            name=op.f(f"ck_{_TABLE}_offered_something"),
        ),
    ]


def downgrade() -> None:
    op.drop_table(_TABLE)
