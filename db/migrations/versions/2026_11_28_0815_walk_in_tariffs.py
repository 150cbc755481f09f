"""Tariffs for walk-ins, of sites that want them priced here.

Revision: 0038, after 0037
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.create_table(
        "walk_in_tariffs",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", postgresql.JSONB(), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_walk_in_tariffs_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_walk_in_tariffs")),
        sa.UniqueConstraint("site_id", "version", name=op.f("uq_walk_in_tariffs_site_id_version")),
    )


def downgrade() -> None:
    _stay_brief()
    op.drop_table("walk_in_tariffs")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
