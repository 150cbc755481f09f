"""Who comes to a reservation in the place of whoever booked it."""

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class ReservationGuest(Table):
    """Named when it was booked, or later."""

    __tablename__ = "reservation_guests"
    __table_args__ = (UniqueConstraint("pass_digest"),)

    reservation_code: Mapped[str] = mapped_column(primary_key=True)
    driver_id: Mapped[str]
    """In whose place they come."""
    name: Mapped[str]
    contact: Mapped[str]
    pass_digest: Mapped[str | None]
    """SHA-256 of the guest's pass; NULL: none was issued, or it was withdrawn."""
