"""Keep the device models that OCPP 2.x chargers report.

Revision: 0025, after 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "device_model",
        sa.Column("charger_id", sa.String(), nullable=False),
        sa.Column("component", sa.String(), nullable=False),
        sa.Column("component_instance", sa.String(), server_default="", nullable=False),
        sa.Column("evse", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("connector", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("variable", sa.String(), nullable=False),
        sa.Column("variable_instance", sa.String(), server_default="", nullable=False),
        sa.Column("attribute", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=True),
        sa.Column("mutability", sa.String(), server_default="", nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["charger_id"], ["chargers.id"], name=op.f("fk_device_model_charger_id_chargers")
        ),
        sa.PrimaryKeyConstraint(
            "charger_id",
            "component",
            "component_instance",
            "evse",
            "connector",
            "variable",
            "variable_instance",
            "attribute",
            name=op.f("pk_device_model"),
        ),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("device_model")
