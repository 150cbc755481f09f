"""Groups: several bays for one slot, placed together or as many as there are; each is a reservation of its own.

The holds come first, all in one transaction; then each reservation is started and finds its own. Whatever ends in
between is mended by the same key, or by the reconciler, which gives back a hold that no workflow has.
"""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from activities.holds.grouping import GroupAsk, group_alternatives, place_group
from activities.holds.transaction import repeated
from api.desk.access import Found, published
from api.desk.booking import Booking, Customer, Order, booking_request, customer_of
from api.desk.idempotency import fingerprint, remember, step_key
from api.desk.principal import Principal
from api.desk.steering import Steering
from contracts.holds import GroupAlternative, PlaceHold
from contracts.publication import ReservationView
from contracts.reservation import BookDecision, BookOutcome
from db.engine import Sessions
from db.queries.money.billing import note_billing
from db.tables import ReservationGroup, Site
from domain.errors import DomainError, SlotUnavailable, UnknownGroup, UnknownSite
from domain.facts.refusals import NoSuchSite
from domain.facts.refused_bookings import NoSuchGroup
from domain.place.slots import Slot
from domain.reservation.actions.messages import Cancel
from domain.reservation.actions.table import BY_NAME
from domain.reservation.code import reservation_code
from domain.reservation.lifecycle import FINAL, State
from workflows.client.failures import CallFailed, Refused


class GroupMode(StrEnum):
    TOGETHER = "together"
    """All of its bays, or none."""
    AS_MANY_AS_POSSIBLE = "as_many_as_possible"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One bay. `driver_id` None: the caller."""

    driver_id: str | None = None
    pool_id: str | None = None
    connector_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupOrder:
    """`members`: one a bay, two or more. The rest is of each of them, as in `Order`."""

    site_id: str
    start: datetime
    end: datetime
    members: tuple[Member, ...]
    mode: GroupMode = GroupMode.TOGETHER
    payment_method: str | None = None
    cost_center: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMember:
    """`refused`: code of what refused it a bay, or what was asked of it now. `decision` None: not decided in time, or
    not asked. `view`: as it was last published."""

    code: str
    driver_id: str
    refused: str = ""
    decision: BookDecision | None = None
    view: ReservationView | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    id: str
    site_id: str
    slot: Slot
    mode: GroupMode
    members: tuple[GroupMember, ...]
    replayed: bool = False


class GroupRefused(Exception):
    """None of it was booked. `alternatives`: where all of it would be."""

    def __init__(self, refusal: DomainError, alternatives: tuple[GroupAlternative, ...] = ()) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal
        self.alternatives = alternatives


class Groups:
    def __init__(
        self, sessions: Sessions, booking: Booking, steering: Steering, clock: Callable[[], datetime]
    ) -> None:
        self._sessions = sessions
        self._booking = booking
        self._steering = steering
        self._clock = clock

    async def book(self, principal: Principal, key: str, order: GroupOrder) -> Group:
        """Decide the group, or find out what was decided: one that got its bays has the same answer ever after.

        Raises GroupRefused, and as a booking does.
        """
        async with self._booking.admission.at(order.site_id):
            return await self._book(principal, key, order)

    async def _book(self, principal: Principal, key: str, order: GroupOrder) -> Group:
        now, slot = self._clock(), Slot(order.start, order.end)
        async with self._sessions.begin() as session:
            wanted = await _wanted(session, principal, key, order)
            replayed = await _note(session, key, order, wanted, now)
        ask = GroupAsk(
            group=wanted.id,
            asks=tuple(_hold(one, now) for one in wanted.members),
            together=order.mode is not GroupMode.AS_MANY_AS_POSSIBLE,
        )
        refused = await self._placed(ask)
        answers = await asyncio.gather(*(self._started(one, refused, now) for one in wanted.members))
        if order.mode is GroupMode.TOGETHER and any(_is_declined(one) for one in answers):
            await self._undo(answers)
        return Group(
            id=wanted.id,
            site_id=order.site_id,
            slot=slot,
            mode=order.mode,
            members=tuple(answers),
            replayed=replayed,
        )

    async def _placed(self, ask: GroupAsk) -> dict[str, str]:
        try:
            return await repeated(self._sessions, lambda session: place_group(session, ask))
        except SlotUnavailable as refusal:
            async with self._sessions() as session:  # never committed
                found = await group_alternatives(session, ask)
            raise GroupRefused(refusal, found) from refusal

    async def _started(self, one: "_Wanted", refused: dict[str, str], now: datetime) -> GroupMember:
        known = GroupMember(
            code=one.code, driver_id=one.customer.driver_id, refused=refused.get(one.code, "")
        )
        if known.refused:
            return known
        async with self._sessions() as session:
            found = await published(session, one.code)
        request = booking_request(one.code, one.customer, one.order, now)
        decision = await self._booking.answered(request, found)
        return replace(known, decision=decision)

    async def _undo(self, answers: Sequence[GroupMember]) -> None:
        """Of those that came together or not at all one was declined: the others are cancelled by us, at no cost, also
        who is not decided yet. Of each that cannot be now the caller hears, and may ask again.
        """
        others = [one.code for one in answers if not one.refused and not _is_declined(one)]
        tried = await asyncio.gather(
            *(self._booking.undo(code, "group") for code in others), return_exceptions=True
        )
        for failure in tried:
            if isinstance(failure, BaseException):
                raise failure

    async def one(self, principal: Principal, group_id: str) -> Group:
        """The caller's own. Raises UnknownGroup."""
        async with self._sessions() as session:
            row = await session.get(ReservationGroup, group_id)
            if row is None or row.account not in principal.accounts:
                raise UnknownGroup(NoSuchGroup(group=group_id))
            found = [await published(session, code) for code in row.codes]
        return _group(row, found)

    async def cancel(self, principal: Principal, group_id: str, ask: Cancel) -> Group:
        """Each by its own rules; what is over already stays as it is. Raises UnknownGroup."""
        group = await self.one(principal, group_id)
        action = BY_NAME["cancel"]

        async def cancelled(one: GroupMember) -> GroupMember:
            if one.refused or (one.view is not None and State(one.view.state) in FINAL):
                return one
            try:
                view = await self._steering.act(principal, one.code, action, ask)
            except (DomainError, Refused) as refusal:
                return replace(one, refused=refusal.code)
            except CallFailed:
                return replace(one, refused="no_answer_yet")
            return replace(one, view=view)

        return replace(group, members=tuple(await asyncio.gather(*map(cancelled, group.members))))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    code: str
    customer: Customer
    order: Order


