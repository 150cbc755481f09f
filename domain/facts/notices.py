"""What a driver is told unasked, each once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.causes import Cause
from domain.charging.enforcement import EnforcementLevel
from domain.facts.fact import Fact
from domain.money.amount import Money


@dataclass(frozen=True, slots=True)
class Notice(Fact):
    """A message to the driver of a reservation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed(Notice):
    bay: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescheduled(Notice):
    start: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Extended(Notice):
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked(Notice):
    bay: str
    promise: EnforcementLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerouted(Notice):
    bay: str
    cause: Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotEndingSoon(Notice):
    ends: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Overstay(Notice):
    """`fee`: for each started step, once `grace` is over."""

    grace: timedelta
    fee: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled(Notice):
    by: Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired(Notice):
    """The deposit was not paid in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoShow(Notice):
    """Grace is over; still welcome while a connector is free."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfulfilled(Notice):
    """We could not keep the promise: no fee, and a credit."""

    cause: Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt(Notice):
    charged: Money
    credit: Money
