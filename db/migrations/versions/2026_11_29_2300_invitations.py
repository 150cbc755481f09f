"""Invitations into groups of drivers, by code and by e-mail domain.

Revision: 0099, after 0098
"""

import sqlalchemy as sa
from alembic import op

revision = "0099"
down_revision = "0098"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.create_table(
        "invitations",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("code_digest", sa.String(), nullable=True),
        sa.Column("domain", sa.String(), nullable=True),
        sa.Column("uses", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("most_uses", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("member_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(code_digest IS NULL) <> (domain IS NULL)", name=op.f("ck_invitations_one_way")),
        sa.CheckConstraint("uses <= most_uses", name=op.f("ck_invitations_uses")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["driver_groups.id"], name=op.f("fk_invitations_group_id_driver_groups")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("code_digest", name=op.f("uq_invitations_code_digest")),
    )
    op.create_index("ix_invitations_group_id", "invitations", ["group_id", "id"])
    op.create_index(
        "ix_invitations_domain", "invitations", ["domain"], postgresql_where=sa.text("domain IS NOT NULL")
    )
    op.create_table(
        "invitation_uses",
        sa.Column("invitation_id", sa.BigInteger(), nullable=False),
        sa.Column("driver_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitations.id"], name=op.f("fk_invitation_uses_invitation_id_invitations")
        ),
        sa.PrimaryKeyConstraint("invitation_id", "driver_id", name=op.f("pk_invitation_uses")),
    )
    op.create_table(
        "invitation_attempts",
        sa.Column("driver_id", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("driver_id", name=op.f("pk_invitation_attempts")),
    )


def downgrade() -> None:
    _stay_brief()
    op.drop_table("invitation_attempts")
    op.drop_table("invitation_uses")
    op.drop_table("invitations")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
