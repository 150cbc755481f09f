"""Tell who looks at a site that one of its reservations is shown otherwise, as pages of reservations are kept up by it.

Revision: 0136, after 0135
"""

from alembic import op

revision = "0136"
down_revision = "0135"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    call = "FOR EACH ROW EXECUTE FUNCTION tell_site_changed('site')"
    op.execute(f"CREATE TRIGGER reservations_tell_new AFTER INSERT ON reservations {call}")
    changed = "WHEN (OLD.snapshot IS DISTINCT FROM NEW.snapshot)"
    op.execute(
        "CREATE TRIGGER reservations_tell_changed AFTER UPDATE OF snapshot ON reservations "
        f"{call.replace('EXECUTE', f'{changed} EXECUTE')}"
    )


def downgrade() -> None:
    _stay_brief()
    op.execute("DROP TRIGGER reservations_tell_new ON reservations")
    op.execute("DROP TRIGGER reservations_tell_changed ON reservations")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
