"""How a site's prices vary, by version, and the prices that a quote told by them.

Revision: 0087, after 0086
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0087"
down_revision = "0086"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.create_table(
        "price_rules",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("key", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_price_rules_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_rules")),
        sa.UniqueConstraint("key", name=op.f("uq_price_rules_key")),
        sa.UniqueConstraint(
            "site_id",
            "version",
            name=op.f("uq_price_rules_site_id_version"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.add_column("quotes", sa.Column("priced", postgresql.JSONB(none_as_null=True), nullable=True))


def downgrade() -> None:
    _stay_brief()
    op.drop_column("quotes", "priced")
    op.drop_table("price_rules")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
