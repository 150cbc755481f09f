"""Who may use which bays of a site and when, groups of drivers, and the connectors that a hold may be on by it.

Revision: 0093, after 0092
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0093"
down_revision = "0092"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.create_table(
        "access_rules",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("key", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_access_rules_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_rules")),
        sa.UniqueConstraint("key", name=op.f("uq_access_rules_key")),
        sa.UniqueConstraint("site_id", "version", name=op.f("uq_access_rules_site_id_version")),
    )
    op.create_table(
        "driver_groups",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_driver_groups")),
    )
    op.create_table(
        "group_members",
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("driver_id", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("joined_by", sa.String(), nullable=False),
        sa.CheckConstraint("since <= until", name=op.f("ck_group_members_in_order")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["driver_groups.id"], name=op.f("fk_group_members_group_id_driver_groups")
        ),
        sa.PrimaryKeyConstraint("group_id", "driver_id", name=op.f("pk_group_members")),
    )
    op.create_index("ix_group_members_driver_id", "group_members", ["driver_id"])
    op.add_column("holds", sa.Column("among", sa.ARRAY(sa.BigInteger()), nullable=True))


def downgrade() -> None:
    _stay_brief()
    op.drop_column("holds", "among")
    op.drop_table("group_members")
    op.drop_table("driver_groups")
    op.drop_table("access_rules")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
