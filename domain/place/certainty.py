"""How likely an offer is kept: that its driver is served where, when and as was promised.

What was seen at the berth (`berth_rates`) decides, and whether more is promised for that time than works now: a slot
far ahead counts on repairs. Of a window any of its candidates may be given: it is told the least of theirs. Whether
somebody comes right before is not asked: bookings made later decide that.
"""

import math
from collections.abc import Iterable
from datetime import timedelta

from domain.place.berth_rates import UNSEEN, Rates
from domain.place.choosing import booking_wish
from domain.place.pool import Pool
from domain.place.slots import Slot
from domain.place.wishes import Candidates, Wish
from domain.terms.certainty import Certainty

REPAIR = timedelta(days=1)
"""A guess: what is broken now still is after so long in one of e (2.7) cases, after twice as long in one of e²."""
_DIGITS = 4


def certainty(rates: Rates, overbooked: float = 0.0) -> Certainty:
    """At a berth. Raises ValueError where `overbooked` is no probability."""
    if not 0.0 <= overbooked <= 1.0:
        raise ValueError("a probability is from 0 to 1")
    return Certainty(
        kept=round((1.0 - overbooked) * (1.0 - rates.bad), _DIGITS),
        level=rates.level,
        fault=round(rates.fault, _DIGITS),
        overrun=round(rates.overrun, _DIGITS),
        taken=round(rates.taken, _DIGITS),
        withdrawn=round(rates.withdrawn, _DIGITS),
        overbooked=round(overbooked, _DIGITS),
    )


def overbooked(promised: int, working: int, ahead: timedelta) -> float:
    """That one of `promised` is left without a bay, of which `working` work now, `ahead` of the start."""
    short = promised - max(0, working)
    if short <= 0:
        return 0.0
    return short / promised * math.exp(-max(ahead, timedelta(0)) / REPAIR)


def worst(rates: Iterable[Rates]) -> Rates:
    return max(rates, key=lambda one: one.bad, default=UNSEEN)


class Promises:
    """Of one pool, for many wishes: those that share their candidates share what was seen of them."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._rates = {c.id: c.rates for c in pool.connectors}
        self._working = len({c.berth_id for c in pool.working})
        self._told: dict[int, tuple[Candidates, Certainty]] = {}

    def of(self, wish: Wish, connector_id: int) -> Certainty:
        """Once the wish is granted on that connector."""
        return certainty(self._rates[connector_id], self._overbooked(wish, self._pool.room(wish)))

    def least(self, wish: Wish, room: int | None) -> Certainty:
        """Of all that may be given. `room`: as the pool says."""
        asked = wish.candidates
        if id(asked) not in self._told:
            told = certainty(worst(self._rates[c] for c in asked.ids))
            self._told[id(asked)] = (asked, told)
        short = self._overbooked(wish, room)
        return (
            certainty(worst(self._rates[c] for c in asked.ids), short) if short else self._told[id(asked)][1]
        )

    def _overbooked(self, wish: Wish, room: int | None) -> float:
        limit = wish.candidates.limit
        if limit is None or room is None:
            return 0.0
        return overbooked(limit - room + 1, self._working, wish.window.start - self._pool.now)


def certainty_of(pool: Pool, slot: Slot, code: str, connector_id: int) -> Certainty:
    """Of a slot that the reservation is given on that connector, before its hold is there."""
    return Promises(pool).of(booking_wish(pool, slot, code), connector_id)


def least_of(pool: Pool, slot: Slot) -> Certainty:
    """Of a slot that is offered in the pool."""
    wish = booking_wish(pool, slot)
    return Promises(pool).least(wish, pool.room(wish))
