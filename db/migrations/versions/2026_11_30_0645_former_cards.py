"""Whose a card was until it was another driver's: what it began before, and is told later, was begun by them.

Revision: 0119, after 0118
"""

import sqlalchemy as sa
from alembic import op

revision = "0119"
down_revision = "0118"
branch_labels = None
depends_on = None

_CARD_AT = """
CREATE FUNCTION card_at(shown text, shown_at timestamptz) RETURNS TABLE (
    driver_id varchar, group_id varchar, reservation_code varchar,
    blocked boolean, blocked_at timestamptz, expires_at timestamptz
) LANGUAGE sql STABLE AS $$
    SELECT coalesce(f.driver_id, t.driver_id), CASE WHEN f.id IS NULL THEN t.group_id ELSE f.group_id END,
        t.reservation_code, t.blocked, t.blocked_at, CASE WHEN f.id IS NULL THEN t.expires_at ELSE f.expires_at END
    FROM tokens t LEFT JOIN LATERAL (
        SELECT * FROM former_cards f WHERE f.value = t.value AND f.until > shown_at ORDER BY f.until, f.id LIMIT 1
    ) f ON true
    WHERE t.value = shown
$$
"""


def upgrade() -> None:
    _stay_brief()
    op.create_table(
        "former_cards",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("driver_id", sa.String(), nullable=False),
        sa.Column("group_id", sa.String(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["value"], ["tokens.value"], name=op.f("fk_former_cards_value_tokens")),
        sa.ForeignKeyConstraint(
            ["driver_id"], ["drivers.id"], name=op.f("fk_former_cards_driver_id_drivers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_cards")),
    )
    op.create_index("ix_former_cards_value", "former_cards", ["value", "until"])
    op.execute(_CARD_AT)


def downgrade() -> None:
    _stay_brief()
    op.execute("DROP FUNCTION card_at(text, timestamptz)")
    op.drop_table("former_cards")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
