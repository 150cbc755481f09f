"""Series: bookings that recur, and what became of each of their dates."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class ReservationSeries(Table):
    __tablename__ = "reservation_series"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'undoing', 'refused')", name="state"),
        Index("ix_reservation_series_undoing", "id", postgresql_where="state = 'undoing'"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str]
    driver_id: Mapped[str]
    fleet_id: Mapped[str | None]
    """That asks for it. Of what a driver asks for themselves it says nothing: whose they are is looked up as it is
    booked (`db.queries.fleets.fleet_behind`)."""
    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id"))
    all_or_nothing: Mapped[bool]
    asked: Mapped[dict[str, Any]]
    """Of each booking: pool, plug, payment method, needs, energy, whether it is for a guest."""
    made_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="open", server_default="open")
    """`undoing`: of all or nothing one date was refused, and what was booked is being cancelled; then `refused`."""
    refused: Mapped[str] = mapped_column(default="", server_default="")
    """Code of what refused that date."""
    edits: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often it was ended, or given up for another one, by who has it."""


class SeriesDate(Table):
    """`state`: `planned` until it is booked, as soon as the site's horizon allows; then `booked`, or `skipped`."""

    __tablename__ = "reservation_series_dates"
    __table_args__ = (
        CheckConstraint("state IN ('planned', 'booked', 'skipped', 'cancelled')", name="state"),
        Index("ix_reservation_series_dates_due", "due_at", postgresql_where="state = 'planned'"),
        Index("ix_reservation_series_dates_to_undo", "booking_until", postgresql_where="state = 'cancelled'"),
    )

    series_id: Mapped[str] = mapped_column(ForeignKey("reservation_series.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    """Of its reservation; another one after nobody decided in time about that."""
    slot_start: Mapped[datetime]
    slot_end: Mapped[datetime]
    due_at: Mapped[datetime]
    """When it is to be booked."""
    booking_until: Mapped[datetime | None]
    """Until then somebody may be booking it, and from then on it may be booked. None: that is known by its `state`."""
    state: Mapped[str] = mapped_column(default="planned", server_default="planned")
    refused: Mapped[str] = mapped_column(default="", server_default="")
    """Code of why it was skipped."""
