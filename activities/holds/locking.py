"""Lock time: the connector is fixed, on another one of the pool if the present one cannot serve."""

from sqlalchemy.ext.asyncio import AsyncSession

from activities.chargers.routing import route_to
from activities.holds.answers import held, held_connector
from activities.holds.drivers import credentials_of
from activities.holds.following import lock_ground
from activities.holds.matching import own_sessions
from activities.holds.standing import hold_under_lock
from activities.holds.writing import others_moved, times_held
from contracts.holds import LockedHold, LockHold
from contracts.matching import MatchSessions
from db.queries.place.pool_facts import pool_of_connector
from db.queries.place.pools import decided, load_pools
from db.queries.place.sites import site_of
from db.queries.place.swaps import offer_that_gave
from db.queries.place.terms import terms_at
from db.tables import Hold
from domain.place.choosing import for_lock
from domain.place.pool import neighbourhood


async def lock(session: AsyncSession, ask: LockHold) -> LockedHold:
    """Locking again answers anew how the connector is, and never moves it: the device may hold it already.

    A hold that was released meanwhile counts as faulted: the driver needs another. A driver who charges already has
    arrived, and is fixed where they stand. One whose slot was swapped, which its reservation has not heard yet, is not
    locked where it was. Raises UnknownReservation.
    """
    if (known := await session.get(Hold, ask.hold_id)) is not None:
        await lock_ground(session, known)
    hold, facts = await hold_under_lock(session, ask.code, ask.hold_id)
    if hold.released_at is not None:
        return LockedHold(held=await held_connector(session, hold, ask.now), contested=False, faulted=True)
    slot = times_held(hold).slot
    if ask.slot not in (None, slot) and (offer := await offer_that_gave(session, hold.id, slot)) is not None:
        there = await held_connector(session, hold, ask.now)
        return LockedHold(held=there, contested=False, faulted=False, swapped=offer)
    looking = MatchSessions(code=ask.code, now=ask.now, only_running=True)
    matched = await own_sessions(session, hold, looking, locking=True)
    own = matched.sessions
    if own:
        hold.locked_at = hold.locked_at or ask.now
        return LockedHold(held=own[-1].held, contested=False, faulted=False, own=own)
    if matched.there:  # perhaps it has gone there just now
        facts = await pool_of_connector(session, hold.connector_id) or facts
    terms = ask.terms or await terms_at(session, await site_of(session, facts.site_id), ask.now)
    around = neighbourhood(times_held(hold).window)
    (pool,) = await load_pools(session, [facts], around, {facts.site_id: terms.policy}, ask.now)
    found = await decided(session, [pool], lambda seen: for_lock(seen[0], hold.id, ask.code, matched.there))
    async with others_moved(session, found.moves):
        hold.connector_id = found.connector_id
        if not found.faulted and hold.locked_at is None:
            hold.locked_at = ask.now
    connector = pool.connector(found.connector_id)
    credentials = await credentials_of(
        session, driver_id=hold.driver_id, code=hold.reservation_code, now=ask.now
    )
    return LockedHold(
        held=held(hold, connector, facts.power_w, credentials),
        contested=found.contested,
        faulted=found.faulted,
        broken=not connector.status.is_usable,
        charger_broken=not connector.charger_status.is_usable,
        silent_since=connector.silent_since,
        route=await route_to(session, connector.charger_id),
        there=bool(matched.there),
        elsewhere=matched.elsewhere,
    )
