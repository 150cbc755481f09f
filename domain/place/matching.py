"""How many bookings of one window there can be at most, where bays differ, whoever moves.

At each instant those who are there, and the newcomers, each need a berth where they fit: a matching. What is fixed at
some time of a hold is no berth for it.
"""

from collections.abc import Mapping

from domain.place.rows import Rows, bits
from domain.place.slots import Slot


def most_beside(rows: Rows, window: Slot, least: int, most: int) -> int:
    """So many more at most, within `most`, get a wanted berth for the window, whoever moves; `least` do in any case."""
    wanted = rows.wanted & ~rows.barred(rows.around(window).there)
    for crowd in sorted(rows.crowds(window), key=int.bit_count, reverse=True):
        if most <= least:
            break
        most = _matched(rows, crowd, wanted, most)
    return most


def _matched(rows: Rows, crowd: int, wanted: int, most: int) -> int:
    """So many more, at most `most`, find a wanted berth beside those who are there at one instant."""
    free = rows.all & ~rows.berths_of(crowd)
    found = (free & wanted).bit_count()
    if found >= most:
        return most
    there = {number: one for one in bits(crowd) if (number := rows.home[one]) >= 0}
    given, free = free & wanted, free & ~wanted
    while found < most and free:
        path = _path(rows, there, free, wanted & ~given, given)
        if path is None:
            break
        *others, last = path
        for number in reversed(others):
            there[last] = there.pop(number)
            last = number
        given |= 1 << last
        free &= ~(1 << path[-1])
        found += 1
    return min(found, most)


def _path(rows: Rows, there: Mapping[int, int], free: int, wanted: int, given: int) -> list[int] | None:
    """From a wanted berth to a free one, each holder going on to the next."""
    seen = given | wanted
    came: dict[int, int] = {}
    queue = [*bits(wanted)]
    for number in queue:
        for to in bits(rows.may_be_on(there[number]) & ~seen) if number in there else ():
            came[to] = number
            if free >> to & 1:
                path = [to]
                while path[-1] in came:
                    path.append(came[path[-1]])
                return path[::-1]
            seen |= 1 << to
            queue.append(to)
    return None
