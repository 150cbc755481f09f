"""Offers of drivers to swap their slot for another one: made, handed on by their code, withdrawn.

Who takes one does so by an action on their own reservation (`domain.reservation.actions.table`: swap).
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from activities.holds.moving import check_moved, terms_of_slot, today_of
from api.desk.access import Access, unknown
from api.desk.principal import Principal
from contracts.holds import MoveHold
from contracts.publication import ReservationView
from db.documents import accepted_prices_to_document, terms_to_document
from db.engine import Sessions
from db.queries.place.pool_facts import pool_of_connector
from db.queries.place.swaps import (
    hold_of_slot,
    offer_of,
    offer_under_lock,
    offers_of,
    the_one_hold,
    told,
)
from db.tables import Hold, SwapOfferRow
from domain.errors import NotPossibleNow, SwapNotPossible, SwapOfferOver, UnknownSwapOffer
from domain.facts.refused_actions import WrongState
from domain.facts.refused_swaps import NoSuchSwapOffer, SwapOfferEnded, TooManySwapOffers
from domain.place.slots import Slot
from domain.reservation.code import reservation_code
from domain.reservation.lifecycle import State
from domain.reservation.swapping import MOST_OFFERS, OfferState, SwapOffer, check_offer
from domain.settlement.moved_prices import AcceptedPrices


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """`state`: by now."""

    offer: SwapOffer
    state: OfferState


class Swaps:
    def __init__(self, sessions: Sessions, access: Access, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._access = access
        self._clock = clock

    async def offer(self, principal: Principal, text: str, wants: Slot, accepted: AcceptedPrices) -> Offered:
        """The caller's slot for `wants`, whosever that is; for the same one again, the same offer.

        Raises InvalidReservationCode, UnknownReservation, NotPossibleNow, SwapNotPossible, and what keeps the driver
        from having the other slot, as a reschedule does.
        """
        found, now = await self._access.find_own(principal, text), self._clock()
        if found.view is None:
            raise unknown(found.code)
        if found.view.state != State.CONFIRMED:
            raise NotPossibleNow(WrongState(allowed=(State.CONFIRMED,), state=State(found.view.state)))
        async with self._sessions.begin() as session:
            made = await _made(session, found.view, wants, accepted, now)
        return Offered(offer=made, state=made.state(now))

    async def of_reservation(self, principal: Principal, text: str) -> Sequence[Offered]:
        """The latest first. Raises InvalidReservationCode, UnknownReservation."""
        code, now = (await self._access.find_own(principal, text)).code, self._clock()
        async with self._sessions() as session:
            return [Offered(offer=one, state=one.state(now)) for one in await offers_of(session, code)]

    async def one(self, principal: Principal, offer: str) -> Offered:
        """For whoever was given its code. Raises ScopeMissing, UnknownSwapOffer."""
        principal.require("driver", "fleet")
        async with self._sessions() as session:
            found = await offer_of(session, offer)
        return Offered(offer=found, state=found.state(self._clock()))

    async def withdraw(self, principal: Principal, text: str, offer: str) -> Offered:
        """Again, nothing changes. Raises as of_reservation, UnknownSwapOffer, SwapOfferOver: it is taken."""
        code, now = (await self._access.find_own(principal, text)).code, self._clock()
        async with self._sessions.begin() as session:
            row = await offer_under_lock(session, offer)
            if row.reservation_code != code:
                raise UnknownSwapOffer(NoSuchSwapOffer(offer=offer))
            if row.taken_by is not None:
                raise SwapOfferOver(SwapOfferEnded(state=OfferState.TAKEN.value))
            row.withdrawn_at = row.withdrawn_at or now
            await session.flush()
            found = await offer_of(session, row.id)
        return Offered(offer=found, state=found.state(now))


async def _made(
    session: AsyncSession, view: ReservationView, wants: Slot, accepted: AcceptedPrices, now: datetime
) -> SwapOffer:
    terms = view.terms
    hold = await the_one_hold(session, view.code)
    facts = None if hold is None else await pool_of_connector(session, hold.connector_id)
    if hold is None or facts is None or terms is None:
        raise unknown(view.code)
    facts = facts.wanted_for(hold.plug)
    gives = Slot(hold.slot_start, hold.slot_end)
    expires_at = check_offer(gives, wants, terms.policy, now)
    ask = MoveHold(
        code=view.code,
        hold_id=hold.id,
        slot=wants,
        keep_connector=False,
        now=now,
        terms=terms,
        accepted=accepted,
    )
    today = await today_of(session, hold, facts.site_id, ask)
    await check_moved(session, hold, facts, ask, today)
    theirs = await hold_of_slot(session, hold.pool_id, wants)
    leaving = () if theirs is None else (theirs,)
    await terms_of_slot(session, hold, facts, ask, today, is_made=False, beside=leaving)
    row = await _same_or_new(session, hold, wants, now)
    row.terms, row.accepted = terms_to_document(terms), accepted_prices_to_document(accepted)
    row.expires_at = expires_at
    session.add(row)
    await session.flush()
    return told(row, hold)


async def _same_or_new(session: AsyncSession, hold: Hold, wants: Slot, now: datetime) -> SwapOfferRow:
    """Raises SwapNotPossible, SwapOfferOver: it has been taken this moment."""
    gives, code = Slot(hold.slot_start, hold.slot_end), hold.reservation_code
    open_ones = [one for one in await offers_of(session, code) if one.state(now) is OfferState.OPEN]
    same = next((one for one in open_ones if (one.gives, one.wants) == (gives, wants)), None)
    if same is not None:
        row = await offer_under_lock(session, same.id)
        if row.taken_by is not None or row.withdrawn_at is not None:
            raise SwapOfferOver(SwapOfferEnded(state=told(row, hold).state(now).value))
        return row
    if len(open_ones) >= MOST_OFFERS:
        raise SwapNotPossible(TooManySwapOffers(most=MOST_OFFERS))
    return SwapOfferRow(
        id=reservation_code("swap", secrets.token_hex(16)),
        reservation_code=code,
        hold_id=hold.id,
        pool_id=hold.pool_id,
        gives_start=gives.start,
        gives_end=gives.end,
        wants_start=wants.start,
        wants_end=wants.end,
        made_at=now,
    )
