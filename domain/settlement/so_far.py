"""What charging has come to while it goes on: energy, power and cost, by the rules that will bill it.

Pure. Of what comes after it (staying longer, cancelling, what we owe) nothing is told here.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate

from domain.charging.readings import Basis, Reading
from domain.charging.trouble import Trouble
from domain.money.bill import Bill
from domain.place.slots import Slot
from domain.reservation.lifecycle import State
from domain.reservation.progress import Progress
from domain.settlement.fees import reservation_fee
from domain.settlement.metering import ChargingLeg, MeteredTransaction, charging_legs
from domain.settlement.session_lines import charging_lines
from domain.settlement.totals import summed
from domain.terms.accepted import Terms

_TELLS_POWER_FOR = timedelta(minutes=20)
"""Chargers send a reading at least each quarter of an hour; an older one tells nothing of now."""
_REGISTERS = (Basis.STOP, Basis.LAST_READING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Energy of all that was charged by then, in Wh."""

    at: datetime
    energy_wh: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SoFar:
    """`power_w`: between the last two readings of what runs; None: nothing runs, or nobody knows. `points`: the first
    first, never falling, no two at one time.
    """

    bill: Bill
    points: tuple[Point, ...]
    power_w: int | None


def so_far(
    terms: Terms,
    slot: Slot,
    transactions: Sequence[MeteredTransaction],
    troubles: Collection[Trouble],
    now: datetime,
) -> SoFar | None:
    """None: nothing has begun."""
    legs = charging_legs(transactions, terms.policy.meter_slack_wh)
    if not legs:
        return None
    own = [one for one in transactions if one.authorised]
    runs = own[-1].ended_at is None
    return SoFar(
        bill=_bill(terms, slot, legs, troubles),
        points=points_of(legs, own),
        power_w=_power(legs[-1], own[-1], now) if runs else None,
    )


def _bill(terms: Terms, slot: Slot, legs: tuple[ChargingLeg, ...], troubles: Collection[Trouble]) -> Bill:
    session = charging_lines(legs, terms.tariff, troubles)
    served = Progress(
        slot=slot, state=State.SETTLING, arrived_at=slot.start, transaction_started_at=legs[0].started_at
    )
    lines = [reservation_fee(served, terms, charged=bool(session)), *session]
    due = [line for line in lines if not line.amount.is_zero]
    return summed(due, terms, energy_wh=sum(leg.energy_wh for leg in legs))


def points_of(legs: Sequence[ChargingLeg], transactions: Sequence[MeteredTransaction]) -> tuple[Point, ...]:
    """How the energy of the legs came: the first first, never falling, no two at one time, also where legs overlap.
    `transactions`: that they were made of.
    """
    more: Counter[datetime] = Counter()
    for leg, transaction in zip(legs, transactions, strict=True):
        for at, energy_wh in _increments(leg, transaction):
            more[at] += energy_wh
    times = sorted(more)
    return tuple(
        Point(at=at, energy_wh=energy_wh)
        for at, energy_wh in zip(times, accumulate(more[at] for at in times), strict=True)
    )


def _increments(leg: ChargingLeg, transaction: MeteredTransaction) -> Iterator[tuple[datetime, int]]:
    """When, and how much more there was then, none less than nothing: together what the leg has."""
    yield leg.started_at, 0
    reached = 0
    for reading, energy_wh in _risen(leg, transaction):
        more = max(0, min(energy_wh, leg.energy_wh) - reached)
        reached += more
        yield reading.at, more
    yield max(leg.started_at, _last_at(leg)), leg.energy_wh - reached


def _risen(leg: ChargingLeg, transaction: MeteredTransaction) -> Iterator[tuple[Reading, int]]:
    """Since the beginning, where the leg is one piece of the register: else only its end is told."""
    found = leg.metered
    if found is None or found.begin is None or found.end is None or len(found.parts) != 1:
        return
    if found.basis not in _REGISTERS or found.rescaled:
        return
    wrong = {one.reading for one in found.discarded}
    for one in sorted(transaction.known_readings, key=lambda reading: reading.at):
        counts = one.claims and not one.is_interval and one not in wrong
        if counts and found.begin.at < one.at <= found.end.at:
            yield one, one.wh - found.begin.wh


def _last_at(leg: ChargingLeg) -> datetime:
    end = None if leg.metered is None else leg.metered.end
    return leg.ended_at if end is None else end.at


def _power(leg: ChargingLeg, transaction: MeteredTransaction, now: datetime) -> int | None:
    """Its own, and no more than the connector has: two readings may have been told at almost one time."""
    here = [one for one in points_of([leg], [transaction]) if one.at >= transaction.started_at]
    last = here[-1]
    if len(here) == 1 or now - last.at > _TELLS_POWER_FOR:
        return None
    before = here[-2]
    hours = (last.at - before.at) / timedelta(hours=1)
    return min(transaction.power_w, round((last.energy_wh - before.energy_wh) / hours))
