"""What an action takes: the messages of drivers and operators. Plain frozen data, additive only."""

from dataclasses import dataclass
from datetime import datetime

from domain.money.amount import Money
from domain.part import PartOf
from domain.place.energy import EnergyAsked


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """By the driver: the cancellation tiers of the policy apply.

    `accepted_cost`: what they were told that it costs; it is refused where it costs more. None: whatever it costs.
    """

    reason: str = ""
    accepted_cost: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reschedule:
    """`accepted_cost`: what the driver was told that it costs, and agreed to; it is refused where it costs more.

    `accepted_energy_per_kwh`, `accepted_time_per_minute`: likewise, where the new slot has other prices.
    `bay`: the label of the one that they want; None: as it was booked, or with `any_bay` whichever.
    """

    start: datetime
    end: datetime
    accepted_cost: Money | None = None
    accepted_energy_per_kwh: Money | None = None
    accepted_time_per_minute: Money | None = None
    bay: str | None = None
    any_bay: bool = False

    @property
    def wanted_bay(self) -> str | None:
        """Its label; empty: whichever; None: as it was booked."""
        return "" if self.bay is None and self.any_bay else self.bay


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """`offer`: the code of another driver's. What is accepted: as of Reschedule."""

    offer: str
    accepted_energy_per_kwh: Money | None = None
    accepted_time_per_minute: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RescheduleAsked:
    """What a caller says of a Reschedule: its `end`, or an `energy` (of that vehicle) that it has to be long enough
    for. Whoever passes it on finds the end first.
    """

    start: datetime
    end: datetime | None = None
    energy: EnergyAsked | None = None
    vehicle_id: str | None = None
    accepted_cost: Money | None = None
    accepted_energy_per_kwh: Money | None = None
    accepted_time_per_minute: Money | None = None
    bay: str | None = None
    any_bay: bool = False

    def until(self, end: datetime) -> Reschedule:
        return Reschedule(
            start=self.start,
            end=end,
            accepted_cost=self.accepted_cost,
            accepted_energy_per_kwh=self.accepted_energy_per_kwh,
            accepted_time_per_minute=self.accepted_time_per_minute,
            bay=self.bay,
            any_bay=self.any_bay,
        )


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
class AnswerMove:
    """`proposal`: the number of the one that is answered; None: whichever is open when the answer arrives."""

    proposal: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AtBay:
    """`at_connector`: the id of the one where they are, as it was shown; None: wherever theirs is when this arrives."""

    at_connector: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operate:
    """Who of the operator's staff acts, and why. Every operator update carries it into the audit trail.

    `part_of`: nobody acts; it is cancelled with what it was a part of.
    """

    operator: str = "operator"
    reason: str = ""
    part_of: PartOf | None = None


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


Message = (
    Cancel | Reschedule | Swap | Extend | Shorten | OnMyWay | AnswerMove | AtBay | Operate | Reassign | Waive
)
Asked = Message | RescheduleAsked
"""What a caller says: a message, or what becomes one."""
