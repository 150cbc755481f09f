"""What a booking can cost, rule by rule, as it is told before it is made and after.

Instants are of the slot that is spoken of; None: no slot is, and a rule is told by how long before or after it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.facts.fact import Fact
from domain.money.amount import Money


@dataclass(frozen=True, slots=True)
class PriceFact(Fact):
    """One sentence of the terms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfTier(PriceFact):
    """Of the site's membership tiers the driver's, by which everything else here is told."""

    tier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposit(PriceFact):
    """Held on the card at booking, or nearer to the slot; what is not charged is let go."""

    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Preauthorised(PriceFact):
    """What the session is expected to cost is held, `amount` for the slot that is spoken of. `power` in kW."""

    amount: Money | None
    power: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PreauthorisedAtMost(PriceFact):
    most: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositLater(PriceFact):
    """A deposit of up to that is held later where the provider is away at booking."""

    most: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedDrivers(PriceFact):
    """Who is asked for no security: of anybody's terms."""

    visits: int
    days: int
    most: int


@dataclass(frozen=True, slots=True)
class BookedOnTrust(PriceFact):
    """Nothing is held of this driver; what it costs is taken at the end."""


@dataclass(frozen=True, slots=True)
class BookedAsMember(PriceFact):
    """Neither a fee for the reservation nor anything held."""


@dataclass(frozen=True, slots=True)
class BookedOnAccount(PriceFact):
    """The driver's fleet pays by invoice."""


@dataclass(frozen=True, slots=True)
class CreditedToAccount(PriceFact):
    """What is credited, to whoever pays."""


@dataclass(frozen=True, slots=True)
class MembersFree(PriceFact):
    """The same, told to others."""


@dataclass(frozen=True, slots=True)
class MembersOnly(PriceFact):
    """Others cannot book."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeAtBooking(PriceFact):
    """Taken at booking, tax included. What of it is not due is given back; `credited`: to what the session costs."""

    amount: Money
    credited: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeLater(PriceFact):
    """A fee of up to that is taken later where the provider is away at booking."""

    most: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingFee(PriceFact):
    """`credited`: to what the session costs."""

    amount: Money
    credited: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyPrice(PriceFact):
    """Per kWh."""

    price: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class MinutePrice(PriceFact):
    """Per started minute of charging."""

    price: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPrice(PriceFact):
    price: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxAdded(PriceFact):
    """On what is a service: not on fees for not coming, cancelling or changing late."""

    percent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CancellingFree(PriceFact):
    """At any time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelling(PriceFact):
    """At least `ahead` of the start, that is up to and including `until`."""

    fee: Money
    ahead: timedelta
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CancellingLater(PriceFact):
    """Than any that was told before."""

    fee: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CancellingOnly(PriceFact):
    """Whenever it is done."""

    fee: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class LateChange(PriceFact):
    """Another slot costs what cancelling at that moment would; `free`: nothing. Possible until `change_until`."""

    free: bool
    change_until: timedelta
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotComing(PriceFact):
    """Within `grace` of the start, that is by `by`. `unless_late`: who comes before the slot's end pays no such fee."""

    fee: Money
    grace: timedelta
    by: datetime | None
    unless_late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Staying(PriceFact):
    """For each begun `step` from `grace` after the slot's end on, that is `since`."""

    fee: Money
    step: timedelta
    grace: timedelta
    since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StayingIdle(PriceFact):
    """Also within the slot, so long after the car has taken no more energy."""

    grace: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class StayingCapped(PriceFact):
    cap: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class StayingExempt(PriceFact):
    """On the site's clock, `22:00`."""

    start: str
    end: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StayingBusy(PriceFact):
    """`fee`: instead of the ordinary one, from this occupancy of the site on."""

    fee: Money
    percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StayingUnlessAlone(PriceFact):
    """Nothing while nobody waits for the connector."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditUnkept(PriceFact):
    """Our promise could not be kept."""

    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditMoved(PriceFact):
    """`away`: to another site."""

    amount: Money
    away: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditWaited(PriceFact):
    """For each begun `step` beyond `tolerance`."""

    amount: Money
    step: timedelta
    tolerance: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditCapped(PriceFact):
    cap: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditExpires(PriceFact):
    after: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimated(PriceFact):
    """For so many kWh over the whole slot, gone as it ends; with tax."""

    energy: float
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelCosts(PriceFact):
    """Of one's own reservation, up to and including `until`; None: whenever. `later`: than what was told before."""

    cost: Money
    until: datetime | None
    later: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RescheduleCosts(PriceFact):
    """The same for giving the slot up for another one."""

    cost: Money
    until: datetime | None
    later: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Owing(PriceFact):
    """What the card does not pay stays owed, and bars new bookings while it is more than `most`; None: while any is."""

    most: Money | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PricesVary(PriceFact):
    """By time, demand or how early one books."""
