"""Pools as the domain decides about them: what is installed, with connectors and the holds of a span of time."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from db.queries.place.connectors import connectors_of
from db.queries.place.holds import open_holds
from db.tables import Connector, Hold, Site
from db.tables import Pool as PoolRow
from domain.errors import UnknownPool
from domain.facts.refusals import NoFittingPool
from domain.place.connectors import PoolConnector
from domain.place.holds import OpenHold
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
    """Where the reservation's newest hold is, or was when none of them stands any more."""
    return (await pools_held(session, code)).last


async def booked_pool_of(session: AsyncSession, code: str) -> PoolFacts | None:
    """Where its first hold was: what the driver was promised. None: nothing was ever held for it."""
    return (await pools_held(session, code)).booked


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolsHeld:
    """Of one reservation, as `last_pool_of` and `booked_pool_of` say."""

    last: PoolFacts | None = None
    booked: PoolFacts | None = None


async def pools_held(session: AsyncSession, code: str) -> PoolsHeld:
    """Both in one query."""
    holds = _FACTS.join(Hold, Hold.pool_id == PoolRow.id).where(Hold.reservation_code == code)
    newest = holds.add_columns(Hold.id).order_by(None).order_by(Hold.released_at.is_not(None), Hold.id.desc())
    rows = (await session.execute(newest)).all()
    if not rows:
        return PoolsHeld()
    return PoolsHeld(last=_fact(rows[0]), booked=_fact(min(rows, key=lambda row: row[-1])))


async def lock_pools(session: AsyncSession, pool_ids: Collection[str]) -> list[PoolFacts]:
    """Serialise with everybody else who changes holds of these pools' berths: what is read now stands at the commit.

    Pools that share a berth with one of them are locked too, always in the order of the ids. The exclusion constraint
    stays the truth for whoever does not lock.
    """
    mine, beside = aliased(Connector), aliased(Connector)
    sharing = (
        select(beside.pool_id)
        .join(mine, (mine.berth_id == beside.berth_id) & (mine.pool_id != beside.pool_id))
        .where(mine.pool_id.in_(pool_ids))
    )
    wanted = _FACTS.where(or_(PoolRow.id.in_(pool_ids), PoolRow.id.in_(sharing)))
    locked = await _facts(session, wanted.with_for_update(key_share=True))
    return [pool for pool in locked if pool.id in pool_ids]


async def lock_pools_of(
    session: AsyncSession, site_id: str, *, pool_id: str | None, connector_type: str | None
) -> list[PoolFacts]:
    """The same for those of the site that match. Raises UnknownPool when none does."""
    statement = _FACTS.where(PoolRow.site_id == site_id)
    if pool_id is not None:
        statement = statement.where(PoolRow.id == pool_id)
    if connector_type is not None:
        statement = statement.where(PoolRow.connector_type == connector_type)
    pools = await _facts(session, statement)
    if not pools:
        raise UnknownPool(NoFittingPool(site_id=site_id))
    return await lock_pools(session, [pool.id for pool in pools])


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
            connectors=(own := tuple(c for c in connectors if c.pool_id == pool.id)),
            holds=_concerning(pool.id, own, holds),
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
    return replace(pool, holds=_concerning(pool.facts.id, pool.connectors, holds), seen=None)


def _concerning(
    pool_id: str, connectors: Iterable[PoolConnector], holds: Iterable[OpenHold]
) -> tuple[OpenHold, ...]:
    """Those on the berths of `connectors`. What another pool has there is fixed: this one moves only its own."""
    berths = {connector.berth_id for connector in connectors}
    return tuple(
        hold if hold.pool_id == pool_id else replace(hold, locked=True)
        for hold in holds
        if hold.berth_id in berths
    )


async def _facts(session: AsyncSession, statement: Facts) -> list[PoolFacts]:
    return [_fact(row) for row in await session.execute(statement)]


def _fact(row: Sequence[Any]) -> PoolFacts:
    return PoolFacts(
        id=row[0],
        site_id=row[1],
        name=row[2],
        connector_type=row[3],
        power_w=row[4],
        walk_in_connectors=row[5],
        zone=row[6],
    )
