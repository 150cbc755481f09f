"""Which drivers may book, and how much at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.errors import (
    DisputeOpen,
    DriverBlocked,
    DriverBookedAlready,
    GroupTooLarge,
    TooManyReservations,
    UnknownDriver,
)
from domain.facts.refused_bookings import (
    AccountBlocked,
    PaymentDisputed,
    PaymentTakenBack,
)
from domain.facts.refused_people import (
    BookedAtThatTime,
    FullWithOffer,
    MoreThanAGroup,
    NoSuchDriver,
    OfferedAtThatTime,
    TooManyOpen,
)
from domain.terms.policy import Policy


class Asked(Protocol):
    """On whose account, for which driver. `fleet_id`: whose they were when it was asked for."""

    @property
    def account(self) -> str: ...
    @property
    def driver_id(self) -> str: ...
    @property
    def fleet_id(self) -> str | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """For whom, and on whose account. `fleet_id`: whose driver they are."""

    account: str
    driver_id: str
    fleet_id: str | None


def is_by_fleet(asked: Asked) -> bool:
    """Does a fleet ask for its driver? False: the driver does, whosever they are."""
    return asked.account == asked.fleet_id and asked.account != asked.driver_id


def check_still_theirs(asked: Asked, fleet_id: str | None) -> None:
    """`fleet_id`: whose the driver is by now. Of what a fleet asked for: who has left it since would pay for what they
    have not asked for. Raises UnknownDriver.
    """
    if is_by_fleet(asked) and fleet_id != asked.account:
        raise UnknownDriver(NoSuchDriver(driver_id=asked.driver_id))


def check_driver(*, blocked: bool) -> None:
    """Raises DriverBlocked."""
    if blocked:
        raise DriverBlocked(AccountBlocked())


def is_full(ends: Sequence[datetime], policy: Policy) -> bool:
    """`ends`: of the slots of reservations that the driver has, and that have not ended."""
    return len(ends) >= policy.open_reservations_per_driver


def check_open_reservations(ends: Sequence[datetime], policy: Policy, *, offered: bool = False) -> None:
    """`ends`: as of `is_full`. `offered`: one of them is none yet, but what a waiting list keeps for them.

    Raises TooManyReservations.
    """
    most = policy.open_reservations_per_driver
    if not is_full(ends, policy):
        return
    if offered:
        raise TooManyReservations(FullWithOffer(most=most))
    raise TooManyReservations(TooManyOpen(most=most, ends_at=sorted(ends)[len(ends) - most]))


def check_group(bays: int, policy: Policy) -> None:
    """Raises GroupTooLarge."""
    if bays > policy.largest_group:
        raise GroupTooLarge(MoreThanAGroup(most=policy.largest_group))


@dataclass(frozen=True, slots=True)
class Overlapping:
    """Another reservation of the driver within a slot, and when its own ends. `offered`: it is none yet, but what a
    waiting list keeps for them."""

    code: str
    end: datetime
    offered: bool = False


def check_one_at_a_time(overlapping: Overlapping | None, policy: Policy) -> None:
    """Raises DriverBookedAlready."""
    if overlapping is None or policy.overlapping_per_driver:
        return
    if overlapping.offered:
        raise DriverBookedAlready(OfferedAtThatTime(ends_at=overlapping.end))
    raise DriverBookedAlready(BookedAtThatTime(reservation=overlapping.code, ends_at=overlapping.end))


def check_disputes(states: str | None, policy: Policy) -> None:
    """`states`: `open`, `lost` or both, of disputes by which their bank has money of theirs. Raises DisputeOpen."""
    found, rules = (states or "").split(","), policy.disputes
    if "open" in found and rules.bars_bookings:
        raise DisputeOpen(PaymentDisputed())
    if "lost" in found and rules.lost_bars:
        raise DisputeOpen(PaymentTakenBack())
