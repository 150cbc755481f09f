"""The Temporal namespace in which the workflows of these reservations live."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class HomeNamespace(Table):
    """One row, once a worker has run. Another namespace knows nothing of our reservations, and proves nothing."""

    __tablename__ = "home_namespace"
    __table_args__ = (
        CheckConstraint("one", name="one_row"),
        CheckConstraint(
            "num_nulls(witness_workflow, witness_run, witnessed_at) IN (0, 3)", name="whole_witness"
        ),
    )

    one: Mapped[bool] = mapped_column(primary_key=True, server_default="true")
    namespace_id: Mapped[str]
    """The server's own; a name may be given again, this is not."""
    name: Mapped[str]
    noted_at: Mapped[datetime]
    witness_workflow: Mapped[str | None]
    """This and the next: a run that the namespace must still know. It does not: its memory was lost."""
    witness_run: Mapped[str | None]
    witnessed_at: Mapped[datetime | None]
    surveyed_to: Mapped[str] = mapped_column(server_default="")
    """The code that the reconciler's last run came to; empty: to the end, so that the next one begins anew."""
