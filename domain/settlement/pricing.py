"""What a reservation costs in the end: line items with causes, never a fee for the operator's failure.

Each outcome has its own short list; tax is added on services, not on damages (no-show, cancellation,
compensation). Amounts are positive when the driver owes them, negative when they are the driver's.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from domain.causes import Cause
from domain.money.amount import Money, total, zero
from domain.money.lines import FEES, TAXED, WAIVABLE, LineItem, LineKind
from domain.reservation.lifecycle import State
from domain.reservation.progress import Progress
from domain.settlement.overstay import Parking, overstay_charge
from domain.terms.accepted import Terms
from domain.terms.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargingLeg:
    """One transaction on one connector. Energy in Wh."""

    connector_label: str
    energy_wh: int
    started_at: datetime
    ended_at: datetime
    capped: bool = False
    """The meter told more than the connector can have delivered; `energy_wh` is what it can."""


def plausible_energy_wh(energy_wh: int, power_w: int, duration: timedelta, slack_wh: int) -> int:
    """What may be billed of a meter's energy: no more than the connector delivers in that time.

    10 % and `slack_wh` on top, for connectors that exceed their rating and clocks that differ. Never negative.
    """
    hours = Fraction(max(duration, timedelta(0)) // timedelta(milliseconds=1), 3_600_000)
    deliverable = Fraction(11, 10) * power_w * hours + slack_wh
    return min(max(0, energy_wh), int(deliverable))


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

    Energy and time that were delivered are paid in every outcome. SETTLING prices a served reservation;
    CANCELLED, NO_SHOW and UNFULFILLED have their own rules; all else (declined, expired) costs nothing.
    `charge` less `credit` is always the sum of the lines.
    """
    session = _session_lines(progress, terms, legs)
    match progress.state:
        case State.SETTLING | State.COMPLETED:
            overstay = _overstay_lines(progress, terms, somebody_waits, occupancy_percent)
            lines = _served(progress, terms, session, overstay)
        case State.CANCELLED:
            lines = [*_cancelled(progress, terms), *session]
        case State.NO_SHOW:
            lines = [_no_show(progress, terms), *session]
        case State.UNFULFILLED:
            lines = [*session, _compensation(progress, terms)]
        case _:
            lines = []
    return _summed(_credited(_permitted(lines, progress), terms), terms)


def operators_failure(progress: Progress, policy: Policy) -> Cause | None:
    """The cause on the operator's side that bars fees for booking, cancelling or not coming; or None.

    A driver who was moved, or ended up before a charger that was broken, silent or taken, owes no fee for
    what they then did. Trouble long before the slot does not count: it may be repaired in time.
    """
    if progress.ended_by is not None and progress.ended_by.is_operators:
        return progress.ended_by
    moved = next((cause for cause in progress.rerouted_for if cause.is_operators), None)
    if moved is not None:
        return moved
    given_up = progress.cancelled_at if progress.state is State.CANCELLED else None
    if given_up is not None and given_up < progress.slot.start - policy.fault_watch:
        return None
    return _present_trouble(progress)


def _present_trouble(progress: Progress) -> Cause | None:
    if progress.fault_since is not None:
        return Cause.CHARGER_FAULT
    if progress.offline_since is not None:
        return Cause.CHARGER_OFFLINE
    return Cause.CONNECTOR_OCCUPIED if progress.contested else None


def _served(
    progress: Progress, terms: Terms, session: list[LineItem], overstay: list[LineItem]
) -> list[LineItem]:
    policy = terms.policy
    if session:
        # They did charge here: trouble at the very end does not undo that.
        ended = [cause for cause in (progress.ended_by, *progress.rerouted_for) if cause]
        failure = next((cause for cause in ended if cause.is_operators), None)
    else:
        failure = operators_failure(progress, policy)
    fee = _line(LineKind.RESERVATION_FEE, failure or Cause.DRIVER, policy.reservation_fee, "Reservation fee")
    lines = [fee, *session, *overstay]
    if progress.no_show_at is not None and not policy.late_arrival_waives_no_show_fee:
        lines.append(_no_show(progress, terms))
    if progress.ended_by in _BREAKDOWNS:
        lines.append(_compensation(progress, terms))
    return lines


_BREAKDOWNS = (Cause.CHARGER_FAULT, Cause.CHARGER_OFFLINE, Cause.START_REJECTED, Cause.CONNECTOR_OCCUPIED)


