"""People with several drivers, and what each driver has had booked, found by its end.

Revision: 0103, after 0102
"""

import sqlalchemy as sa
from alembic import op

revision = "0103"
down_revision = "0102"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stay_brief()
    op.create_table(
        "people",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
    )
    op.add_column("drivers", sa.Column("person_id", sa.String(), nullable=True))
    op.create_foreign_key(op.f("fk_drivers_person_id_people"), "drivers", "people", ["person_id"], ["id"])
    op.create_index(
        "ix_drivers_person_id", "drivers", ["person_id"], postgresql_where=sa.text("person_id IS NOT NULL")
    )
    op.create_index("ix_holds_by_driver", "holds", ["driver_id", "slot_end"])


def downgrade() -> None:
    _stay_brief()
    op.drop_index("ix_holds_by_driver", table_name="holds")
    op.drop_index("ix_drivers_person_id", table_name="drivers")
    op.drop_constraint(op.f("fk_drivers_person_id_people"), "drivers", type_="foreignkey")
    op.drop_column("drivers", "person_id")
    op.drop_table("people")


def _stay_brief() -> None:
    # A migration that waits for a lock blocks everybody behind it: better to fail and be run again.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
