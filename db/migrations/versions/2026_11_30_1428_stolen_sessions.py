"""What keeps who holds a stolen session from taking an account over: when somebody showed who they are, last messages
to addresses that are given up, budgets of links by who asks.

Revision: 0147, after 0146
"""

import sqlalchemy as sa
from alembic import op

revision = "0147"
down_revision = "0146"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.add_column("web_sessions", _at("proven_at", nullable=True))
    op.add_column("web_sessions", sa.Column("id_token", sa.String(), server_default="", nullable=False))
    op.add_column("sign_in_links", sa.Column("asked_by", sa.String(), server_default="", nullable=False))
    op.add_column("sign_in_links", sa.Column("known", sa.Boolean(), server_default="false", nullable=False))
    op.create_table(
        "farewells",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        _at("at"),
        sa.PrimaryKeyConstraint("id", name="pk_farewells"),
    )
    op.create_index("ix_farewells_at", "farewells", ["at"])


def downgrade() -> None:
    _stay_brief()
    op.execute("""
        UPDATE audit SET detail = detail - 'origin' - 'digest' || jsonb_build_object('url', detail ->> 'origin')
        WHERE code = 'webhook_endpoint_set' AND detail ? 'origin'
    """)
    op.drop_table("farewells")
    for column in ("known", "asked_by"):
        op.drop_column("sign_in_links", column)
    for column in ("id_token", "proven_at"):
        op.drop_column("web_sessions", column)


def _at(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
