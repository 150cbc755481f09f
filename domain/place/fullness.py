"""How much of what can be booked is promised during a slot: what prices by demand go by."""

from collections.abc import Iterable

from domain.place.choosing import booking_wish
from domain.place.pool import Pool
from domain.place.slots import Slot

_ALL = 100


def promised_percent(pools: Iterable[Pool], slot: Slot) -> int:
    """Of the places that bookings may have in these pools, at the fullest instant of the slot; 0 to 100, rounded down.

    Where nothing can be booked all is promised.
    """
    places = promised = 0
    for pool in {pool.facts.id: pool for pool in pools}.values():
        wish = booking_wish(pool, slot)
        limit, room = wish.candidates.limit or 0, pool.room(wish) or 0
        places += max(0, limit)
        promised += max(0, limit) - max(0, min(room, limit))
    return promised * _ALL // places if places else _ALL
