"""Two reservations exchange their slots, in the caller's transaction: both, or neither.

Each is moved as by a reschedule, to where the other one leaves. Whose offer was taken hears of it as of something that
happened at their charger: from the inbox, written here, so that no crash can keep it from them.
"""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.holds.answers import held_connector
from activities.holds.budgets import Charge, charge_moved, standing_charge
from activities.holds.drivers import lock_drivers_of
from activities.holds.new_place import new_place, take_place
from activities.holds.standing import hold_under_lock, open_hold_under_lock
from activities.holds.swap_offers import the_one_hold
from activities.holds.writing import asked_at_the_end, times_held
from contracts.holds import FollowSwap, HoldDecision, MoveHold, SwapHolds
from db.delivery import charger_events
from db.documents import (
    accepted_prices_from_document,
    terms_from_document,
    terms_to_document,
)
from db.queries.lock_order import lock_accounts
from db.queries.place.connectors import connector_of
from db.queries.place.swaps import offer_under_lock, told
from db.tables import Hold, SwapOfferRow
from domain.charging.events import ChargerEvent, ChargerEventKind
from domain.errors import BudgetExceeded, DomainError, SwapNotPossible, SwapOfferOver
from domain.facts.refused_swaps import OtherCannotSwap, SwapNeedsOther, SwapOfferEnded
from domain.place.pool_facts import PoolFacts
from domain.place.slots import Slot
from domain.reservation.swapping import OfferState, check_taken, offer_id
from domain.settlement.moved_prices import AcceptedPrices
from domain.terms.accepted import Terms
from domain.terms.payer import PayerKind


async def swap(session: AsyncSession, ask: SwapHolds) -> HoldDecision:
    """Raises UnknownSwapOffer, SwapOfferOver, SwapNotPossible, and for its own side what a reschedule does."""
    offer = await offer_under_lock(session, ask.offer)
    if offer.taken_by == ask.code:
        return await _as_it_was_made(session, offer, ask)
    their_terms = terms_from_document(offer.terms)
    budgeted = await _lock_people(session, ask, offer, their_terms)
    mine, theirs = await _both_holds(session, ask, offer)
    had = standing_charge(mine[0]), standing_charge(theirs[0])
    has = times_held(mine[0]).slot
    standing = theirs[0] if theirs[0].released_at is None else None
    check_taken(told(offer, standing), ask.code, has, mine[1].id, ask.terms.policy, ask.now)
    async with asked_at_the_end(session):
        their_ask = _asking(theirs[0], has, their_terms, offer, ask)
        try:
            their_terms = await _moved(session, *theirs, their_ask, beside=[mine[0].id])
        except DomainError as error:
            raise SwapNotPossible(OtherCannotSwap(reason=error.code)) from error
        my_ask = MoveHold(
            code=ask.code,
            hold_id=ask.hold_id,
            slot=Slot(offer.gives_start, offer.gives_end),
            keep_connector=False,
            now=ask.now,
            terms=ask.terms,
            accepted=ask.accepted,
            by_request=True,
        )
        my_terms = await _moved(session, *mine, my_ask)
    await charge_moved(session, mine[0], my_ask, my_terms, had[0], budgeted)
    await _charge_other(session, theirs[0], their_ask, their_terms, had[1], budgeted)
    offer.taken_by, offer.taken_at = ask.code, ask.now
    offer.terms, offer.taker_terms = terms_to_document(their_terms), terms_to_document(my_terms)
    await session.flush()
    await _tell_the_other(session, theirs[0], offer, ask)
    return HoldDecision(
        held=await held_connector(session, mine[0], ask.now), terms=my_terms, slot=my_ask.slot
    )


async def follow_swap(session: AsyncSession, ask: FollowSwap) -> HoldDecision:
    """Of the one whose offer was taken. Empty: given up or moved since, or of no such offer."""
    offer = await session.get(SwapOfferRow, offer_id(ask.offer))
    mine = select(Hold).where(Hold.id == ask.hold_id, Hold.reservation_code == ask.code)
    hold = await session.scalar(mine.with_for_update())
    if offer is None or offer.taken_by is None or hold is None or hold.released_at is not None:
        return HoldDecision()
    slot = Slot(offer.wants_start, offer.wants_end)
    if times_held(hold).slot != slot or offer.hold_id != hold.id:
        return HoldDecision()
    hold.locked_at = None  # by who had not heard of it yet
    await session.flush()
    held = await held_connector(session, hold, ask.now)
    return HoldDecision(held=held, terms=terms_from_document(offer.terms), slot=slot)


