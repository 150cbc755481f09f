"""Groups: bays that were asked for as one, which of them were given, and whether all of that came to its end."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table
from domain.reservation.groups import UNFINISHED, GroupState


def _one_of(states: Iterable[GroupState]) -> str:
    return "state IN ({})".format(", ".join(f"'{state}'" for state in states))


IS_UNFINISHED = f"placed_at IS NOT NULL AND {_one_of(UNFINISHED)}"
"""Of a query's conditions, too: the planner uses the partial index by it."""


class ReservationGroup(Table):
    """Asked for first; its bays are written as given in the transaction that places their holds."""

    __tablename__ = "reservation_groups"
    __table_args__ = (
        CheckConstraint(_one_of(GroupState), name="state"),
        Index("ix_reservation_groups_account", "account"),
        Index("ix_reservation_groups_unfinished", "asked_at", postgresql_where=IS_UNFINISHED),
        Index(
            "ix_reservation_groups_answered", "asked_at", postgresql_where=f"state = '{GroupState.ANSWERED}'"
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str]
    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id"))
    slot_start: Mapped[datetime]
    slot_end: Mapped[datetime]
    mode: Mapped[str]
    """A GroupMode."""
    codes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Of the reservations, in the order they were asked for."""
    drivers: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Of each of them."""
    asked_at: Mapped[datetime]
    """Last, by the same request."""
    placed_at: Mapped[datetime | None]
    """NULL: nothing has been given so far; the same request asks again."""
    refused: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict, server_default="{}")
    """Code of a reservation that got no bay → of what refused it."""
    state: Mapped[str] = mapped_column(default=GroupState.OPEN, server_default=GroupState.BOOKED)
    """A GroupState."""
