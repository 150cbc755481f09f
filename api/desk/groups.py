"""Groups: several bays for one slot, placed together or as many as there are; each is a reservation of its own.

The holds come first, all in one transaction; then each reservation is started and finds its own. Whatever ends in
between is mended by the same key, or within minutes by a loop of the worker (`activities.holds.unfinished_groups`),
after which the same key finds it undone. By that loop one is undone, too, of which a bay comes to nothing after all
have said yes, and before all are paid for.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from activities.holds.grouping import GroupAsk, group_alternatives, place_group
from activities.holds.series import Bookings
from activities.holds.transaction import repeated
from activities.holds.unfinished_groups import note_state, undo_group
from api.desk.access import Found, published
from api.desk.booking import Booking, booking_request
from api.desk.group_orders import (
    GroupOrder,
    Wanted,
    WantedGroup,
    asked_again,
    group_wanted,
)
from api.desk.principal import Principal
from api.desk.steering import Steering
from contracts.alternatives import GroupAlternative
from contracts.holds import PlaceHold
from contracts.publication import ReservationView
from contracts.reservation import BookDecision, BookOutcome
from db.engine import Sessions
from db.tables import ReservationGroup
from domain.errors import BookingTooLate, DomainError, SlotUnavailable, UnknownGroup
from domain.facts.refused_bookings import BookingGivenUp, NoSuchGroup
from domain.place.slots import Slot
from domain.reservation.actions.messages import Cancel
from domain.reservation.actions.table import BY_NAME
from domain.reservation.groups import GIVEN_UP, GroupMode, GroupState
from domain.reservation.lifecycle import FINAL, State
from workflows.client.failures import CallFailed, Refused


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
    state: GroupState
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
        self,
        sessions: Sessions,
        booking: Booking,
        bookings: Bookings,
        steering: Steering,
        clock: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._booking = booking
        self._bookings = bookings
        self._steering = steering
        self._clock = clock

    async def book(self, principal: Principal, key: str, order: GroupOrder) -> Group:
        """Decide the group, or find out what was decided: one that got its bays has the same answer ever after.

        Raises GroupRefused, and as a booking does.
        """
        async with self._booking.admission.at(order.site_id):
            return await self._book(principal, key, order)

    async def _book(self, principal: Principal, key: str, order: GroupOrder) -> Group:
        now = self._clock()
        async with self._sessions.begin() as session:
            wanted, replayed = await group_wanted(session, principal, key, order, now)
            state = await asked_again(session, wanted.id, now) if replayed else GroupState.OPEN
        if state in GIVEN_UP:
            answers = await self._recalled(wanted, state, now)
            return await self._answer(wanted, answers, replayed=True)
        ask = GroupAsk(
            group=wanted.id,
            asks=tuple(_hold(one, now) for one in wanted.members),
            together=order.mode is not GroupMode.AS_MANY_AS_POSSIBLE,
        )
        refused = await self._placed(ask)
        answers = await asyncio.gather(*(self._started(one, refused, now) for one in wanted.members))
        if order.mode is GroupMode.TOGETHER and any(_is_declined(one) for one in answers):
            await note_state(self._sessions, wanted.id, GroupState.UNDOING)
            left = [one.code for one in answers if not one.refused and not _is_declined(one)]
            await undo_group(self._sessions, self._bookings, wanted.id, left, now)
        elif all(one.refused or one.decision is not None for one in answers):
            # Of all or nothing, more may come to nothing still: whoever finishes groups looks after it.
            together = order.mode is GroupMode.TOGETHER
            said = GroupState.ANSWERED if together else GroupState.BOOKED
            await note_state(self._sessions, wanted.id, said)
        return await self._answer(wanted, answers, replayed=replayed)

    async def _placed(self, ask: GroupAsk) -> dict[str, str]:
        try:
            return await repeated(self._sessions, lambda session: place_group(session, ask))
        except SlotUnavailable as refusal:
            async with self._sessions.begin() as session:
                found = await group_alternatives(session, ask)
            raise GroupRefused(refusal, found) from refusal

    async def _started(self, one: Wanted, refused: dict[str, str], now: datetime) -> GroupMember:
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

    async def _recalled(self, wanted: WantedGroup, state: GroupState, now: datetime) -> list[GroupMember]:
        """What its reservations once answered; nothing is begun. Raises BookingTooLate where none of them said no."""
        if state is GroupState.UNDOING:
            await undo_group(self._sessions, self._bookings, wanted.id, wanted.codes, now)
        answers = []
        for one in wanted.members:
            async with self._sessions() as session:
                found = await published(session, one.code)
            request = booking_request(one.code, one.customer, one.order, now)
            decision = await self._booking.answered(request, found) if found is not None else None
            answers.append(GroupMember(code=one.code, driver_id=one.customer.driver_id, decision=decision))
        if not any(_is_declined(one) for one in answers):
            raise BookingTooLate(BookingGivenUp())
        return answers

    async def _answer(self, wanted: WantedGroup, answers: Sequence[GroupMember], *, replayed: bool) -> Group:
        async with self._sessions() as session:
            row = await session.get_one(ReservationGroup, wanted.id)
        return replace(_group(row, answers), replayed=replayed)

    async def one(self, principal: Principal, group_id: str) -> Group:
        """The caller's own. Raises UnknownGroup."""
        async with self._sessions() as session:
            row = await session.get(ReservationGroup, group_id)
            if row is None or row.account not in principal.accounts:
                raise UnknownGroup(NoSuchGroup(group=group_id))
            found = [await published(session, code) for code in row.codes]
        return _group(row, _members(row, found))

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


def _hold(one: Wanted, now: datetime) -> PlaceHold:
    return PlaceHold(
        code=one.code,
        account=one.customer.account,
        driver_id=one.customer.driver_id,
        fleet_id=one.customer.fleet_id,
        site_id=one.order.site_id,
        pool_id=one.order.pool_id,
        connector_type=one.order.connector_type,
        slot=one.order.slot,
        needs=one.order.needs,
        quote=one.order.quote,
        for_guest=one.order.guest is not None,
        energy=one.order.takes,
        now=now,
    )


def _is_declined(one: GroupMember) -> bool:
    return one.decision is not None and one.decision.outcome is BookOutcome.DECLINED


def _group(row: ReservationGroup, members: Iterable[GroupMember]) -> Group:
    return Group(
        id=row.id,
        site_id=row.site_id,
        slot=Slot(row.slot_start, row.slot_end),
        mode=GroupMode(row.mode),
        state=GroupState(row.state),
        members=tuple(members),
    )


def _members(row: ReservationGroup, found: Sequence[Found | None]) -> Iterator[GroupMember]:
    """As their reservations stand."""
    for code, driver, one in zip(row.codes, row.drivers, found, strict=True):
        refused, view = row.refused.get(code, ""), None if one is None else one.view
        yield GroupMember(code=code, driver_id=driver, refused=refused, view=view)
