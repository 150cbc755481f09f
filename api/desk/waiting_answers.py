"""What drivers say to an offer of a waiting list, or to the list: accept, decline, snooze, leave.

That an offer is accepted is written before its reservation is started. Whatever ends in between is mended by the same
call again, or within the minute by the loop that keeps the lists (`activities.queue.rounds`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from activities.queue.answers import let_pass, note_unused, request_of, settle_accepted
from activities.queue.withdrawing import refused_since, take_back
from api.desk.access import Found, published
from api.desk.booking import Booked, Booking
from api.desk.idempotency import fingerprint, remember, step_key
from api.desk.principal import Principal
from api.desk.waiting_list import Entry, shown, unknown
from contracts.reservation import BookOutcome, BookRequest
from db.engine import Sessions
from db.queries.fleets import fleet_behind
from db.queries.place.terms import versions_in_force
from db.queries.releasing import withdraw
from db.queries.waiting_list import count_let_pass, under_lock
from db.tables import WaitingEntry
from domain.errors import NoOfferOpen, OfferAcceptedAlready, OfferLapsed
from domain.facts.refused_waiting import (
    NothingOffered,
    OfferAccepted,
    OfferCameToNothing,
    OfferPassed,
)
from domain.queue.offers import COUNTED_FOR, EntryState, check_may_snooze
from domain.terms.policy import Policy

_TAKEN = (EntryState.ACCEPTED, EntryState.BOOKED)
_LET_PASS = (EntryState.WAITING, EntryState.REMOVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """`offer`: the code of the reservation that it becomes. `payment_method` None: that of the entry, if any."""

    offer: str
    payment_method: str | None = None


class WaitingAnswers:
    def __init__(self, sessions: Sessions, booking: Booking, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._booking = booking
        self._clock = clock

    async def accept(self, principal: Principal, entry_id: str, ask: Acceptance) -> Booked:
        """The offer becomes a reservation; the same again finds it, or is refused by what refused it.

        Who is declined or does not pay in time waits on: the entry is `accepted` until it is confirmed.

        An offer whose place was closed since, or does not work, is refused as a booking would be, and its driver waits
        on.
        Raises UnknownWaitingEntry, NoOfferOpen, OfferLapsed, and as a booking does.
        """
        async with self._sessions() as session:
            site_id = (await self._own(session, principal, entry_id)).site_id
        async with self._booking.admission.at(site_id):  # who is sent away has accepted nothing
            return await self._accept(principal, entry_id, ask)

    async def _accept(self, principal: Principal, entry_id: str, ask: Acceptance) -> Booked:
        now = self._clock()
        async with self._sessions.begin() as session:
            row = await self._own(session, principal, entry_id)
            is_new = row.state == EntryState.OFFERED
            _check_open(row, ask.offer, now)
            to_book = row.state in (EntryState.OFFERED, EntryState.ACCEPTED)
            starts = to_book and row.ended_at is None
            policy = await _policy_of(session, row, now)
            against = await refused_since(session, row, policy, now) if to_book else None
            if is_new and against is not None:
                await take_back(session, row, against, now)
            elif is_new:
                row.state, row.accepted_at = EntryState.ACCEPTED, now
                row.payment_method = ask.payment_method or row.payment_method
                own = step_key("waiting-list", entry_id, str(row.round))
                digest = fingerprint(None, entry_id, row.driver_id)
                await remember(session, account=row.account, key=own, digest=digest, code=ask.offer, now=now)
            found = None if is_new else await published(session, ask.offer)
            fleet_id = await fleet_behind(session, row)
        if is_new and against is not None:
            raise against
        request = request_of(row, fleet_id, policy, now, starts=starts and against is None)
        return await self._booked(entry_id, request, found, policy, now, replayed=not is_new)

    async def _booked(
        self,
        entry_id: str,
        request: BookRequest,
        found: Found | None,
        policy: Policy,
        now: datetime,
        *,
        replayed: bool,
    ) -> Booked:
        decision = await self._booking.answered(request, found)
        if decision is not None and decision.outcome is not BookOutcome.PAYMENT_REQUIRED:
            booked = decision.outcome is BookOutcome.CONFIRMED
            async with self._sessions.begin() as session:
                await settle_accepted(
                    session, entry_id, request.code, policy, now, booked=booked, refused=decision.decline_code
                )
        return Booked(code=request.code, decision=decision, replayed=replayed)

    async def decline(self, principal: Principal, entry_id: str, offer: str) -> Entry:
        """They do not want it, nor wait any longer; the next one is asked. Again, nothing changes. As `leave`, where
        they have accepted it.

        Raises UnknownWaitingEntry, NoOfferOpen, OfferLapsed, OfferAcceptedAlready.
        """
        now = self._clock()
        async with self._sessions.begin() as session:
            row = await self._own(session, principal, entry_id)
            if row.offer_code == offer and await _gives_up(session, row, now):
                pass
            elif row.state != EntryState.DECLINED or row.offer_code != offer:
                _check_undecided(row, offer)
                await withdraw(session, row, now)
                note_unused(session, row)
                row.state, row.ended_at = EntryState.DECLINED, now
            return await _shown(session, row, now)

    async def snooze(self, principal: Principal, entry_id: str, offer: str) -> Entry:
        """Not now: they keep their place in line, and are asked again later. Again, nothing changes.

        Raises UnknownWaitingEntry, NoOfferOpen, SnoozesUsed, OfferAcceptedAlready.
        """
        now = self._clock()
        async with self._sessions.begin() as session:
            row = await self._own(session, principal, entry_id)
            if row.state != EntryState.WAITING or row.offer_code != offer:
                _check_undecided(row, offer)
                policy = await _policy_of(session, row, now)
                before = await count_let_pass(session, [entry_id], now - COUNTED_FOR)
                check_may_snooze(policy, before[entry_id])
                await let_pass(session, row, policy, now)
            return await _shown(session, row, now)

    async def leave(self, principal: Principal, entry_id: str) -> Entry:
        """What is offered to them goes to the next. One that is over stays as it is. Of one that is `accepted`, and of
        which there is no reservation yet, none is begun any more; it has left once that is known.

        Raises UnknownWaitingEntry, OfferAcceptedAlready.
        """
        now = self._clock()
        async with self._sessions.begin() as session:
            row = await self._own(session, principal, entry_id)
            if not await _gives_up(session, row, now):
                _check_not_taken(row)
            if row.state == EntryState.OFFERED:
                await withdraw(session, row, now)
                note_unused(session, row)
            if row.state in (EntryState.WAITING, EntryState.OFFERED):
                row.state, row.ended_at = EntryState.LEFT, now
            return await _shown(session, row, now)

    async def _own(self, session: AsyncSession, principal: Principal, entry_id: str) -> WaitingEntry:
        """Under its lock: the list's loop, and whoever else answers, waits or finds it changed."""
        row = await under_lock(session, entry_id)
        if row is None or row.account not in principal.accounts:
            raise unknown(entry_id)
        return row


