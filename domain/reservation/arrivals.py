"""Which arrivals a driver who comes late can announce: a few times on the site's clock, of which one is enough.

Grace is extended once (`domain.reservation.grace`), so that only what makes it longer is worth saying: from its present
end on, up to the last arrival that the rules allow. The latest of them always has the bay kept as long as they can.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.place.slots import Slot, next_grid_start
from domain.reservation.grace import ETA_MARGIN
from domain.terms.accepted import Terms

_STEPS = tuple(timedelta(minutes=minutes) for minutes in (5, 10, 15, 20, 30, 60))
_BEFORE_THE_LAST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """`at`: as it is announced; `kept_until`: the end of the grace period then."""

    at: datetime
    kept_until: datetime


def arrivals_to_announce(slot: Slot, arrive_by: datetime, terms: Terms, now: datetime) -> tuple[Arrival, ...]:
    """The earliest first. `arrive_by`: the end of the grace period of a driver who has not had it extended.

    Whichever is announced until then, `eta_extension` takes it. Empty: grace is over, or cannot be made longer.
    """
    latest = min(arrive_by + terms.policy.eta_extension, slot.end)
    if now >= arrive_by or latest <= arrive_by:
        return ()
    last = Arrival(at=max(arrive_by, latest - ETA_MARGIN), kept_until=latest)
    step = next((one for one in _STEPS if one * _BEFORE_THE_LAST >= last.at - arrive_by), _STEPS[-1])
    found: list[Arrival] = []
    at = next_grid_start(arrive_by + timedelta(minutes=1), step, terms.site_zone)
    while len(found) < _BEFORE_THE_LAST and at + step / 2 <= last.at:
        found.append(Arrival(at=at, kept_until=at + ETA_MARGIN))
        at = next_grid_start(at + step, step, terms.site_zone)
    return (*found, last)
