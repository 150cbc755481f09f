"""When a refused group would find a bay for each of its members: another pool, another time, another site."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import prod
from typing import NamedTuple

from domain.errors import DomainError
from domain.place.admission import Admission
from domain.place.alternatives import MOST, starts_around
from domain.place.choice import Choice
from domain.place.choosing import booking_wish
from domain.place.energy import EnergyWanted, gives
from domain.place.fit import NO_NEEDS, Needs
from domain.place.holds import OpenHold, times_of
from domain.place.lengths import taking
from domain.place.pool import Pool
from domain.place.pool_facts import PoolFacts
from domain.place.slots import Slot, check_slot, takes
from domain.terms.certainty import Certainty

_DIGITS = 4


class Member(NamedTuple):
    """`plug`: the type that they want; None: any, or what they `needs`. `admission`: None: everybody is let in.
    `pools`: the only ones that would do; None: all. `energy`: what they are to have by the end of the slot; None: they
    do not say.
    """

    plug: str | None
    needs: Needs = NO_NEEDS
    admission: Admission | None = None
    pools: frozenset[str] | None = None
    energy: EnergyWanted | None = None

    def may_have(self, pool: PoolFacts, length: timedelta) -> bool:
        """For so long."""
        if self.pools is not None and pool.id not in self.pools:
            return False
        if not gives(pool, self.energy, length):
            return False
        if self.plug is None and self.needs.plugs:
            return pool.connector_type in self.needs.plugs
        return self.plug in (None, pool.connector_type)

    def sees(self, pool: Pool) -> Pool:
        return replace(pool, needs=self.needs, admission=self.admission)


Members = Sequence[Member]
Seats = Sequence[Pool]
"""The pool that gives each member their bay, as they see it when it does."""


def room_for(pools: Sequence[Pool], members: Members, slot: Slot) -> Seats | None:
    """Where all of them would get one at this moment, one after the other as their booking places them; None: not all.

    `pools`: of one site, each as it is seen by who wants one of its plugs. May raise HoldsMissing.
    """
    if not pools:
        return None
    try:
        fitting = taking(pools, slot)
        check_slot(slot, fitting[0].policy.slots, fitting[0].now, fitting[0].facts.zone)
    except DomainError:
        return None
    now, seats = list(pools), list[Pool]()
    for member in members:
        given = _given(now, member, slot)
        if given is None:
            return None
        number, choice = given
        seats.append(member.sees(now[number]))
        now = _after(now, member, number, choice, slot, hold_id=-len(seats))
    return seats


def seen_for(facts: Iterable[PoolFacts], members: Members) -> list[PoolFacts]:
    """As each plug that is wanted sees them; who takes any sees them as they are."""
    known = list(facts)
    seen = [
        pool.wanted_for(plug)
        for member in members
        for plug in ((member.plug,) if member.plug or not member.needs.plugs else member.needs.plugs)
        for pool in known
        if pool.has(plug)
    ]
    return list(dict.fromkeys(seen))


def times_for_group(
    pools: Sequence[Pool], members: Members, slot: Slot, *, busy: Collection[Slot] = (), most: int = MOST
) -> list[tuple[datetime, Seats]]:
    """When all of `members` would get one, nearest first; none that overlaps `busy`. May raise HoldsMissing.

    Whether each of them may book then is not asked.
    """
    found: list[tuple[datetime, Seats]] = []
    if not pools:
        return found
    for start in [slot.start, *starts_around(pools[0], slot)]:
        other = slot.moved_to(start)
        if any(other.overlaps(one) for one in busy):
            continue
        seats = room_for(pools, members, other)
        if seats is not None:
            found.append((start, seats))
        if len(found) == most:
            break
    return found


def all_kept(members: Iterable[Certainty]) -> float:
    """That each of a group is, 0 to 1: the product of theirs, which holds where their bays fail one by one.

    What makes several fail at once, as a site without power, makes it likelier than that: it is never told too high.
    At most it is the least of theirs.
    """
    return round(prod(one.kept for one in members), _DIGITS)


def _given(pools: Sequence[Pool], member: Member, slot: Slot) -> tuple[int, Choice] | None:
    wanted = [
        n
        for n, pool in enumerate(pools)
        if member.may_have(pool.facts, slot.length) and takes(pool.policy.slots, slot, pool.facts.zone)
    ]
    for number in sorted(wanted, key=lambda n: pools[n].facts.by_power):
        seen = member.sees(pools[number])
        choice = seen.choose(booking_wish(seen, slot))
        if isinstance(choice, Choice):
            return number, choice
    return None


def _after(
    pools: Sequence[Pool], member: Member, number: int, choice: Choice, slot: Slot, *, hold_id: int
) -> list[Pool]:
    """All others see a bay that is given as taken, by whichever of its plugs."""
    times = times_of(slot, pools[number].policy)
    taken = member.sees(pools[number]).after(choice, times, hold_id)
    given = next(hold for hold in taken.holds if hold.id == hold_id)
    moved = {hold.id: hold for hold in taken.holds if hold.id in choice.moves}
    return [
        taken if n == number else _beside(pool, moved, replace(given, locked=True))
        for n, pool in enumerate(pools)
    ]


def _beside(pool: Pool, moved: dict[int, OpenHold], given: OpenHold) -> Pool:
    holds = tuple(
        replace(hold, connector_id=moved[hold.id].connector_id, berth_id=moved[hold.id].berth_id)
        if hold.id in moved
        else hold
        for hold in pool.holds
    )
    if given.berth_id in {c.berth_id for c in pool.connectors}:
        holds = (*holds, given)
    return replace(pool, holds=holds)
