"""What charging costs: the session fee, and energy and time of each leg."""

from domain.causes import Cause
from domain.money.amount import Money
from domain.money.lines import Limit, LineItem, LineKind, Quantity, Unit
from domain.reservation.lifecycle import State
from domain.reservation.progress import Progress
from domain.settlement.metering import ChargingLeg
from domain.settlement.operators_failure import ended_by_operator
from domain.terms.accepted import Terms
from domain.terms.tariff import Tariff


def session_lines(progress: Progress, terms: Terms, legs: tuple[ChargingLeg, ...]) -> list[LineItem]:
    """A leg without energy is no charging: neither its minutes nor the session are charged for."""
    delivered = [leg for leg in legs if leg.billed_wh > 0]
    if not delivered:
        return []
    lines = [
        LineItem(kind=LineKind.SESSION_FEE, cause=_session_cause(progress), amount=terms.tariff.session_fee)
    ]
    for leg in delivered:
        lines += _leg_lines(leg, terms.tariff)
    return lines


def _session_cause(progress: Progress) -> Cause:
    broken = ended_by_operator(progress)
    if progress.state is State.UNFULFILLED:
        broken = broken or Cause.SYSTEM
    return broken or Cause.DRIVER


def _leg_lines(leg: ChargingLeg, tariff: Tariff) -> list[LineItem]:
    energy = Quantity(leg.billed_wh, Unit.WATT_HOUR)
    limit = Limit.CONNECTOR_POWER if leg.capped else None
    if leg.billed_wh < leg.energy_wh:
        limit = Limit.ACCEPTED
    minutes = Quantity(leg.started_minutes, Unit.MINUTE)
    return [
        _delivered(LineKind.ENERGY, leg, energy, tariff.energy_per_kwh, limit),
        _delivered(LineKind.TIME, leg, minutes, tariff.time_per_minute),
    ]


def _delivered(
    kind: LineKind, leg: ChargingLeg, quantity: Quantity, unit_price: Money, limit: Limit | None = None
) -> LineItem:
    """Never a fee: what was delivered is paid whoever failed later."""
    return LineItem(
        kind=kind,
        cause=Cause.DRIVER,
        amount=unit_price.times(quantity.priced),
        quantity=quantity,
        unit_price=unit_price,
        connector=leg.connector,
        limited_by=limit,
    )
