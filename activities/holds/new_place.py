"""A hold takes another place: `new_place` reads and decides, `take_place` writes. For moves and for swaps."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.holds.answers import chosen
from activities.holds.moved_terms import check_moved, terms_of_slot, today_of
from activities.holds.promised import Promise, as_promised, note_bay, promise_of, seen_by
from activities.holds.writing import others_moved, set_times, times_held
from contracts.holds import MoveHold
from db.queries.place.access import admissions_of
from db.queries.place.bays import bays_of
from db.queries.place.pools import decided, load_pools
from db.queries.releasing import release
from db.tables import Hold
from domain.facts.refused_bookings import NoneFreeForNewTime
from domain.place.bay_by_name import check_bay, check_cost, pools_with
from domain.place.choice import Choice, NoPlace
from domain.place.choosing import for_extension, for_reschedule
from domain.place.holds import HoldTimes, locked_after_move
from domain.place.kept import check_access, check_maintenance
from domain.place.pool import Pool, neighbourhood
from domain.place.pool_facts import PoolFacts
from domain.reservation.release import ReleaseReason
from domain.settlement.agreed import expected_session
from domain.terms.accepted import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPlace:
    """`pool`: where it is, as it was decided about. `terms`: of the new slot; None: as they were, as with `promise`."""

    choice: Choice
    pool: Pool
    times: HoldTimes
    terms: Terms | None
    promise: Promise | None


async def new_place(
    session: AsyncSession, hold: Hold, facts: PoolFacts, ask: MoveHold, *, beside: Collection[int] = ()
) -> NewPlace:
    """`beside`: holds that leave their places with it. Raises as `activities.holds.moving.move`."""
    times = times_held(hold).moved_to(ask.slot)
    beside = (*beside, *await held_beside(session, hold, ask))
    today = await today_of(session, hold, facts.site_id, ask)
    valid = await check_moved(session, hold, facts, ask, today)
    choice, pool = await _chosen(session, hold, facts, ask, times, valid, beside)
    terms = await terms_of_slot(session, hold, facts, ask, today, is_made=False, beside=beside)
    promise = None
    if not ask.keep_connector:
        promise = await promise_of(session, pool.without(hold.id, *beside), times, ask.code, choice)
        check_cost(promise.named_bay, pool.policy)
        terms = as_promised(ask, terms, promise)
    return NewPlace(choice=choice, pool=pool, times=times, terms=terms, promise=promise)


async def held_beside(session: AsyncSession, hold: Hold, ask: MoveHold) -> tuple[int, ...]:
    """Of the same reservation, whose driver is asked whether to move there; who takes another slot does not. Empty
    where the question stands on: at the same time, or where they stay.
    """
    if ask.keep_connector or times_held(hold).slot == ask.slot:
        return ()
    its = (Hold.reservation_code == hold.reservation_code, Hold.released_at.is_(None), Hold.id != hold.id)
    return tuple(await session.scalars(select(Hold.id).where(*its)))


async def take_place(session: AsyncSession, hold: Hold, ask: MoveHold, place: NewPlace) -> None:
    """Those make way for it of which that was decided, and what its driver was asked about is given back."""
    if await held_beside(session, hold, ask):
        await release(session, ask.code, ReleaseReason.REROUTE_UNDONE, ask.now, keep_hold_id=hold.id)
    among = place.pool.ground.admitted(place.times.slot)
    async with others_moved(session, place.choice.moves):
        hold.connector_id = place.choice.connector_id
        set_times(hold, place.times)
        hold.among = None if among is None else sorted(among)
        await note_bay(session, hold, ask, place.pool.needs)
        if place.promise is not None:
            place.promise.note(hold)
        hold.locked_at = locked_after_move(hold.locked_at, keeps_connector=ask.keep_connector)
        expect(hold, place.terms or ask.terms, ask)


def expect(hold: Hold, terms: Terms | None, ask: MoveHold) -> None:
    """What the account that it is booked on is expected to pay for the slot."""
    if hold.account_fleet is not None and terms is not None:
        hold.account_minor = expected_session(terms, ask.slot).minor


async def _chosen(
    session: AsyncSession,
    hold: Hold,
    facts: PoolFacts,
    ask: MoveHold,
    times: HoldTimes,
    valid: Terms,
    beside: Collection[int],
) -> tuple[Choice, Pool]:
    around = neighbourhood(times.window)
    admissions = await admissions_of(
        session, hold.driver_id, [facts.site_id], at=ask.now, starts=times.slot.start
    )
    policies = {facts.site_id: valid.policy}
    loaded = await load_pools(session, [facts], around, policies, ask.now, admissions)
    pools = [seen_by(pool, hold, ask) for pool in loaded]
    if ask.bay:
        there = {pool.facts: pool.connectors for pool in pools}
        pools_with(ask.bay, there, await bays_of(session, facts.site_id))

    def choose(pool: Pool) -> Choice | NoPlace:
        if ask.keep_connector:
            return for_extension(pool, times, ask.code, hold_id=hold.id, connector_id=hold.connector_id)
        return for_reschedule(pool, times, ask.code, hold_id=hold.id, beside=beside)

    found = await decided(session, pools, lambda seen: choose(seen[0]))
    if not ask.keep_connector:
        check_bay(found, pools[0].needs, pools)
    check_access(found, pools, times.slot)
    check_maintenance(found)
    return chosen(found, NoneFreeForNewTime()), pools[0]
