"""What an action takes: the messages of drivers and operators. Plain frozen data, additive only."""

from dataclasses import dataclass
from datetime import datetime

from domain.money.amount import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """By the driver: the cancellation tiers of the policy apply."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reschedule:
    """`accepted_cost`: what the driver was told that it costs, and agreed to; it is refused where it costs more.

    `accepted_energy_per_kwh`, `accepted_time_per_minute`: likewise, where the new slot has other prices.
    """

    start: datetime
    end: datetime
    accepted_cost: Money | None = None
    accepted_energy_per_kwh: Money | None = None
    accepted_time_per_minute: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """`offer`: the code of another driver's. What is accepted: as of Reschedule."""

    offer: str
    accepted_energy_per_kwh: Money | None = None
    accepted_time_per_minute: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Extend:
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Shorten:
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OnMyWay:
    eta: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Operate:
    """Who of the operator's staff acts, and why. Every operator update carries it into the audit trail."""

    operator: str = "operator"
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassign:
    """Move to `connector_id`, or to the best free one when None.

    `accept_lesser`: also to another plug or less power than was booked, which the operator knows will do.
    `agreed`: the driver has agreed to go to another site, on the phone, say, and is not asked; `reason` is needed then.
    """

    operator: str = "operator"
    reason: str = ""
    connector_id: int | None = None
    accept_lesser: bool = False
    agreed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Waive:
    """`kind`: a line item kind, e.g. `no_show`, `overstay`, `cancellation`."""

    kind: str
    operator: str = "operator"
    reason: str = ""


Message = Cancel | Reschedule | Swap | Extend | Shorten | OnMyWay | Operate | Reassign | Waive
