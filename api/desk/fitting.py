"""The pools that may give what is wanted, whatever is free: the others are neither priced nor reckoned with."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.place.bays import bays_of
from db.queries.place.connectors import connectors_of
from db.queries.place.pool_facts import fitting_pools
from domain.place.bay_by_name import at_bay, check_bay_fits, pools_with
from domain.place.connectors import PoolConnector
from domain.place.fit import NO_NEEDS, Needs, fits
from domain.place.kept import check_fits
from domain.place.pool_facts import PoolFacts


async def pools_wanted(
    session: AsyncSession, site_id: str, *, pool_id: str | None, connector_type: str | None, needs: Needs
) -> tuple[list[PoolFacts], list[PoolConnector]]:
    """With their connectors, or those at the bay that is named in `needs`.

    Raises UnknownPool, UnknownBay, BayUnfit; NoFit where no bay has what is needed.
    """
    pools = await fitting_pools(
        session, site_id, pool_id=pool_id, connector_type=connector_type, plugs=needs.plugs
    )
    there = await connectors_of(session, [pool.id for pool in pools])
    if needs.bay:
        return await _at_named_bay(session, site_id, needs, pools, there)
    if needs != NO_NEEDS:
        check_fits(needs, there)
        pools = [pool for pool in pools if _has_a_bay(pool, there, needs)] or pools
    return pools, there


async def _at_named_bay(
    session: AsyncSession,
    site_id: str,
    needs: Needs,
    pools: Sequence[PoolFacts],
    connectors: Sequence[PoolConnector],
) -> tuple[list[PoolFacts], list[PoolConnector]]:
    there = {pool: [c for c in connectors if c.pool_id == pool.id] for pool in pools}
    having = pools_with(needs.bay, there, await bays_of(session, site_id))
    at = [connector for pool in having for connector in at_bay(needs.bay, there[pool])]
    check_bay_fits(needs, at)
    return having, at


def _has_a_bay(pool: PoolFacts, connectors: Sequence[PoolConnector], needs: Needs) -> bool:
    return any(
        not fits(needs, connector.shape)
        for connector in connectors
        if connector.pool_id == pool.id and connector.has(pool.connector_type)
    )
