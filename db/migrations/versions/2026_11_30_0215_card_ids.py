"""Cards have names by which they are blocked and changed: their values stay out of addresses, logs and answers.

Revision: 0106, after 0105
"""

from alembic import op

revision = "0106"
down_revision = "0105"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    # Reservations' own credentials, of which there are many, are not written anew for a name that nobody asks for.
    op.execute("ALTER TABLE tokens ADD COLUMN card_id varchar")
    op.execute("""
        ALTER TABLE tokens
        ALTER COLUMN card_id SET DEFAULT 'c-' || left(replace(gen_random_uuid()::text, '-', ''), 20)
    """)
    op.execute("UPDATE tokens SET card_id = DEFAULT WHERE kind = 'rfid'")
    op.execute("CREATE UNIQUE INDEX ix_tokens_card_id ON tokens (card_id) WHERE kind = 'rfid'")


def downgrade() -> None:
    _stay_brief()
    op.execute("DROP INDEX ix_tokens_card_id")
    op.execute("ALTER TABLE tokens DROP COLUMN card_id")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
