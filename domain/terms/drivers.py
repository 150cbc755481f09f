"""Which drivers may book, and how much at a time."""

from domain.errors import DriverBlocked, TooManyReservations
from domain.facts.refused_bookings import AccountBlocked, TooManyOpen
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
