"""Pools locked, in the one order of `db.queries.lock_order`: whoever decides about their holds has what they read."""

from collections.abc import Callable, Collection, Sequence

from sqlalchemy import ARRAY, ColumnElement, Text, any_, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from db.queries.place.pool_facts import FACTS, Facts, facts_in, fits, pools_at, those_fitting
from db.tables import Connector, Pool
from domain.place.pool_facts import PoolFacts


def _locked(wanted: Callable[[type[Pool]], ColumnElement[bool]]) -> Facts:
    """Of those that are wanted and those that share a berth with one of them."""
    own, mine, beside = aliased(Pool), aliased(Connector), aliased(Connector)
    sharing = (
        select(beside.pool_id)
        .join(mine, (mine.berth_id == beside.berth_id) & (mine.pool_id != beside.pool_id))
        .join(own, own.id == mine.pool_id)
        .where(wanted(own))
    )
    return FACTS.where(or_(wanted(Pool), Pool.id.in_(sharing))).with_for_update(key_share=True)


_site, _pool = bindparam("site", type_=Text), bindparam("pool", type_=Text)
_LOCKED = _locked(lambda pool: pool.id == any_(bindparam("ids", type_=ARRAY(Text))))
_LOCKED_AT_SITE = _locked(lambda pool: (pool.site_id == _site) & or_(_pool.is_(None), pool.id == _pool))


async def lock_pools(session: AsyncSession, pool_ids: Collection[str]) -> list[PoolFacts]:
    """Serialise with everybody else who changes holds of these pools' berths: what is read now stands at the commit.

    Pools that share a berth with one of them are locked too, always in the order of the ids. The exclusion constraint
    stays the truth for whoever does not lock.
    """
    locked = await facts_in(session, _LOCKED, {"ids": list(pool_ids)})
    return [pool for pool in locked if pool.id in pool_ids]


async def lock_pools_of(
    session: AsyncSession,
    site_id: str,
    *,
    pool_id: str | None,
    connector_type: str | None,
    plugs: Sequence[str] = (),
) -> list[PoolFacts]:
    """As `fitting_pools`, locked. Raises as that."""
    if connector_type is None:
        locked = await facts_in(session, _LOCKED_AT_SITE, {"site": site_id, "pool": pool_id})
    else:  # which plugs a pool has is not for SQL to say, and who books one kind waits for no other's
        known = await pools_at(session, [site_id])
        wanted = [pool.id for pool in known if fits(pool, site_id, pool_id, connector_type)]
        locked = await lock_pools(session, wanted)
    return those_fitting(locked, site_id, pool_id, connector_type, plugs)
