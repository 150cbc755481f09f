"""How much of what could be booked of a slot is gone: what prices by demand go by."""

from collections.abc import Iterable

from domain.place.choosing import booking_wish
from domain.place.pool import Pool
from domain.place.slots import Slot

_ALL = 100


def promised_percent(pools: Iterable[Pool], slot: Slot) -> int:
    """Of the places that bookings of the whole slot may have in these pools, how many are gone; 0 to 100, rounded down.

    One that is taken for a part of the slot is gone for it. Where nothing can be booked all are.
    """
    places = left = 0
    for pool in {pool.facts.id: pool for pool in pools}.values():
        wish = booking_wish(pool, slot)
        limit, room = wish.candidates.limit or 0, pool.unpromised(wish) or 0
        places += max(0, limit)
        left += max(0, min(room, limit))
    return gone_percent(places, left)


def gone_percent(places: int, left: int) -> int:
    """`left`: of the `places`."""
    return (places - left) * _ALL // places if places else _ALL
