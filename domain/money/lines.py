"""The lines of a bill: their kinds, and what may be done with each kind."""

from dataclasses import dataclass
from enum import StrEnum

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
    COMPENSATION = "compensation"
    TAX = "tax"


TAXED = frozenset(
    {
        LineKind.RESERVATION_FEE,
        LineKind.FEE_CREDIT,
        LineKind.SESSION_FEE,
        LineKind.ENERGY,
        LineKind.TIME,
        LineKind.OVERSTAY,
    }
)


FEES = frozenset(
    {
        LineKind.RESERVATION_FEE,
        LineKind.SESSION_FEE,
        LineKind.OVERSTAY,
        LineKind.NO_SHOW,
        LineKind.CANCELLATION,
    }
)
"""What promise 3 forbids when the cause is the operator's. Energy and time delivered are no fees."""


WAIVABLE = FEES | {LineKind.ENERGY, LineKind.TIME}
"""What an operator may waive. Not the driver's credits: a waiver only ever lowers the bill."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineItem:
    kind: LineKind
    cause: Cause
    amount: Money
    text: str
