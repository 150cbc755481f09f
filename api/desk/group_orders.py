"""What a group asks for, and the record that it did: made before anything is held, found again by the same key."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.desk.budgets import note_named
from api.desk.by_energy import Until, note, noted, reckoned, with_takes
from api.desk.group_energy import for_all_of
from api.desk.guests import name_guest
from api.desk.idempotency import fingerprint, remember, step_key
from api.desk.orders import Order, customer_of
from api.desk.principal import Principal
from api.desk.vehicles import needs_with
from db.tables import ReservationGroup, Site
from domain.errors import UnknownSite
from domain.facts.refusals import NoSuchSite
from domain.place.energy import EnergyAsked
from domain.place.fit import NO_NEEDS, Needs
from domain.reservation.code import reservation_code
from domain.reservation.groups import GroupMode, GroupState
from domain.reservation.guest import Guest
from domain.terms.drivers import Customer


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One bay. `driver_id` None: the caller."""

    driver_id: str | None = None
    pool_id: str | None = None
    connector_type: str | None = None
    needs: Needs = NO_NEEDS
    vehicle_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupOrder:
    """`members`: one a bay, two or more. The rest is of each of them, as in `Order`.

    Either `end` or an energy is named. They share one slot, which is as long as the longest that one of them needs.
    `quotes`, `bays`, `energies`, `guests`: of each member in their order, None (of a bay, empty): it has none; empty:
    nobody has.
    """

    site_id: str
    start: datetime
    end: datetime | None = None
    members: tuple[Member, ...]
    mode: GroupMode = GroupMode.TOGETHER
    payment_method: str | None = None
    cost_center: str = ""
    reference: str = ""
    quotes: tuple[str | None, ...] = ()
    bays: tuple[str, ...] = ()
    energies: tuple[EnergyAsked | None, ...] = ()
    guests: tuple[Guest | None, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    code: str
    customer: Customer
    order: Order


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedGroup:
    """`account`: of its first member; whoever acts for that one may read and cancel it."""

    id: str
    account: str
    members: tuple[Wanted, ...]

    @property
    def codes(self) -> list[str]:
        return [one.code for one in self.members]


async def group_wanted(
    session: AsyncSession, principal: Principal, key: str, order: GroupOrder, now: datetime
) -> tuple[WantedGroup, bool]:
    """On record before anything is held; True when it was known already. Raises KeyReused, and as a booking does."""
    if await session.get(Site, order.site_id) is None:
        raise UnknownSite(NoSuchSite(site_id=order.site_id))
    record = step_key("group", "", key)
    customers = [
        await customer_of(session, principal, member.driver_id, record=record) for member in order.members
    ]
    account = customers[0].account
    digest = hashlib.sha256(step_key("group", account, key).encode()).hexdigest()
    group_id = f"g-{digest[:20]}"
    asked = fingerprint(order, *(one.driver_id for one in customers))
    replayed = await remember(session, account=account, key=record, digest=asked, code=group_id, now=now)
    members = [
        await _member(session, key, order, number, customer, again=replayed)
        for number, customer in enumerate(customers)
    ]
    wanted = WantedGroup(id=group_id, account=account, members=tuple(members))
    if not replayed:
        await _note_members(session, key, wanted, asked, now)
    if order.end is None:
        wanted = await _with_end(session, key, wanted, replayed=replayed, now=now)
    if not replayed:
        await _note(session, order, wanted, now)
    return wanted, replayed


async def _member(
    session: AsyncSession, key: str, order: GroupOrder, number: int, customer: Customer, *, again: bool
) -> Wanted:
    member = order.members[number]
    needs = await needs_with(session, customer, member.vehicle_id, member.needs, again=again)
    own = Order(
        site_id=order.site_id,
        start=order.start,
        end=order.end,
        energy=order.energies[number] if order.energies else None,
        pool_id=member.pool_id,
        connector_type=member.connector_type,
        payment_method=order.payment_method,
        driver_id=customer.driver_id,
        cost_center=order.cost_center,
        reference=order.reference,
        needs=needs.at(order.bays[number]) if order.bays else needs,
        quote=order.quotes[number] if order.quotes else None,
        guest=order.guests[number] if order.guests else None,
        vehicle_id=member.vehicle_id,
    )
    code = reservation_code(customer.account, step_key("group", str(number), key))
    return Wanted(code=code, customer=customer, order=own)


async def _with_end(
    session: AsyncSession, key: str, wanted: WantedGroup, *, replayed: bool, now: datetime
) -> WantedGroup:
    """All until one end, and each in a pool in which theirs is done by then.

    Settled once, beside the key of each. Raises as `with_end` of `api.desk.by_energy`.
    """
    by_energy = [number for number, one in enumerate(wanted.members) if one.order.energy is not None]
    found: dict[int, Until] = {}
    if replayed:
        for number in by_energy:
            account, own = wanted.members[number].customer.account, step_key("group", str(number), key)
            known = await noted(session, account, own)
            found |= {number: known} if known is not None else {}
    if found.keys() != set(by_energy):
        found = await _reckoned(session, wanted, by_energy, now)
    end = max(until.end for until in found.values())
    for number, until in found.items():
        own = step_key("group", str(number), key)
        await note(session, wanted.members[number].customer.account, own, replace(until, end=end))
    orders = [replace(one.order, end=end) for one in wanted.members]
    for number, until in found.items():
        orders[number] = replace(orders[number], pool_id=until.pool_id, takes=until.energy)
    members = [
        replace(one, order=await with_takes(session, one.customer, order))
        for one, order in zip(wanted.members, orders, strict=True)
    ]
    return replace(wanted, members=tuple(members))


async def _reckoned(
    session: AsyncSession, wanted: WantedGroup, by_energy: list[int], now: datetime
) -> dict[int, Until]:
    """Beside each other; each as it was quoted, or as if alone where a slot is quoted or there is no room for all."""
    pairs = [(one.customer, one.order) for one in wanted.members]
    if all(order.quote is None for _, order in pairs):
        shared = await for_all_of(session, pairs, now)
        if shared is not None:
            return {number: shared[number] for number in by_energy}
    found: dict[int, Until] = {}
    for number in by_energy:
        customer, order = pairs[number]
        if order.energy is not None:
            found[number] = await reckoned(session, customer, order, order.energy, now)
    return found


async def asked_again(session: AsyncSession, group_id: str, now: datetime) -> GroupState:
    """Its state. Nobody else finishes it for a while."""
    row = await session.get_one(ReservationGroup, group_id, with_for_update=True)
    row.asked_at = now
    return GroupState(row.state)


async def _note_members(
    session: AsyncSession, key: str, wanted: WantedGroup, digest: str, now: datetime
) -> None:
    for number, one in enumerate(wanted.members):
        own = step_key("group", str(number), key)
        await remember(session, account=one.customer.account, key=own, digest=digest, code=one.code, now=now)


async def _note(session: AsyncSession, order: GroupOrder, wanted: WantedGroup, now: datetime) -> None:
    slot = wanted.members[0].order.slot
    row = insert(ReservationGroup).values(
        id=wanted.id,
        account=wanted.account,
        site_id=order.site_id,
        slot_start=slot.start,
        slot_end=slot.end,
        mode=order.mode.value,
        codes=wanted.codes,
        drivers=[one.customer.driver_id for one in wanted.members],
        asked_at=now,
        state=GroupState.OPEN,
    )
    await session.execute(row)
    named = order.cost_center, order.reference
    for one in wanted.members:
        await note_named(session, one.customer.fleet_id, [one.code], named, now)
        if one.order.guest is not None:
            await name_guest(session, [one.code], one.customer.driver_id, one.order.guest)
