"""A change of plugs within the own bay undone: the same hold goes back to the plug that it came from."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from activities.holds.writing import set_times, times_held
from contracts.holds import PutBackHold
from db.queries.place.connectors import connector_of
from db.queries.place.pool_facts import booked_pool_of, pool_of_connector
from db.queries.place.pool_locks import lock_pools
from db.tables import Hold
from domain.place.holds import times_of
from domain.place.pool_facts import PoolFacts


async def put_back(session: AsyncSession, ask: PutBackHold) -> bool:
    """False: it is not where the step put it, so there is nothing to undo. Nobody else had the bay meanwhile."""
    its = select(Hold).where(Hold.id == ask.hold_id, Hold.reservation_code == ask.code)
    hold, pool = await session.scalar(its), await pool_of_connector(session, ask.connector_id)
    if hold is None or pool is None:
        return False
    await lock_pools(session, {pool.id, hold.pool_id})
    await session.refresh(hold, with_for_update=True)
    former = await connector_of(session, ask.connector_id)
    moved = hold.connector_id != former.id and ask.moved_to in (None, hold.connector_id)
    if hold.released_at is not None or hold.berth_id != former.berth_id or not moved:
        return False
    hold.connector_id, hold.pool_id = former.id, pool.id
    hold.plug = _plug(pool, await booked_pool_of(session, ask.code))
    set_times(hold, times_of(ask.slot, ask.terms.policy).back_from(times_held(hold)))
    await session.flush()
    return True


def _plug(pool: PoolFacts, booked: PoolFacts | None) -> str | None:
    """Of several plugs the one that was booked; None: the pool's."""
    if booked is None or len(pool.connector_types) == 1 or not pool.has(booked.connector_type):
        return None
    return booked.connector_type
