"""Days that a charger has lived before it was connected: its clock is set to each moment, and what it would have said
then waits in its queue, as in any charger's that was offline.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from simulator.charge_point.options import new_transaction_id
from simulator.charge_point.state import Verdict
from simulator.charge_point.times import SetTime
from simulator.charge_point.virtual import VirtualChargePoint

_READING = timedelta(minutes=5)
_FULL = 0.6
"""Of a visit: from then on a car takes less and less, as cars do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastVisit:
    """A car at `connector` with a card that the charger knows. `power_w`: at its best. `start`: aware UTC."""

    connector: int
    card: str
    start: datetime
    lasts: timedelta
    power_w: int


def named_by_past(identity: str, time: SetTime) -> Callable[[], str]:
    """How a charger names its transactions that is to tell the same past again: by itself and their beginning; of now
    as any charger.
    """

    def name() -> str:
        if time.at is None:
            return new_transaction_id()
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{identity} {time.at.isoformat()}"))

    return name


async def live_through(charger: VirtualChargePoint, time: SetTime, visits: Iterable[PastVisit]) -> None:
    """One after the other, none overlapping another one at its connector. `charger`: of 2.0.1 or newer, which say what
    they queued, never connected so far, with `time` as its clock; it is as on the wall again afterwards.
    """
    try:
        for visit in sorted(visits, key=lambda one: one.start):
            await _live(charger, time, visit)
    finally:
        time.at = None


async def _live(charger: VirtualChargePoint, time: SetTime, visit: PastVisit) -> None:
    charger.local_list.cached[visit.card.casefold()] = Verdict("Accepted")
    time.at = visit.start
    await charger.plug_in(visit.connector)
    await charger.swipe(visit.connector, visit.card)
    readings = visit.lasts // _READING
    for number in range(1, readings + 1):
        time.at = visit.start + number * _READING
        part = number / readings
        power_w = visit.power_w * min(1.0, max(0.1, (1 - part) / (1 - _FULL)))
        await charger.charge(visit.connector, round(power_w * (_READING / timedelta(hours=1))))
    time.at = visit.start + visit.lasts
    await charger.unplug(visit.connector)
