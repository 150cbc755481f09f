"""What operating the gateway needs: password rotation, security profiles, recent traffic, refused connections.

Revision: 0012, after 0011
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("chargers", sa.Column("next_password_hash", sa.String(), nullable=True))
    op.add_column("chargers", sa.Column("security_profile", sa.BigInteger(), nullable=True))
    op.create_check_constraint(
        op.f("ck_chargers_security_profile"), "chargers", "security_profile BETWEEN 0 AND 3"
    )
    op.create_table(
        "charger_traffic",
        sa.Column("charger_id", sa.String(), nullable=False),
        sa.Column("messages", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.Column("pending_commands", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["charger_id"], ["chargers.id"], name=op.f("fk_charger_traffic_charger_id_chargers")
        ),
        sa.PrimaryKeyConstraint("charger_id", name=op.f("pk_charger_traffic")),
    )
    op.create_table(
        "refused_connections",
        sa.Column("identity", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("remote", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("identity", "code", name=op.f("pk_refused_connections")),
    )
    op.create_index("ix_refused_connections_last_at", "refused_connections", ["last_at"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("refused_connections")
    op.drop_table("charger_traffic")
    op.drop_constraint(op.f("ck_chargers_security_profile"), "chargers")
    op.drop_column("chargers", "security_profile")
    op.drop_column("chargers", "next_password_hash")
