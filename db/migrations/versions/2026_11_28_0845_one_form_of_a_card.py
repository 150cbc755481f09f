"""A card whose uid was booked with its bytes apart (`A1:1C:E0:01`, `0xA11CE001`) is booked in its one form.

Where that form is booked already the other stays, and is found no more. Sessions that run keep their driver's card.

Revision: 0041, after 0040
"""

from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.execute(r"""
        UPDATE tokens SET value = found.normal
        FROM (SELECT DISTINCT ON (1) regexp_replace(t.value, '[:. _-]|^0X', '', 'g') AS normal, t.value
              FROM tokens t
              WHERE t.kind = 'rfid' AND t.value ~
                  '^(0X)?[0-9A-F]{2}([:. _-])[0-9A-F]{2}(\2[0-9A-F]{2}){2,8}$|^0X([0-9A-F]{2}){4,10}$'
              ORDER BY 1, t.blocked DESC, t.value) found
        WHERE tokens.value = found.value
            AND NOT EXISTS (SELECT 1 FROM tokens other WHERE other.value = found.normal)
    """)
    op.execute(r"""
        UPDATE sessions SET id_tag = regexp_replace(id_tag, '[:. _-]|^0X', '', 'g')
        WHERE ended_at IS NULL AND id_tag ~
            '^(0X)?[0-9A-F]{2}([:. _-])[0-9A-F]{2}(\2[0-9A-F]{2}){2,8}$|^0X([0-9A-F]{2}){4,10}$'
    """)


def downgrade() -> None:
    """The form of before is not known any more; the one of now was right then, too."""


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