async def _as_it_was_made(session: AsyncSession, offer: SwapOfferRow, ask: SwapHolds) -> HoldDecision:
    """By an attempt that was lost, or asked for again. Raises SwapOfferOver: it was moved since."""
    hold, _ = await open_hold_under_lock(session, ask.code, ask.hold_id)
    if times_held(hold).slot != Slot(offer.gives_start, offer.gives_end):
        raise SwapOfferOver(SwapOfferEnded(state=OfferState.TAKEN.value))
    return HoldDecision(
        held=await held_connector(session, hold, ask.now),
        terms=None if offer.taker_terms is None else terms_from_document(offer.taker_terms),
        slot=Slot(offer.gives_start, offer.gives_end),
    )


async def _lock_people(
    session: AsyncSession, ask: SwapHolds, offer: SwapOfferRow, theirs: Terms
) -> frozenset[str]:
    """As `lock_accounts`."""
    await lock_drivers_of(session, (ask.hold_id, offer.hold_id))
    payers = (ask.terms.payer, theirs.payer)
    return await lock_accounts(
        session, {payer.account for payer in payers if payer.kind is PayerKind.INVOICE}
    )


async def _both_holds(
    session: AsyncSession, ask: SwapHolds, offer: SwapOfferRow
) -> tuple[tuple[Hold, PoolFacts], tuple[Hold, PoolFacts]]:
    """Mine and theirs, in one pool; nothing of either is locked where they are not."""
    both = select(Hold.pool_id).where(Hold.id.in_((ask.hold_id, offer.hold_id))).distinct()
    if len((await session.scalars(both)).all()) > 1:
        raise SwapNotPossible(SwapNeedsOther(start=offer.wants_start, end=offer.wants_end))
    mine = await open_hold_under_lock(session, ask.code, ask.hold_id)
    theirs = await hold_under_lock(session, offer.reservation_code, offer.hold_id)
    for code in (ask.code, offer.reservation_code):
        await the_one_hold(session, code)
    return mine, theirs


def _asking(theirs: Hold, wants: Slot, terms: Terms, offer: SwapOfferRow, ask: SwapHolds) -> MoveHold:
    accepted: AcceptedPrices = accepted_prices_from_document(offer.accepted)
    return MoveHold(
        code=offer.reservation_code,
        hold_id=theirs.id,
        slot=wants,
        keep_connector=False,
        now=ask.now,
        terms=terms,
        accepted=accepted,
        by_request=True,
    )


async def _moved(
    session: AsyncSession, hold: Hold, facts: PoolFacts, ask: MoveHold, *, beside: Collection[int] = ()
) -> Terms:
    """`beside`: as of `new_place`. Its terms then."""
    place = await new_place(session, hold, facts, ask, beside=beside)
    await take_place(session, hold, ask, place)
    terms = place.terms or ask.terms
    if terms is None:
        raise ValueError(f"reservation {ask.code} has no terms")
    return terms


async def _charge_other(
    session: AsyncSession, hold: Hold, ask: MoveHold, terms: Terms, had: Charge, budgeted: Collection[str]
) -> None:
    """Once both have each other's. Raises SwapNotPossible."""
    try:
        await charge_moved(session, hold, ask, terms, had, budgeted)
    except BudgetExceeded as error:
        raise SwapNotPossible(OtherCannotSwap(reason=error.code)) from error


async def _tell_the_other(session: AsyncSession, hold: Hold, offer: SwapOfferRow, ask: SwapHolds) -> None:
    """At least once and under one id."""
    place = await connector_of(session, hold.connector_id)
    event = ChargerEvent(
        event_id=f"swap:{offer.id}",
        kind=ChargerEventKind.SLOT_SWAPPED,
        charger_id=place.charger_id,
        at=ask.now,
        detail=offer.id,
    )
    await charger_events.tell(await session.connection(), event, [offer.reservation_code], ask.now)