@dataclass(frozen=True, slots=True, kw_only=True)
class _WantedGroup:
    """`account`: of its first member; whoever acts for that one may read and cancel it."""

    id: str
    account: str
    members: tuple[_Wanted, ...]


async def _wanted(session: AsyncSession, principal: Principal, key: str, order: GroupOrder) -> _WantedGroup:
    if await session.get(Site, order.site_id) is None:
        raise UnknownSite(NoSuchSite(site_id=order.site_id))
    members = []
    for number, member in enumerate(order.members):
        customer = await customer_of(session, principal, member.driver_id)
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
        )
        code = reservation_code(customer.account, step_key("group", str(number), key))
        members.append(_Wanted(code=code, customer=customer, order=own))
    account = members[0].customer.account
    digest = hashlib.sha256(step_key("group", account, key).encode()).hexdigest()
    return _WantedGroup(id=f"g-{digest[:20]}", account=account, members=tuple(members))


async def _note(
    session: AsyncSession, key: str, order: GroupOrder, wanted: _WantedGroup, now: datetime
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
        codes=[one.code for one in wanted.members],
        drivers=drivers,
        asked_at=now,
    )
    await session.execute(row)
    for number, one in enumerate(wanted.members):
        own = step_key("group", str(number), key)
        await remember(session, account=one.customer.account, key=own, digest=digest, code=one.code, now=now)
        if order.cost_center or order.reference:
            await note_billing(session, one.code, order.cost_center, order.reference, now)
    return False


def _hold(one: _Wanted, now: datetime) -> PlaceHold:
    return PlaceHold(
        code=one.code,
        account=one.customer.account,
        driver_id=one.customer.driver_id,
        fleet_id=one.customer.fleet_id,
        site_id=one.order.site_id,
        pool_id=one.order.pool_id,
        connector_type=one.order.connector_type,
        slot=Slot(one.order.start, one.order.end),
        now=now,
    )


def _is_declined(one: GroupMember) -> bool:
    return one.decision is not None and one.decision.outcome is BookOutcome.DECLINED


def _group(row: ReservationGroup, found: Sequence[Found | None]) -> Group:
    return Group(
        id=row.id,
        site_id=row.site_id,
        slot=Slot(row.slot_start, row.slot_end),
        mode=GroupMode(row.mode),
        members=tuple(
            GroupMember(
                code=code,
                driver_id=driver,
                refused=row.refused.get(code, ""),
                view=one.view if one is not None else None,
            )
            for code, driver, one in zip(row.codes, row.drivers, found, strict=True)
        ),
    )