async def _gives_up(session: AsyncSession, row: WaitingEntry, now: datetime) -> bool:
    """Is it accepted, and nobody knows of a reservation? An attempt to book it may be under way, so what it holds is
    given back once that is answered."""
    if row.state != EntryState.ACCEPTED or await published(session, row.offer_code or "") is not None:
        return False
    row.ended_at = row.ended_at or now
    return True


def _check_open(row: WaitingEntry, offer: str, now: datetime) -> None:
    """Can it be accepted, or was it? Raises NoOfferOpen, OfferLapsed."""
    if row.offer_code != offer or row.offer_until is None:
        raise NoOfferOpen(NothingOffered())
    if _was_refused(row):
        return
    passed = row.state == EntryState.OFFERED and row.offer_until <= now
    if passed or row.state in _LET_PASS:
        raise _lapsed(row, row.offer_until)
    if row.state not in (EntryState.OFFERED, *_TAKEN):
        raise NoOfferOpen(NothingOffered())


def _was_refused(row: WaitingEntry) -> bool:
    """After it was accepted: its reservation remembers by what."""
    over = row.state not in (EntryState.OFFERED, *_TAKEN)
    return over and row.accepted_at is not None and bool(row.offer_refused)


def _lapsed(row: WaitingEntry, until: datetime) -> OfferLapsed:
    if row.offer_refused or row.accepted_at is not None:
        return OfferLapsed(OfferCameToNothing(reason=row.offer_refused))
    return OfferLapsed(OfferPassed(until=until))


def _check_undecided(row: WaitingEntry, offer: str) -> None:
    """Raises NoOfferOpen, OfferLapsed, OfferAcceptedAlready."""
    if row.offer_code == offer:
        _check_not_taken(row)
    if row.offer_code == offer and row.offer_until is not None and row.state in _LET_PASS:
        raise _lapsed(row, row.offer_until)
    if row.offer_code != offer or row.state != EntryState.OFFERED:
        raise NoOfferOpen(NothingOffered())


def _check_not_taken(row: WaitingEntry) -> None:
    if row.state in _TAKEN:
        raise OfferAcceptedAlready(OfferAccepted(reservation=row.offer_code or ""))


async def _policy_of(session: AsyncSession, row: WaitingEntry, now: datetime) -> Policy:
    return (await versions_in_force(session, row.site_id, now)).terms.policy


async def _shown(session: AsyncSession, row: WaitingEntry, now: datetime) -> Entry:
    await session.flush()
    return (await shown(session, [row], now))[0]