def _session_lines(progress: Progress, terms: Terms, legs: tuple[ChargingLeg, ...]) -> list[LineItem]:
    """A leg without energy is no charging: neither its minutes nor the session are charged for."""
    tariff, delivered = terms.tariff, [leg for leg in legs if leg.energy_wh > 0]
    if not delivered:
        return []
    broken = progress.ended_by if progress.ended_by and progress.ended_by.is_operators else None
    if progress.state is State.UNFULFILLED:
        broken = broken or Cause.SYSTEM
    lines = [_line(LineKind.SESSION_FEE, broken or Cause.DRIVER, tariff.session_fee, "Session fee")]
    for leg in delivered:
        kwh = Fraction(leg.energy_wh, 1000)
        energy = tariff.energy_per_kwh.times(kwh)
        text = f"{float(kwh):.2f} kWh at {leg.connector_label}"
        if leg.capped:
            text += ", capped: the meter told more than the connector delivers"
        lines.append(_line(LineKind.ENERGY, Cause.DRIVER, energy, text))
        minutes = max(0, -((leg.started_at - leg.ended_at) // timedelta(minutes=1)))
        time = tariff.time_per_minute.times(minutes)
        lines.append(_line(LineKind.TIME, Cause.DRIVER, time, f"{minutes} min at {leg.connector_label}"))
    return lines


def _overstay_lines(progress: Progress, terms: Terms, somebody_waits: bool, occupancy: int) -> list[LineItem]:
    """Counts on the connector the driver left last, but not past a failure that may have kept the cable."""
    if progress.departed_at is None or progress.arrived_at is None:
        return []
    troubles = [at for at in (progress.fault_since, progress.offline_since) if at is not None]
    charge = overstay_charge(
        Parking(
            slot_end=progress.slot.end,
            departed_at=min([progress.departed_at, *troubles]),
            charging_finished_at=progress.charging_finished_at,
        ),
        terms.policy.overstay,
        terms.site_zone,
        somebody_waits=somebody_waits,
        occupancy_percent=occupancy,
    )
    text = f"Overstay, {charge.steps - charge.exempt} x {charge.fee_per_step}"
    cause = progress.ended_by if progress.ended_by and progress.ended_by.is_operators else Cause.DRIVER
    return [_line(LineKind.OVERSTAY, cause, charge.amount, text + (", capped" if charge.capped else ""))]


def _no_show(progress: Progress, terms: Terms) -> LineItem:
    cause = operators_failure(progress, terms.policy) or Cause.DRIVER
    return _line(LineKind.NO_SHOW, cause, terms.policy.no_show_fee, "No-show fee")


def _cancelled(progress: Progress, terms: Terms) -> list[LineItem]:
    if progress.cancelled_at is None or progress.never_confirmed:
        return []
    cause = operators_failure(progress, terms.policy) or Cause.DRIVER
    fee = cancellation_fee(terms.policy, progress.slot.start, progress.cancelled_at)
    return [_line(LineKind.CANCELLATION, cause, fee, "Cancellation fee")]


def cancellation_fee(policy: Policy, slot_start: datetime, cancelled_at: datetime) -> Money:
    """The fee of the most generous tier still met, else the dearest; none when there are no tiers."""
    if not policy.cancellation:
        return Money(0, policy.currency)
    ahead = slot_start - cancelled_at
    met = [tier for tier in policy.cancellation if ahead >= tier.ahead]
    if met:
        return max(met, key=lambda tier: tier.ahead).fee
    return max(tier.fee for tier in policy.cancellation)


def _compensation(progress: Progress, terms: Terms) -> LineItem:
    cause = operators_failure(progress, terms.policy) or Cause.SYSTEM
    return _line(LineKind.COMPENSATION, cause, -terms.policy.compensation, "Compensation credit")


def _permitted(lines: list[LineItem], progress: Progress) -> list[LineItem]:
    waived = WAIVABLE.intersection(progress.waived)
    kept = [line for line in lines if not line.amount.is_zero and line.kind not in waived]
    return [line for line in kept if not (line.kind in FEES and line.cause.is_operators)]


def _credited(lines: list[LineItem], terms: Terms) -> list[LineItem]:
    """Credit the reservation fee that is really charged to the session, up to what the session costs."""
    currency = terms.policy.currency
    fee = total([line.amount for line in lines if line.kind is LineKind.RESERVATION_FEE], currency)
    spent = total([line.amount for line in lines if line.kind in _SESSION], currency)
    credit = fee.capped(spent)
    if not terms.policy.fee_credited_to_session or credit.minor <= 0:
        return lines
    text = "Reservation fee credited to the session"
    return [*lines, _line(LineKind.FEE_CREDIT, Cause.DRIVER, -credit, text)]


_SESSION = (LineKind.SESSION_FEE, LineKind.ENERGY, LineKind.TIME)


def _summed(lines: list[LineItem], terms: Terms) -> Settlement:
    """Add the tax, rounded once on the taxed sum. What negative prices leave over is credited."""
    currency = terms.policy.currency
    taxable = total([line.amount for line in lines if line.kind in TAXED], currency)
    tax = taxable.times(Fraction(terms.tariff.tax_basis_points, 10_000))
    if not tax.is_zero:
        percent = terms.tariff.tax_basis_points / 100
        lines = [*lines, _line(LineKind.TAX, Cause.DRIVER, tax, f"Tax {percent:g} %")]
    owed = total([line.amount for line in lines if line.kind is not LineKind.COMPENSATION], currency)
    compensation = total([line.amount for line in lines if line.kind is LineKind.COMPENSATION], currency)
    nothing = zero(currency)
    return Settlement(
        lines=tuple(lines), charge=max(owed, nothing), credit=max(-owed, nothing) - compensation
    )


def _line(kind: LineKind, cause: Cause, amount: Money, text: str) -> LineItem:
    return LineItem(kind=kind, cause=cause, amount=amount, text=text)
