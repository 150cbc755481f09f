"""What charging costs: the session fee, and energy and time of each leg."""

from collections.abc import Collection
from datetime import timedelta

from domain.causes import Cause
from domain.charging.trouble import NOT_BILLED, Trouble, troubled
from domain.money.amount import Money
from domain.money.lines import Limit, LineItem, LineKind, Quantity, Unit
from domain.reservation.lifecycle import State
from domain.reservation.progress import Progress
from domain.settlement.kept_off import kept_off_by
from domain.settlement.metering import ChargingLeg
from domain.settlement.operators_failure import ended_by_operator
from domain.terms.accepted import Terms
from domain.terms.tariff import Tariff


def session_lines(progress: Progress, terms: Terms, legs: tuple[ChargingLeg, ...]) -> list[LineItem]:
    """What a reservation's charging costs, before fees and tax."""
    return charging_lines(
        legs, terms.tariff, progress.troubles, session_cause=_session_cause(progress, terms)
    )


def charging_lines(
    legs: tuple[ChargingLeg, ...],
    tariff: Tariff,
    troubles: Collection[Trouble],
    *,
    session_cause: Cause = Cause.DRIVER,
) -> list[LineItem]:
    """A leg without energy is no charging: neither its minutes nor the session are charged for.

    Nor are minutes in which its charger was broken or silent, or in which the driver charged elsewhere already.
    """
    delivered = [leg for leg in legs if leg.billed_wh > 0]
    if not delivered:
        return []
    lines = [LineItem(kind=LineKind.SESSION_FEE, cause=session_cause, amount=tariff.session_fee)]
    for leg in delivered:
        lines += _leg_lines(leg, _billed_minutes(leg, delivered, troubles), tariff)
    return lines


def _session_cause(progress: Progress, terms: Terms) -> Cause:
    broken = ended_by_operator(progress) or kept_off_by(progress, terms.policy)
    if progress.state is State.UNFULFILLED:
        broken = broken or Cause.SYSTEM
    return broken or Cause.DRIVER


def _billed_minutes(leg: ChargingLeg, legs: Collection[ChargingLeg], troubles: Collection[Trouble]) -> int:
    """Started minutes, outside of trouble where the leg was, and none twice: a later leg ends an earlier one."""
    later = [
        other.started_at
        for other in legs
        if leg.started_at < other.started_at < leg.ended_at and other.connector != leg.connector
    ]
    here = [
        one
        for one in troubles
        if one.cause in NOT_BILLED and one.is_met_at(leg.connector.charger_id, leg.connector.number)
    ]
    until = min([leg.ended_at, *later])
    billed = until - leg.started_at - troubled(leg.started_at, until, here)
    return max(0, -(-billed // timedelta(minutes=1)))


def _leg_lines(leg: ChargingLeg, started_minutes: int, tariff: Tariff) -> list[LineItem]:
    energy = Quantity(leg.billed_wh, Unit.WATT_HOUR)
    limit = Limit.CONNECTOR_POWER if leg.capped else None
    if leg.billed_wh < leg.energy_wh:
        limit = Limit.ACCEPTED
    minutes = Quantity(started_minutes, Unit.MINUTE)
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
