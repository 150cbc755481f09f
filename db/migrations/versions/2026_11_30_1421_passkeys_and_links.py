"""Drivers sign in by passkeys and by links that are sent to them, and see where they are signed in.

Revision: 0141, after 0140
"""

import sqlalchemy as sa
from alembic import op

revision = "0141"
down_revision = "0140"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.add_column("web_sessions", sa.Column("way_in", sa.String(), server_default="issuer", nullable=False))
    op.add_column("web_sessions", sa.Column("browser", sa.String(), server_default="", nullable=False))
    op.create_table(
        "passkeys",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("driver_id", sa.String(), nullable=False),
        sa.Column("user_handle", sa.String(), nullable=False),
        sa.Column("credential_id", sa.String(), nullable=False),
        sa.Column("public_key", sa.String(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("transports", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        _at("added_at"),
        _at("used_at", nullable=True),
        _at("removed_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_passkeys"),
        sa.UniqueConstraint("credential_id", name="uq_passkeys_credential_id"),
    )
    op.create_index("ix_passkeys_driver_id", "passkeys", ["driver_id"])
    op.create_table(
        "sealing_keys",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sealing_keys"),
    )
    op.create_table(
        "used_challenges",
        sa.Column("digest", sa.String(), nullable=False),
        _at("ends_at"),
        sa.PrimaryKeyConstraint("digest", name="pk_used_challenges"),
    )
    op.create_index("ix_used_challenges_ends_at", "used_challenges", ["ends_at"])
    _create_links()


def _create_links() -> None:
    op.create_table(
        "sign_in_links",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("address_digest", sa.String(), nullable=False),
        _at("asked_at"),
        sa.Column("back_to", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), server_default="", nullable=False),
        _at("until", nullable=True),
        _at("used_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_links"),
    )
    op.create_index("ix_sign_in_links_address_digest", "sign_in_links", ["address_digest", "asked_at"])
    op.create_index("ix_sign_in_links_asked_at", "sign_in_links", ["asked_at"])
    sent = sa.text("digest <> ''")
    op.create_index(
        "uq_sign_in_links_digest", "sign_in_links", ["digest"], unique=True, postgresql_where=sent
    )


def downgrade() -> None:
    _stay_brief()
    for table in ("sign_in_links", "used_challenges", "sealing_keys", "passkeys"):
        op.drop_table(table)
    for column in ("browser", "way_in"):
        op.drop_column("web_sessions", column)


def _at(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
