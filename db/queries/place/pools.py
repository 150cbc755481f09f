"""Pools as the domain decides about them: what is installed, with connectors and the holds of a span of time."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.place.connectors import connectors_of
from db.queries.place.holds import open_holds
from db.tables import Connector, Hold, Site
from db.tables import Pool as PoolRow
from domain.errors import UnknownPool
from domain.facts.refusals import NoFittingPool
from domain.place.pool import NEIGHBOURHOOD, HoldsMissing, Pool, PoolFacts
from domain.place.slots import Slot
from domain.terms.policy import Policy

Answer = TypeVar("Answer")
Facts = Select[str, str, str, str, int, int, str]

_FAR = datetime(9999, 1, 1, tzinfo=UTC)
_FACTS: Facts = select(
    PoolRow.id,
    PoolRow.site_id,
    PoolRow.name,
    PoolRow.connector_type,
    PoolRow.power_w,
    PoolRow.walk_in_connectors,
    select(Site.zone).where(Site.id == PoolRow.site_id).scalar_subquery(),
).order_by(PoolRow.id)


async def pools_at(session: AsyncSession, site_ids: Collection[str]) -> list[PoolFacts]:
    """All pools of the sites, by id."""
    return await _facts(session, _FACTS.where(PoolRow.site_id.in_(site_ids)))


async def pool_of_connector(session: AsyncSession, connector_id: int) -> PoolFacts | None:
    found = await _facts(session, _FACTS.join(Connector).where(Connector.id == connector_id))
    return found[0] if found else None


async def last_pool_of(session: AsyncSession, code: str) -> PoolFacts | None:
    """Where the reservation's newest hold is, or was."""
    newest = _FACTS.join(Hold, Hold.pool_id == PoolRow.id).where(Hold.reservation_code == code)
    found = await _facts(session, newest.order_by(None).order_by(Hold.id.desc()).limit(1))
    return found[0] if found else None


async def lock_pools(session: AsyncSession, pool_ids: Collection[str]) -> list[PoolFacts]:
    """Serialise with everybody else who changes these pools' holds: what is read now stands at the commit.

    Always in the order of the ids. The exclusion constraint stays the truth for whoever does not lock.
    """
    return await _facts(session, _FACTS.where(PoolRow.id.in_(pool_ids)).with_for_update(key_share=True))


async def lock_pools_of(
    session: AsyncSession, site_id: str, *, pool_id: str | None, connector_type: str | None
) -> list[PoolFacts]:
    """The same for those of the site that match. Raises UnknownPool when none does."""
    statement = _FACTS.where(PoolRow.site_id == site_id)
    if pool_id is not None:
        statement = statement.where(PoolRow.id == pool_id)
    if connector_type is not None:
        statement = statement.where(PoolRow.connector_type == connector_type)
    pools = await _facts(session, statement.with_for_update(key_share=True))
    if not pools:
        raise UnknownPool(NoFittingPool(site_id=site_id))
    return pools


async def load_pools(
    session: AsyncSession,
    pools: Sequence[PoolFacts],
    span: Slot,
    policies: Mapping[str, Policy],
    now: datetime,
) -> list[Pool]:
    """`pools` with the holds that overlap `span`, in their order; two queries in all. `policies`: by site id."""
    ids = [pool.id for pool in pools]
    connectors = await connectors_of(session, ids)
    holds = await open_holds(session, ids, span)
    return [
        Pool(
            facts=pool,
            connectors=tuple(c for c in connectors if c.pool_id == pool.id),
            holds=tuple(h for h in holds if h.pool_id == pool.id),
            seen=span,
            policy=policies[pool.site_id],
            now=now,
        )
        for pool in pools
    ]


async def decided(
    session: AsyncSession, pools: Sequence[Pool], ask: Callable[[Sequence[Pool]], Answer]
) -> Answer:
    """The domain's answer about `pools`; where other holds of one decide it, they are loaded and it is asked again."""
    seen = list(pools)
    while True:
        try:
            return ask(seen)
        except HoldsMissing as missing:
            position = next(n for n, pool in enumerate(seen) if pool.facts.id == missing.pool_id)
            seen[position] = await _with_all_holds(session, seen[position])


async def _with_all_holds(session: AsyncSession, pool: Pool) -> Pool:
    # Holds that ended long ago decide nothing, see domain.place.pool.
    everything = Slot(pool.now - NEIGHBOURHOOD, _FAR)
    holds = await open_holds(session, [pool.facts.id], everything)
    return replace(pool, holds=tuple(holds), seen=None)


async def _facts(session: AsyncSession, statement: Facts) -> list[PoolFacts]:
    return [
        PoolFacts(
            id=row[0],
            site_id=row[1],
            name=row[2],
            connector_type=row[3],
            power_w=row[4],
            walk_in_connectors=row[5],
            zone=row[6],
        )
        for row in await session.execute(statement)
    ]
