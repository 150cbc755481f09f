"""When a refused group would find a bay for each of its members: another pool, another time, another site."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from domain.errors import DomainError
from domain.place.alternatives import MOST, starts_around
from domain.place.choice import Choice
from domain.place.choosing import booking_wish
from domain.place.fit import NO_NEEDS, Needs
from domain.place.holds import OpenHold, times_of
from domain.place.lengths import taking
from domain.place.pool import Pool
from domain.place.pool_facts import PoolFacts
from domain.place.slots import Slot, check_slot, takes


class Member(NamedTuple):
    """`plug`: the type that they want; None: any, or what they `needs`."""

    plug: str | None
    needs: Needs = NO_NEEDS

    def may_have(self, pool: PoolFacts) -> bool:
        if self.plug is None and self.needs.plugs:
            return pool.connector_type in self.needs.plugs
        return self.plug in (None, pool.connector_type)


Members = Sequence[Member]


def seated(pools: Sequence[Pool], members: Members, slot: Slot) -> int:
    """How many of `members` get a bay in `pools`, one after the other as their booking places them.

    `pools`: each as it is seen by who wants one of its plugs. May raise HoldsMissing.
    """
    now, found = list(pools), 0
    for member in members:
        given = _given(now, member, slot)
        if given is not None:
            found += 1
            now = _after(now, member, *given, slot, hold_id=-found)
    return found


def has_room(pools: Sequence[Pool], members: Members, slot: Slot) -> bool:
    """Would all of them get one at this moment? `pools`: of one site. May raise HoldsMissing."""
    if not pools:
        return False
    try:
        fitting = taking(pools, slot)
        check_slot(slot, fitting[0].policy.slots, fitting[0].now, fitting[0].facts.zone)
    except DomainError:
        return False
    return seated(pools, members, slot) == len(members)


def times_for_group(
    pools: Sequence[Pool], members: Members, slot: Slot, *, busy: Collection[Slot] = (), most: int = MOST
) -> list[datetime]:
    """When all of `members` would get one, nearest first; none that overlaps `busy`. May raise HoldsMissing.

    Whether each of them may book then is not asked.
    """
    found: list[datetime] = []
    if not pools:
        return found
    for start in [slot.start, *starts_around(pools[0], slot)]:
        other = slot.moved_to(start)
        if not any(other.overlaps(one) for one in busy) and has_room(pools, members, other):
            found.append(start)
        if len(found) == most:
            break
    return found


def _given(pools: Sequence[Pool], member: Member, slot: Slot) -> tuple[int, Choice] | None:
    wanted = [
        n
        for n, pool in enumerate(pools)
        if member.may_have(pool.facts) and takes(pool.policy.slots, slot, pool.facts.zone)
    ]
    for number in sorted(wanted, key=lambda n: pools[n].facts.by_power):
        seen = replace(pools[number], needs=member.needs)
        choice = seen.choose(booking_wish(seen, slot))
        if isinstance(choice, Choice):
            return number, choice
    return None


def _after(
    pools: Sequence[Pool], member: Member, number: int, choice: Choice, slot: Slot, *, hold_id: int
) -> list[Pool]:
    """All others see a bay that is given as taken, by whichever of its plugs."""
    times = times_of(slot, pools[number].policy)
    taken = replace(pools[number], needs=member.needs).after(choice, times, hold_id)
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
