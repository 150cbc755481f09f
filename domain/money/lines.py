"""The lines of a bill as facts: what for, why, how much of it at which price. Texts are made where people read."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from domain.causes import Cause
from domain.money.amount import Money


class LineKind(StrEnum):
    RESERVATION_FEE = "reservation_fee"
    FEE_CREDIT = "fee_credit"
    SESSION_FEE = "session_fee"
    ENERGY = "energy"
    TIME = "time"
    OVERSTAY = "overstay"
    NO_SHOW = "no_show"
    CANCELLATION = "cancellation"
    CHANGE = "change"
    """A slot was given up late for another one."""
    COMPENSATION = "compensation"
    TAX = "tax"
    ROUNDING = "rounding"
    """To an amount that a card can be charged: the last of three decimals; or what no net with its tax comes to."""
    GOODWILL = "goodwill"
    """Given back after the settlement, of what is taxed."""
    GOODWILL_UNTAXED = "goodwill_untaxed"
    """Given back after the settlement, of what is not."""
    ADVANCE = "advance"
    """Paid at booking, until a settlement bills what it was for; no line of any settlement."""


SESSION = frozenset({LineKind.SESSION_FEE, LineKind.ENERGY, LineKind.TIME})
"""What charging itself costs."""


TAXED = SESSION | {
    LineKind.RESERVATION_FEE,
    LineKind.FEE_CREDIT,
    LineKind.OVERSTAY,
    LineKind.GOODWILL,
    LineKind.ADVANCE,
}
"""Services. Damages (no-show, cancellation, late change) and compensation bear no tax."""


GOODWILL = frozenset({LineKind.GOODWILL, LineKind.GOODWILL_UNTAXED})
"""What a person gave back."""


FEES = frozenset(
    {
        LineKind.RESERVATION_FEE,
        LineKind.SESSION_FEE,
        LineKind.OVERSTAY,
        LineKind.NO_SHOW,
        LineKind.CANCELLATION,
        LineKind.CHANGE,
    }
)
"""What promise P3 forbids when the cause is the operator's. Energy and time delivered are no fees."""


WAIVABLE = FEES | {LineKind.ENERGY, LineKind.TIME}
"""What an operator may waive. Not the driver's credits: a waiver only ever lowers the bill."""


class Unit(StrEnum):
    WATT_HOUR = "watt_hour"
    MINUTE = "minute"
    """Started minutes of charging."""
    STEP = "step"
    """Started steps: of overstay (`OverstayRules.step`) that were not exempt, or of waiting (`CreditRules`)."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """How much was priced. Unit prices are per kWh, minute or step."""

    count: int
    unit: Unit

    @property
    def priced(self) -> Fraction:
        """In the unit that the price is for."""
        return Fraction(self.count, 1000 if self.unit is Unit.WATT_HOUR else 1)


class Limit(StrEnum):
    """Why a line is smaller than what was measured."""

    POLICY_CAP = "policy_cap"
    """The amount reached the policy's cap."""
    CONNECTOR_POWER = "connector_power"
    """The meter told more energy than the connector can have delivered; the quantity is what it can."""
    ACCEPTED = "accepted"
    """Told after the settlement: no more than the driver had accepted to pay; the quantity is what that is for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorName:
    """How people find a connector: by its bay's label, or, where bays have none, by charger and number."""

    charger_id: str
    number: int
    bay: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineItem:
    """`amount`: net of tax, positive when the driver owes it, negative when it is the driver's.

    With a `quantity` it is that times `unit_price`, rounded once, unless a POLICY_CAP limits it.
    """

    kind: LineKind
    cause: Cause
    amount: Money
    quantity: Quantity | None = None
    unit_price: Money | None = None
    connector: ConnectorName | None = None
    """Where the energy or time was delivered."""
    rate_basis_points: int | None = None
    """Of TAX: 1900 is 19 %."""
    limited_by: Limit | None = None
