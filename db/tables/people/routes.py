"""Where the driver of a reservation comes from and goes to, for as long as that is of use."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class ReservationRoute(Table):
    """As it was named with the booking. It is kept nowhere else: what is told of it are metres, reckoned when told.

    Whose way it is, is known by the reservation; of a booking that never became one it is forgotten within a day.
    """

    __tablename__ = "reservation_routes"
    __table_args__ = (CheckConstraint("(end_latitude IS NULL) = (end_longitude IS NULL)", name="whole_end"),)

    reservation_code: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str]
    """Who named it: nobody else is told metres along it, from some of which its ends could be reckoned."""
    start_latitude: Mapped[float]
    """WGS 84, degrees, as all four."""
    start_longitude: Mapped[float]
    end_latitude: Mapped[float | None]
    """NULL: they stay."""
    end_longitude: Mapped[float | None]
    noted_at: Mapped[datetime]
