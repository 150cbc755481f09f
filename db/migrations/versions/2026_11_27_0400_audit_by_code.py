"""The audit trail keeps the code of a fact, no longer a name of its own beside it.

Revision: 0018, after 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_NAMES = {
    "password_rotated": "charger.rotate_password",
    "profile_set": "charger.set_security_profile",
    "refusals_cleared": "refused_connections.clear",
}
_RENAME = sa.text("UPDATE audit SET code = :new WHERE code = :old")


def upgrade() -> None:
    _stay_brief()
    op.alter_column("audit", "action", new_column_name="code")
    for code, name in _NAMES.items():
        op.execute(_RENAME.bindparams(old=name, new=code))
    op.execute("""
        UPDATE audit SET code = 'charger_command', detail = detail || jsonb_build_object('command', substr(code, 9))
        WHERE code LIKE 'charger.%'
    """)


def downgrade() -> None:
    _stay_brief()
    op.execute("""
        UPDATE audit SET code = 'charger.' || (detail ->> 'command'), detail = detail - 'command'
        WHERE code = 'charger_command'
    """)
    for code, name in _NAMES.items():
        op.execute(_RENAME.bindparams(old=code, new=name))
    op.alter_column("audit", "code", new_column_name="action")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
