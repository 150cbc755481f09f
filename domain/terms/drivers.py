"""Which drivers may book, and how much at a time."""

from domain.errors import (
    DisputeOpen,
    DriverBlocked,
    DriverBookedAlready,
    GroupTooLarge,
    TooManyReservations,
)
from domain.facts.refused_bookings import (
    AccountBlocked,
    BookedAtThatTime,
    MoreThanAGroup,
    PaymentDisputed,
    PaymentTakenBack,
    TooManyOpen,
)
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


def check_group(bays: int, policy: Policy) -> None:
    """Raises GroupTooLarge."""
    if bays > policy.largest_group:
        raise GroupTooLarge(MoreThanAGroup(most=policy.largest_group))


def check_one_at_a_time(overlapping: str | None, policy: Policy) -> None:
    """`overlapping`: another reservation of the driver within the slot, if any. Raises DriverBookedAlready."""
    if overlapping is not None and not policy.overlapping_per_driver:
        raise DriverBookedAlready(BookedAtThatTime(reservation=overlapping))


def check_disputes(states: str | None, policy: Policy) -> None:
    """`states`: `open`, `lost` or both, of disputes by which their bank has money of theirs. Raises DisputeOpen."""
    found, rules = (states or "").split(","), policy.disputes
    if "open" in found and rules.bars_bookings:
        raise DisputeOpen(PaymentDisputed())
    if "lost" in found and rules.lost_bars:
        raise DisputeOpen(PaymentTakenBack())
