"""What a group asks for, and the record that it did: made before anything is held, found again by the same key."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.desk.idempotency import fingerprint, remember, step_key
from api.desk.orders import Customer, Order, customer_of
from api.desk.principal import Principal
from api.desk.vehicles import needs_with
from db.queries.money.billing import note_billing
from db.tables import ReservationGroup, Site
from domain.errors import UnknownSite
from domain.facts.refusals import NoSuchSite
from domain.place.fit import NO_NEEDS, Needs
from domain.reservation.code import reservation_code
from domain.reservation.groups import GroupMode, GroupState


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
    """`members`: one a bay, two or more. The rest is of each of them, as in `Order`. `quotes`: of each member in their
    order, None: it has none; empty: nobody has. `bays`: that each of them names, likewise.
    """

    site_id: str
    start: datetime
    end: datetime
    members: tuple[Member, ...]
    mode: GroupMode = GroupMode.TOGETHER
    payment_method: str | None = None
    cost_center: str = ""
    reference: str = ""
    quotes: tuple[str | None, ...] = ()
    bays: tuple[str, ...] = ()


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
    session: AsyncSession, principal: Principal, key: str, order: GroupOrder
) -> WantedGroup:
    if await session.get(Site, order.site_id) is None:
        raise UnknownSite(NoSuchSite(site_id=order.site_id))
    members = []
    for number, member in enumerate(order.members):
        customer = await customer_of(session, principal, member.driver_id)
        needs = await needs_with(
            session,
            member.vehicle_id,
            member.needs,
            driver_id=customer.driver_id,
            fleet_id=customer.fleet_id,
        )
        own = Order(
            site_id=order.site_id,
            start=order.start,
            end=order.end,
            pool_id=member.pool_id,
            connector_type=member.connector_type,
            payment_method=order.payment_method,
            driver_id=customer.driver_id,
            cost_center=order.cost_center,
            reference=order.reference,
            needs=needs.at(order.bays[number]) if order.bays else needs,
            quote=order.quotes[number] if order.quotes else None,
        )
        code = reservation_code(customer.account, step_key("group", str(number), key))
        members.append(Wanted(code=code, customer=customer, order=own))
    account = members[0].customer.account
    digest = hashlib.sha256(step_key("group", account, key).encode()).hexdigest()
    return WantedGroup(id=f"g-{digest[:20]}", account=account, members=tuple(members))


async def asked_again(session: AsyncSession, group_id: str, now: datetime) -> GroupState:
    """Its state. Nobody else finishes it for a while."""
    row = await session.get_one(ReservationGroup, group_id, with_for_update=True)
    row.asked_at = now
    return GroupState(row.state)


async def note_group(
    session: AsyncSession, key: str, order: GroupOrder, wanted: WantedGroup, now: datetime
) -> bool:
    """On record before anything is held; True when it was known already. Raises KeyReused."""
    drivers, account = [one.customer.driver_id for one in wanted.members], wanted.account
    digest = fingerprint(order, *drivers)
    record = step_key("group", "", key)
    if await remember(session, account=account, key=record, digest=digest, code=wanted.id, now=now):
        return True
    row = insert(ReservationGroup).values(
        id=wanted.id,
        account=account,
        site_id=order.site_id,
        slot_start=order.start,
        slot_end=order.end,
        mode=order.mode.value,
        codes=wanted.codes,
        drivers=drivers,
        asked_at=now,
        state=GroupState.OPEN,
    )
    await session.execute(row)
    for number, one in enumerate(wanted.members):
        own = step_key("group", str(number), key)
        await remember(session, account=one.customer.account, key=own, digest=digest, code=one.code, now=now)
        if order.cost_center or order.reference:
            await note_billing(session, one.code, order.cost_center, order.reference, now)
    return False
