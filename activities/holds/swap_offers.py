"""A slot offered for another one of its pool: what can be offered, and of which reservation it is the one place."""

import secrets
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from activities.holds.moved_terms import check_moved, terms_of_slot, today_of
from contracts.holds import MoveHold
from db.documents import accepted_prices_to_document, terms_to_document
from db.queries.place.pool_facts import pool_of_connector
from db.queries.place.swaps import hold_of_slot, holds_standing, offer_under_lock, offers_of, told
from db.tables import Hold, SwapOfferRow
from domain.errors import SwapNotPossible, SwapOfferOver, UnknownReservation, UnknownSwapOffer
from domain.facts.refusals import NoSuchReservation
from domain.facts.refused_swaps import NoSuchSwapOffer, SwapOfferEnded, SwapWhileAsked, TooManySwapOffers
from domain.place.slots import Slot
from domain.reservation.code import reservation_code
from domain.reservation.swapping import MOST_OFFERS, OfferState, SwapOffer, check_offer
from domain.settlement.moved_prices import AcceptedPrices
from domain.terms.accepted import Terms


async def make_offer(
    session: AsyncSession, code: str, terms: Terms, wants: Slot, accepted: AcceptedPrices, now: datetime
) -> SwapOffer:
    """The slot of `code`, which `terms` were accepted for, for `wants`, whosever that is; again, the same offer.

    Raises UnknownReservation, SwapNotPossible, SwapOfferOver: it has been taken this moment; and what keeps its driver
    from having the other slot, as a reschedule does.
    """
    hold = await the_one_hold(session, code)
    facts = None if hold is None else await pool_of_connector(session, hold.connector_id)
    if hold is None or facts is None:
        raise UnknownReservation(NoSuchReservation(reservation=code))
    facts = facts.wanted_for(hold.plug)
    expires_at = check_offer(Slot(hold.slot_start, hold.slot_end), wants, terms.policy, now)
    ask = MoveHold(
        code=code, hold_id=hold.id, slot=wants, keep_connector=False, now=now, terms=terms, accepted=accepted
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


async def withdraw_offer(session: AsyncSession, code: str, offer: str, now: datetime) -> str:
    """Of reservation `code`; its id. Again, nothing changes. Raises UnknownSwapOffer, SwapOfferOver: it is taken."""
    row = await offer_under_lock(session, offer)
    if row.reservation_code != code:
        raise UnknownSwapOffer(NoSuchSwapOffer(offer=offer))
    if row.taken_by is not None:
        raise SwapOfferOver(SwapOfferEnded(state=OfferState.TAKEN.value))
    row.withdrawn_at = row.withdrawn_at or now
    await session.flush()
    return row.id


async def the_one_hold(session: AsyncSession, code: str) -> Hold | None:
    """Of the reservation; None: it has none. Raises SwapNotPossible of one that has another place held beside its own,
    to which its driver is asked to move: which of them is swapped would depend on the answer.
    """
    holds = await holds_standing(session, code)
    if len(holds) > 1:
        raise SwapNotPossible(SwapWhileAsked())
    return holds[0] if holds else None


async def _same_or_new(session: AsyncSession, hold: Hold, wants: Slot, now: datetime) -> SwapOfferRow:
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
