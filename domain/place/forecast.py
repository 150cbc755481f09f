"""When somebody who is on a berth will leave it, as far as that can be said; and what follows from it for bookings.

A session of a reservation ends with its slot. One that has gone beyond that is expected to last as long again as it
has been late, up to LONGEST_OVERRUN and in steps of OVERRUN_STEP: who is a minute late leaves sooner than who is late
by half an hour.

Of anybody else nobody knows. What is usual is: of the last sessions at that connector, the middle one of those that
lasted longer than this one has. As long as that is not over it is more likely than not that they are still there; after
it, or with fewer than FEWEST known, nothing is said. It is never expected for longer ahead than LONGEST_USUAL: one
session that did not end would else close a bay for days whenever somebody stays long.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

FEWEST = 5
"""Sessions that have to be known before anything is called usual."""
LONGEST_USUAL = timedelta(hours=2)
"""From now on."""
LONGEST_OVERRUN = timedelta(minutes=30)
OVERRUN_STEP = timedelta(minutes=5)


class ForecastSource(StrEnum):
    SLOT = "slot"
    """Its reservation's slot ends then."""
    OVERRUN = "overrun"
    """Its slot is over: as long again as it has been late."""
    USUAL = "usual"
    """What is usual at that connector."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningSession:
    """`code`: of its reservation, `""` for a walk-in's. `slot_end`: of what that holds; None: nothing any more.

    `lasted`: the last sessions of others than reservations at its connector.
    """

    code: str
    started_at: datetime
    slot_end: datetime | None = None
    lasted: Sequence[timedelta] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """`until`: in the future of when it was made."""

    until: datetime
    source: ForecastSource

    @property
    def takes_time(self) -> bool:
        """Is it time that nothing else takes yet? What a slot covers, its hold does."""
        return self.source is not ForecastSource.SLOT


def forecast(sessions: Iterable[RunningSession], now: datetime) -> Forecast | None:
    """Of whoever is there the longest; None: nobody is, or nobody knows."""
    found = (one for session in sessions if (one := _of(session, now)) is not None)
    return max(found, key=lambda one: one.until, default=None)


def _of(session: RunningSession, now: datetime) -> Forecast | None:
    if session.slot_end is not None:
        if session.slot_end > now:
            return Forecast(until=session.slot_end, source=ForecastSource.SLOT)
        late = ((now - session.slot_end) // OVERRUN_STEP + 1) * OVERRUN_STEP
        return Forecast(
            until=session.slot_end + late + min(late, LONGEST_OVERRUN), source=ForecastSource.OVERRUN
        )
    gone = now - session.started_at
    longer = sorted(one for one in session.lasted if one > gone)
    if len(session.lasted) < FEWEST or not longer:
        return None
    usual = session.started_at + longer[(len(longer) - 1) // 2]
    return Forecast(until=min(usual, now + LONGEST_USUAL), source=ForecastSource.USUAL)
