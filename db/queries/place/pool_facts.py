"""Which pools there are: what is installed of each, found by its site, a connector, or a reservation's holds."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ARRAY, Select, Text, any_, bindparam, distinct, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from db.documents import needs_from_document
from db.tables import Connector, Hold, Pool, Site
from domain.charging.plugs import plugs_of_pool
from domain.errors import NoFit, UnknownPool
from domain.facts.refusals import NoFittingPool
from domain.facts.refused_bookings import NoBayFits
from domain.place.fit import NO_NEEDS, MisfitKind, Needs
from domain.place.pool_facts import PoolFacts

Facts = Select[str, str, str, str, int, int, Any, Any]

_member = aliased(Connector)
FACTS: Facts = select(
    Pool.id,
    Pool.site_id,
    Pool.name,
    Pool.connector_type,
    Pool.power_w,
    Pool.walk_in_connectors,
    select(func.jsonb_build_array(Site.zone, Site.opening_hours, Site.country))
    .where(Site.id == Pool.site_id)
    .scalar_subquery(),
    select(func.jsonb_agg(distinct(func.jsonb_build_array(_member.plug_types, _member.plug_types_declared))))
    .where(_member.pool_id == Pool.id)
    .scalar_subquery(),
).order_by(Pool.id)
_AT_SITES = FACTS.where(Pool.site_id == any_(bindparam("sites", type_=ARRAY(Text))))


async def pools_at(session: AsyncSession, site_ids: Collection[str]) -> list[PoolFacts]:
    """All pools of the sites, by id."""
    return await facts_in(session, _AT_SITES, {"sites": list(site_ids)})


async def pool_of_connector(session: AsyncSession, connector_id: int) -> PoolFacts | None:
    """With the plugs of that connector."""
    found = await facts_in(session, FACTS.join(Connector).where(Connector.id == connector_id))
    if not found:
        return None
    connector = await session.get_one(Connector, connector_id)
    own = (connector.plug_types, connector.plug_types_declared)
    return replace(found[0], plugs=plugs_of_pool(found[0].connector_type, [own]))


async def pool_of_hold(session: AsyncSession, hold: Hold) -> PoolFacts:
    """As the plug sees it that the hold is for."""
    (found,) = await facts_in(session, FACTS.where(Pool.id == hold.pool_id))
    return found.wanted_for(hold.plug)


async def booked_pool_of(session: AsyncSession, code: str) -> PoolFacts | None:
    """Where its first hold was: what the driver was promised. None: nothing was ever held for it."""
    return (await pools_held(session, code)).booked


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolsHeld:
    """Of one reservation. `last`: where its newest hold is, or was when none of them stands any more. `booked`: as
    `booked_pool_of` says. `needs`: what was asked of its bay.
    """

    last: PoolFacts | None = None
    booked: PoolFacts | None = None
    needs: Needs = NO_NEEDS


async def pools_held(session: AsyncSession, code: str) -> PoolsHeld:
    """Both in one query."""
    holds = FACTS.join(Hold, Hold.pool_id == Pool.id).where(Hold.reservation_code == code)
    newest = (
        holds.add_columns(Hold.needs, Hold.plug, Hold.id)
        .order_by(None)
        .order_by(Hold.released_at.is_not(None), Hold.id.desc())
    )
    rows = (await session.execute(newest)).all()
    if not rows:
        return PoolsHeld()
    first = min(rows, key=lambda row: row[-1])
    return PoolsHeld(last=_held(rows[0]), booked=_held(first), needs=needs_from_document(first[-3]))


def _held(row: Sequence[Any]) -> PoolFacts:
    """As the plug sees it that the hold is for."""
    return _fact(row).wanted_for(row[-2])


async def fitting_pools(
    session: AsyncSession,
    site_id: str,
    *,
    pool_id: str | None,
    connector_type: str | None,
    plugs: Sequence[str] = (),
) -> list[PoolFacts]:
    """Those of the site that match, as who wants that plug sees them; where none is named, the first of `plugs` that is
    there. Raises UnknownPool when none does, NoFit when only none of `plugs` does.
    """
    return those_fitting(await pools_at(session, [site_id]), site_id, pool_id, connector_type, plugs)


def fits(pool: PoolFacts, site_id: str, pool_id: str | None, connector_type: str | None) -> bool:
    return pool.site_id == site_id and pool_id in (None, pool.id) and pool.has(connector_type)


def those_fitting(
    pools: Iterable[PoolFacts],
    site_id: str,
    pool_id: str | None,
    connector_type: str | None,
    plugs: Sequence[str],
) -> list[PoolFacts]:
    named = [pool for pool in pools if fits(pool, site_id, pool_id, connector_type)]
    if not named:
        raise UnknownPool(NoFittingPool(site_id=site_id))
    fitting = [
        pool.wanted_for(pool.plug_of(connector_type, plugs))
        for pool in named
        if pool.serves(connector_type, plugs)
    ]
    if not fitting:
        raise NoFit(NoBayFits(misfits=(MisfitKind.PLUG,)))
    return fitting


async def facts_in(
    session: AsyncSession, statement: Facts, parameters: Mapping[str, Any] | None = None
) -> list[PoolFacts]:
    connection = await session.connection()
    return [_fact(row) for row in await connection.execute(statement, parameters)]


def _fact(row: Sequence[Any]) -> PoolFacts:
    plugs = plugs_of_pool(row[3], row[7] or ())
    zone, opening_hours, country = row[6]
    return PoolFacts(
        id=row[0],
        site_id=row[1],
        name=row[2],
        connector_type=plugs[0],
        power_w=row[4],
        walk_in_connectors=row[5],
        zone=zone,
        opening_hours=opening_hours,
        country=country,
        plugs=plugs,
    )
