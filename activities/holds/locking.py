"""Lock time: the connector is fixed, on another one of the pool if the present one cannot serve."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from activities.chargers.routing import route_to
from activities.holds.answers import held_connector
from activities.holds.board import Board, Wanted, boards_of, move_aside, seat, settle_in
from activities.holds.standing import hold_under_lock, window_of
from contracts.holds import LockedHold, LockHold
from db.queries.place.connectors import ConnectorState
from db.queries.place.sites import site_of
from db.queries.place.terms import terms_at
from db.tables import Hold, Pool
from domain.terms.policy import Policy


async def lock(session: AsyncSession, ask: LockHold) -> LockedHold:
    """Locking again answers anew how the connector is, and never moves it: the device may hold it already.

    A hold that was released meanwhile counts as faulted: the driver needs another. Raises UnknownReservation.
    """
    hold = await hold_under_lock(session, ask.code, ask.hold_id)
    if hold.released_at is not None:
        return LockedHold(held=await held_connector(session, hold), contested=False, faulted=True)
    pool = await session.get_one(Pool, hold.pool_id)
    board = (await boards_of(session, [pool], window_of(hold)))[pool.id]
    own = board.connector(hold.connector_id)
    terms = ask.terms or await terms_at(session, await site_of(session, own.site_id), ask.now)
    policy = terms.policy
    if hold.locked_at is None and not _serves(own, hold, policy, ask.now):
        await _take_another(session, board, hold, policy, ask.now)
        own = board.connector(hold.connector_id)
    faulted = not _works(own, policy, ask.now)
    if not faulted and hold.locked_at is None:
        hold.locked_at = ask.now
    await session.flush()
    held = await held_connector(session, hold)
    return LockedHold(
        held=held,
        contested=not faulted and _taken(own, hold, ask.now),
        faulted=faulted,
        route=await route_to(session, held.assignment.charger_id),
    )


async def _take_another(
    session: AsyncSession, board: Board, hold: Hold, policy: Policy, now: datetime
) -> None:
    """Move to a connector that works and is idle; failing that, to one that at least works."""
    working = [c.id for c in board.connectors if _works(c, policy, now)]
    idle = [c for c in working if not _taken(board.connector(c), hold, now)]
    own_works = hold.connector_id in working
    for choice in (idle, [] if own_works else working):
        asked = Wanted(
            window=window_of(hold), candidates=choice, usable=working, limit=None, now=now, hold_id=hold.id
        )
        found = await seat(session, board, asked)
        if found is not None:
            await move_aside(session, {**found.moves, hold.id: found.connector_id})
            await settle_in(session)
            await session.refresh(hold)
            return


def _serves(connector: ConnectorState, hold: Hold, policy: Policy, now: datetime) -> bool:
    return _works(connector, policy, now) and not _taken(connector, hold, now)


def _works(connector: ConnectorState, policy: Policy, now: datetime) -> bool:
    return connector.is_usable and connector.is_reachable(now, policy.offline_debounce)


def _taken(connector: ConnectorState, hold: Hold, now: datetime) -> bool:
    # Once the window is open, a cable in the connector without a transaction may be this driver's own.
    return connector.is_taken_from(hold.reservation_code, trust_status=now < hold.opens_at)
