"""Overstay and idle: how long the bay was blocked beyond what was paid for, and what that costs."""

from dataclasses import dataclass
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from domain.causes import Cause
from domain.money.amount import Money, zero
from domain.money.lines import Limit, LineItem, LineKind, Quantity, Unit
from domain.reservation.progress import Progress
from domain.settlement.operators_failure import ended_by_operator
from domain.settlement.surroundings import Surroundings
from domain.terms.accepted import Terms
from domain.terms.policy import OverstayRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Parking:
    """Instants (aware UTC) of one vehicle at its bay. `charging_finished_at`: it took no more energy from here."""

    slot_end: datetime
    departed_at: datetime
    charging_finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OverstayCharge:
    """`steps` started billing steps, of which `exempt` fell into the night exemption; `amount` after cap."""

    steps: int
    exempt: int
    amount: Money
    capped: bool
    fee_per_step: Money | None = None
    """What a step cost, scaled by occupancy; None when nothing was owed."""


def overstay_lines(progress: Progress, terms: Terms, around: Surroundings) -> list[LineItem]:
    """Counts on the connector the driver left last, but not past a failure that may have kept the cable."""
    if progress.departed_at is None or progress.arrived_at is None:
        return []
    troubles = [at for at in (progress.fault_since, progress.offline_since) if at is not None]
    parking = Parking(
        slot_end=progress.slot.end,
        departed_at=min([progress.departed_at, *troubles]),
        charging_finished_at=progress.charging_finished_at,
    )
    charge = overstay_charge(parking, terms.policy.overstay, terms.site_zone, around)
    if charge.fee_per_step is None:
        return []
    return [
        LineItem(
            kind=LineKind.OVERSTAY,
            cause=ended_by_operator(progress) or Cause.DRIVER,
            amount=charge.amount,
            quantity=Quantity(charge.steps - charge.exempt, Unit.STEP),
            unit_price=charge.fee_per_step,
            limited_by=Limit.POLICY_CAP if charge.capped else None,
        )
    ]


def overstay_charge(
    parking: Parking, rules: OverstayRules, site_zone: str, around: Surroundings
) -> OverstayCharge:
    """Fee for the time from the end of grace to departure, per started step, exemption and cap applied."""
    currency = rules.fee_per_step.currency
    nothing = OverstayCharge(0, 0, zero(currency), capped=False)
    if rules.waived_when_nobody_waits and not around.somebody_waits:
        return nothing
    begins = rules.chargeable_from(parking.slot_end, parking.charging_finished_at)
    if parking.departed_at <= begins:
        return nothing
    steps = -((begins - parking.departed_at.astimezone(UTC)) // rules.step)
    exempt = _exempt_steps(begins, steps, rules, site_zone)
    busy = rules.busy_from_percent is not None and around.occupancy_percent >= rules.busy_from_percent
    fee = rules.fee_per_step.times(rules.busy_multiplier if busy else 1)
    full = fee.times(steps - exempt)
    amount = full.capped(rules.cap)
    return OverstayCharge(steps, exempt, amount, capped=amount != full, fee_per_step=fee)


def _exempt_steps(begins: datetime, steps: int, rules: OverstayRules, site_zone: str) -> int:
    if rules.exempt_from is None or rules.exempt_until is None:
        return 0
    zone = ZoneInfo(site_zone)
    return sum(
        _within((begins + n * rules.step).astimezone(zone).time(), rules.exempt_from, rules.exempt_until)
        for n in range(steps)
    )


def _within(clock: time, start: time, end: time) -> bool:
    if start <= end:
        return start <= clock < end
    return clock >= start or clock < end
