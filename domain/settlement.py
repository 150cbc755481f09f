"""What a reservation costs in the end: line items with causes, never a fee for the operator's failure.

Each outcome has its own short list; tax is added on services, not on damages (no-show, cancellation,
compensation). Amounts are positive when the driver owes them, negative when they are the driver's.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from domain.lifecycle import State
from domain.money import Money, total
from domain.overstay import Stay, overstay_charge
from domain.policy import Policy
from domain.reservation import Cause, Progress, Terms


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
FEES = frozenset({LineKind.RESERVATION_FEE, LineKind.OVERSTAY, LineKind.NO_SHOW, LineKind.CANCELLATION})
"""What promise 3 forbids when the cause is the operator's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineItem:
    kind: LineKind
    cause: Cause
    amount: Money
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargingLeg:
    """One transaction on one connector. Energy in Wh."""

    connector_label: str
    energy_wh: int
    started_at: datetime
    ended_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """`charge`: to be taken from the driver now (never negative). `credit`: owed to the driver on account."""

    lines: tuple[LineItem, ...]
    charge: Money
    credit: Money


def settle(
    progress: Progress,
    terms: Terms,
    legs: tuple[ChargingLeg, ...],
    *,
    somebody_waits: bool,
    occupancy_percent: int,
) -> Settlement:
    """Line items for a reservation whose story is over. `progress.state` names the outcome.

    SETTLING prices a served reservation; CANCELLED, NO_SHOW and UNFULFILLED their own rules; everything
    else (declined, expired) costs nothing.
    """
    match progress.state:
        case State.SETTLING | State.COMPLETED:
            lines = _served(progress, terms, legs, somebody_waits, occupancy_percent)
        case State.CANCELLED:
            lines = _cancelled(progress, terms)
        case State.NO_SHOW:
            lines = [_line(LineKind.NO_SHOW, Cause.DRIVER, terms.policy.no_show_fee, "No-show fee")]
        case State.UNFULFILLED:
            lines = _unfulfilled(progress, terms, legs)
        case _:
            lines = []
    return _summed(_permitted(lines, progress), terms)


def _served(
    progress: Progress, terms: Terms, legs: tuple[ChargingLeg, ...], somebody_waits: bool, occupancy: int
) -> list[LineItem]:
    policy = terms.policy
    lines = [_line(LineKind.RESERVATION_FEE, Cause.DRIVER, policy.reservation_fee, "Reservation fee")]
    session = _session_lines(terms, legs)
    if session and policy.fee_credited_to_session:
        spent = total([line.amount for line in session], policy.currency)
        credit = policy.reservation_fee.capped(spent)
        lines.append(
            _line(LineKind.FEE_CREDIT, Cause.DRIVER, -credit, "Reservation fee credited to the session")
        )
    return lines + session + _overstay_lines(progress, terms, somebody_waits, occupancy)


def _session_lines(terms: Terms, legs: tuple[ChargingLeg, ...]) -> list[LineItem]:
    if not legs:
        return []
    tariff = terms.tariff
    lines = [_line(LineKind.SESSION_FEE, Cause.DRIVER, tariff.session_fee, "Session fee")]
    for leg in legs:
        kwh = Fraction(leg.energy_wh, 1000)
        lines.append(
            _line(
                LineKind.ENERGY,
                Cause.DRIVER,
                tariff.energy_per_kwh.times(kwh),
                f"{float(kwh):.2f} kWh at {leg.connector_label}",
            )
        )
        minutes = -((leg.started_at - leg.ended_at) // timedelta(minutes=1))
        lines.append(
            _line(
                LineKind.TIME,
                Cause.DRIVER,
                tariff.time_per_minute.times(minutes),
                f"{minutes} min at {leg.connector_label}",
            )
        )
    return lines


def _overstay_lines(progress: Progress, terms: Terms, somebody_waits: bool, occupancy: int) -> list[LineItem]:
    if progress.departed_at is None or progress.arrived_at is None:
        return []
    charge = overstay_charge(
        Stay(
            slot_end=progress.slot.end,
            departed_at=progress.departed_at,
            charging_finished_at=progress.charging_finished_at,
        ),
        terms.policy.overstay,
        terms.site_zone,
        somebody_waits=somebody_waits,
        occupancy_percent=occupancy,
    )
    text = f"Overstay, {charge.steps - charge.exempt} x {terms.policy.overstay.fee_per_step}"
    return [
        _line(LineKind.OVERSTAY, Cause.DRIVER, charge.amount, text + (", capped" if charge.capped else ""))
    ]


def _cancelled(progress: Progress, terms: Terms) -> list[LineItem]:
    cause = progress.ended_by or Cause.DRIVER
    if progress.cancelled_at is None or cause.is_operators:
        return []
    fee = cancellation_fee(terms.policy, progress.slot.start, progress.cancelled_at)
    return [_line(LineKind.CANCELLATION, cause, fee, "Cancellation fee")]


def cancellation_fee(policy: Policy, slot_start: datetime, cancelled_at: datetime) -> Money:
    """The fee of the most generous tier still met; the dearest tier when none is met; none when there are none."""
    if not policy.cancellation:
        return Money(0, policy.currency)
    ahead = slot_start - cancelled_at
    met = [tier for tier in policy.cancellation if ahead >= tier.ahead]
    if met:
        return max(met, key=lambda tier: tier.ahead).fee
    return max(tier.fee for tier in policy.cancellation)


def _unfulfilled(progress: Progress, terms: Terms, legs: tuple[ChargingLeg, ...]) -> list[LineItem]:
    cause = progress.ended_by or Cause.SYSTEM
    lines = [line for line in _session_lines(terms, legs) if line.kind in (LineKind.ENERGY, LineKind.TIME)]
    compensation = _line(LineKind.COMPENSATION, cause, -terms.policy.compensation, "Compensation credit")
    return [*lines, compensation]


def _permitted(lines: list[LineItem], progress: Progress) -> list[LineItem]:
    kept = [line for line in lines if not line.amount.is_zero and line.kind not in progress.waived]
    return [line for line in kept if not (line.kind in FEES and line.cause.is_operators)]


def _summed(lines: list[LineItem], terms: Terms) -> Settlement:
    currency = terms.policy.currency
    taxable = total([line.amount for line in lines if line.kind in TAXED], currency)
    tax = taxable.times(Fraction(terms.tariff.tax_basis_points, 10_000))
    if not tax.is_zero:
        percent = terms.tariff.tax_basis_points / 100
        lines = [*lines, _line(LineKind.TAX, Cause.DRIVER, tax, f"Tax {percent:g} %")]
    charges = total([line.amount for line in lines if line.kind is not LineKind.COMPENSATION], currency)
    credit = -total([line.amount for line in lines if line.kind is LineKind.COMPENSATION], currency)
    return Settlement(lines=tuple(lines), charge=charges, credit=credit)


def _line(kind: LineKind, cause: Cause, amount: Money, text: str) -> LineItem:
    return LineItem(kind=kind, cause=cause, amount=amount, text=text)
