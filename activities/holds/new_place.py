"""A hold takes another place: `new_place` reads and decides, `take_place` writes. For moves and for swaps."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from activities.holds.answers import chosen
from activities.holds.moved_terms import as_certain, check_moved, terms_of_slot, today_of
from activities.holds.writing import others_moved, set_times, times_held
from contracts.holds import MoveHold
from db.documents import certainty_to_document, needs_from_document
from db.queries.place.access import admissions_of
from db.queries.place.pools import decided, load_pools
from db.tables import Hold
from domain.facts.refused_bookings import NoneFreeForNewTime
from domain.place.certainty import certainty_of
from domain.place.choice import Choice, NoPlace
from domain.place.choosing import for_extension, for_reschedule
from domain.place.holds import HoldTimes, locked_after_move
from domain.place.kept import check_access, check_maintenance
from domain.place.pool import Pool, neighbourhood
from domain.place.pool_facts import PoolFacts
from domain.settlement.agreed import expected_session
from domain.terms.accepted import Terms
from domain.terms.certainty import Certainty


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPlace:
    """`pool`: where it is, as it was decided about. `terms`: of the new slot, None: as they were. `certainty`: None: as
    it was promised."""

    choice: Choice
    pool: Pool
    times: HoldTimes
    terms: Terms | None
    certainty: Certainty | None


async def new_place(
    session: AsyncSession, hold: Hold, facts: PoolFacts, ask: MoveHold, *, beside: Collection[int] = ()
) -> NewPlace:
    """`beside`: holds that leave their places with it. Raises as `activities.holds.moving.move`."""
    times = times_held(hold).moved_to(ask.slot)
    today = await today_of(session, hold, facts.site_id, ask)
    valid = await check_moved(session, hold, facts, ask, today)
    choice, pool = await _chosen(session, hold, facts, ask, times, valid, beside)
    terms = await terms_of_slot(session, hold, facts, ask, today, is_made=False, beside=beside)
    sure = None
    if not ask.keep_connector:
        sure = certainty_of(pool.without(hold.id, *beside), ask.slot, ask.code, choice.connector_id)
    return NewPlace(choice=choice, pool=pool, times=times, terms=as_certain(ask, terms, sure), certainty=sure)


async def take_place(session: AsyncSession, hold: Hold, ask: MoveHold, place: NewPlace) -> None:
    """Those make way for it of which that was decided."""
    among = place.pool.ground.admitted(place.times.slot)
    async with others_moved(session, place.choice.moves):
        hold.connector_id = place.choice.connector_id
        set_times(hold, place.times)
        hold.among = None if among is None else sorted(among)
        if place.certainty is not None:
            hold.certainty = certainty_to_document(place.certainty)
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
    needs, policies = needs_from_document(hold.needs), {facts.site_id: valid.policy}
    pools = await load_pools(session, [facts], around, policies, ask.now, admissions, needs)

    def choose(pool: Pool) -> Choice | NoPlace:
        if ask.keep_connector:
            return for_extension(pool, times, ask.code, hold_id=hold.id, connector_id=hold.connector_id)
        return for_reschedule(pool, times, ask.code, hold_id=hold.id, beside=beside)

    found = await decided(session, pools, lambda seen: choose(seen[0]))
    check_access(found, pools, times.slot)
    check_maintenance(found)
    return chosen(found, NoneFreeForNewTime()), pools[0]
