"""Which drivers may book, and how much at a time."""

from domain.errors import DriverBlocked, DriverBookedAlready, TooManyReservations
from domain.facts.refused_bookings import AccountBlocked, BookedAtThatTime, TooManyOpen
from domain.terms.policy import Policy


def check_driver(*, blocked: bool) -> None:
    """Raises DriverBlocked."""
    if blocked:
        raise DriverBlocked(AccountBlocked())


def check_open_reservations(count: int, policy: Policy) -> None:
    """`count`: reservations of the driver whose slot has not ended. Raises TooManyReservations."""
    most = policy.open_reservations_per_driver
    if count >= most:
        raise TooManyReservations(TooManyOpen(most=most))


def check_one_at_a_time(overlapping: str | None, policy: Policy) -> None:
    """`overlapping`: another reservation of the driver within the slot, if any. Raises DriverBookedAlready."""
    if overlapping is not None and not policy.overlapping_per_driver:
        raise DriverBookedAlready(BookedAtThatTime(reservation=overlapping))
