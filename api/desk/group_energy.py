"""A group by energy: one slot for all of it, as short as there is room in, and in which pool each gets theirs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from api.desk.by_energy import Until, energy_wanted
from api.desk.fitting import pools_wanted
from api.desk.orders import Order
from db.queries.place.access import admissions_of
from db.queries.place.pool_facts import pools_at
from db.queries.place.pools import decided, load_pools
from db.queries.place.terms import versions_in_force
from domain.place.energy import EnergyWanted, for_each_of, slot_for
from domain.place.group_offers import Member, room_for, seen_for
from domain.place.pool import neighbourhood
from domain.place.slots import Slot, occupied_window
from domain.terms.drivers import Customer
from domain.terms.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """`ends`: when it would be done, by each pool that could give it; None: its longest slot is too short for it. Empty
    of who wants no energy.
    """

    member: Member
    order: Order
    ends: Mapping[str, datetime | None]
    energy: EnergyWanted | None = None

    def within(self, end: datetime) -> frozenset[str] | None:
        """The pools in which it would be done by then; None: they may have any."""
        if not self.ends:
            return None if self.order.pool_id is None else frozenset({self.order.pool_id})
        return frozenset(pool for pool, done in self.ends.items() if done is not None and done <= end)


async def for_all_of(
    session: AsyncSession, members: Sequence[tuple[Customer, Order]], now: datetime
) -> list[Until] | None:
    """Of each, one beside the other; the end is the same. None: no slot has room for all at this moment.

    Raises UnknownVehicle, UnknownPool, UnknownBay, BayUnfit, NoFit, SlotInvalid, EnergyBeyondSlot.
    """
    first = members[0][1]
    policy = (await versions_in_force(session, first.site_id, now)).terms.policy
    wishes = [await _wish(session, who, order, policy, now) for who, order in members]
    ends = sorted({end for wish in wishes for end in wish.ends.values() if end is not None})
    facts = seen_for(await pools_at(session, [first.site_id]), [wish.member for wish in wishes])
    span = neighbourhood(occupied_window(Slot(first.start, ends[-1]), policy.slots.buffer))
    pools = await load_pools(session, facts, span, {first.site_id: policy}, now)
    for end in ends:
        asked = [wish.member._replace(pools=wish.within(end)) for wish in wishes]
        slot = Slot(first.start, end)
        seats = await decided(session, pools, partial(room_for, members=asked, slot=slot))
        if seats is not None:
            given = zip(wishes, seats, strict=True)
            return [
                Until(end=end, pool_id=_pinned(wish, end, seat.facts.id), energy=wish.energy)
                for wish, seat in given
            ]
    return None


async def _wish(session: AsyncSession, who: Customer, order: Order, policy: Policy, now: datetime) -> _Wish:
    admissions = await admissions_of(session, who.driver_id, [order.site_id], at=now, starts=order.start)
    member = Member(order.connector_type, order.needs, admissions.get(order.site_id))
    if order.energy is None:
        return _Wish(member=member, order=order, ends={})
    wanted = await energy_wanted(session, order.energy, order.vehicle_id, who)
    pools, _ = await pools_wanted(
        session,
        order.site_id,
        pool_id=order.pool_id,
        connector_type=order.connector_type,
        needs=order.needs,
    )
    rules = {pool.id: policy.slots.of(pool.id) for pool in pools}
    reckoned = for_each_of(wanted, pools, rules)
    ends = {
        pool.id: slot_for(found, order.start, rules[pool.id], pool.zone).end
        if (found := reckoned.get(pool.id)) is not None
        else None
        for pool in pools
    }
    return _Wish(member=member, order=order, ends=ends, energy=wanted)


def _pinned(wish: _Wish, end: datetime, given: str) -> str | None:
    """None: in any that they could have it would be done by then."""
    if wish.order.pool_id is not None or not wish.ends or wish.within(end) == frozenset(wish.ends):
        return wish.order.pool_id
    return given
