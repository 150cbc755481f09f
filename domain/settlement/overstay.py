"""Overstay and idle: how long the bay was blocked beyond what was paid for, and what that costs.

Trouble at the bay is taken out step by step: a step wholly inside it, or inside the grace that it took away and that is
given back after it, is not charged; and of the others never more than their time outside of it has steps.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.causes import Cause
from domain.charging.trouble import Trouble, TroubleCause, later_by_trouble, troubled
from domain.money.amount import Money, zero
from domain.money.lines import Limit, LineItem, LineKind, Quantity, Unit
from domain.reservation.progress import Progress
from domain.settlement.operators_failure import ended_by_operator
from domain.settlement.surroundings import Surroundings
from domain.terms.accepted import Terms
from domain.terms.policy import OverstayRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Parking:
    """Instants (aware UTC) of one vehicle at its bay. `charging_finished_at`: it took no more energy from here.

    `troubles`: what may have kept it there.
    """

    slot_end: datetime
    departed_at: datetime
    charging_finished_at: datetime | None = None
    troubles: tuple[Trouble, ...] = ()


@dataclass(frozen=True, slots=True)
class OverstayCharge:
    """`steps` started billing steps, of which `exempt` fell into the night exemption; `amount` after cap.

    Steps in trouble are in neither.
    """

    steps: int
    exempt: int
    amount: Money
    capped: bool
    fee_per_step: Money | None = None
    """What a step cost, scaled by occupancy; None when nothing was owed."""


def overstay_lines(progress: Progress, terms: Terms, around: Surroundings) -> list[LineItem]:
    """Counts on the connector the driver left last, without the time in which a failure may have kept the cable."""
    if progress.departed_at is None or progress.arrived_at is None:
        return []
    parking = Parking(
        slot_end=progress.stay_ends,
        departed_at=progress.departed_at,
        charging_finished_at=progress.charging_finished_at,
        troubles=(*progress.unbilled_troubles, *_stopped_by_failure(progress, terms.policy.grace)),
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


def _stopped_by_failure(progress: Progress, grace: timedelta) -> Iterator[Trouble]:
    """From a stop for the charger's own failure until its driver, told that they can go or begin again, has had the
    time to come.
    """
    since, told, place = progress.transaction_ended_at, progress.failure_told_at, progress.assignment
    if progress.stopped_by_failure and since is not None and place is not None:
        yield Trouble(
            cause=TroubleCause.FAULT,
            charger_id=place.charger_id,
            connector_number=place.connector_number,
            began_at=since,
            noticed_at=since,
            ended_at=None if told is None else max(since, told) + grace,
        )


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
    charged, exempt = _steps(begins, parking, rules, site_zone)
    if not charged and parking.troubles:
        return nothing
    busy = rules.busy_from_percent is not None and around.occupancy_percent >= rules.busy_from_percent
    fee = rules.fee_per_step.times(rules.busy_multiplier if busy else 1)
    full = fee.times(charged)
    amount = full.capped(rules.cap)
    return OverstayCharge(charged + exempt, exempt, amount, capped=amount != full, fee_per_step=fee)


def _steps(begins: datetime, parking: Parking, rules: OverstayRules, site_zone: str) -> tuple[int, int]:
    """How many steps from `begins` on are charged, and how many are exempt. Trouble only ever takes steps away."""
    grace_ends = _grace_ends(parking, rules)
    until = parking.departed_at.astimezone(UTC)
    charged = exempt = 0
    outside = timedelta(0)
    for n in range(-((begins - until) // rules.step)):
        start, end = begins + n * rules.step, min(begins + (n + 1) * rules.step, until)
        ours = _outside(max(start, grace_ends), end, parking.troubles)
        if not ours:
            continue
        if _is_exempt(start, rules, site_zone):
            exempt += 1
        else:
            charged, outside = charged + 1, outside + ours
    return min(charged, -(-outside // rules.step)), exempt


def _grace_ends(parking: Parking, rules: OverstayRules) -> datetime:
    """As `OverstayRules.chargeable_from`, with the grace that trouble took away given back."""
    graces = [(parking.slot_end, rules.grace)]
    if rules.idle_grace is not None and parking.charging_finished_at is not None:
        graces.append((parking.charging_finished_at, rules.idle_grace))
    return min(later_by_trouble(at.astimezone(UTC), grace, parking.troubles) for at, grace in graces)


def _outside(start: datetime, end: datetime, troubles: tuple[Trouble, ...]) -> timedelta:
    """How much of it lay outside of trouble."""
    return max(end - start, timedelta(0)) - troubled(start, end, troubles)


def _is_exempt(start: datetime, rules: OverstayRules, site_zone: str) -> bool:
    if rules.exempt_from is None or rules.exempt_until is None:
        return False
    return _within(start.astimezone(ZoneInfo(site_zone)).time(), rules.exempt_from, rules.exempt_until)


def _within(clock: time, start: time, end: time) -> bool:
    if start <= end:
        return start <= clock < end
    return clock >= start or clock < end
