"""Pools as the domain decides about them: what is installed, with connectors and the holds of a span of time."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import ARRAY, ColumnElement, Select, Text, any_, bindparam, distinct, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from db.documents import needs_from_document
from db.queries.place.connectors import connectors_of
from db.queries.place.holds import HoldsCounted, counted_holds, open_holds, open_holds_of
from db.queries.place.opening import closures_of
from db.tables import Connector, Hold, Site
from db.tables import Pool as PoolRow
from domain.charging.plugs import plugs_of_pool
from domain.errors import NoFit, UnknownPool
from domain.facts.refusals import NoFittingPool
from domain.facts.refused_bookings import NoBayFits
from domain.place.admission import Admission
from domain.place.closures import ClosureCause
from domain.place.connectors import PoolConnector
from domain.place.crowd import Counted, HoldsMissing
from domain.place.fit import NO_NEEDS, MisfitKind, Needs
from domain.place.holds import OpenHold
from domain.place.maintenance import maintenance_of
from domain.place.pool import NEIGHBOURHOOD, Pool, neighbourhood
from domain.place.pool_facts import PoolFacts
from domain.place.slots import Slot
from domain.terms.policy import Policy

Answer = TypeVar("Answer")
Facts = Select[str, str, str, str, int, int, Any, Any]

NOBODY_KEPT_OUT: Mapping[str, Admission] = {}
_FAR = datetime(9999, 1, 1, tzinfo=UTC)
_member = aliased(Connector)
_FACTS: Facts = select(
    PoolRow.id,
    PoolRow.site_id,
    PoolRow.name,
    PoolRow.connector_type,
    PoolRow.power_w,
    PoolRow.walk_in_connectors,
    select(func.jsonb_build_array(Site.zone, Site.opening_hours, Site.country))
    .where(Site.id == PoolRow.site_id)
    .scalar_subquery(),
    select(func.jsonb_agg(distinct(func.jsonb_build_array(_member.plug_types, _member.plug_types_declared))))
    .where(_member.pool_id == PoolRow.id)
    .scalar_subquery(),
).order_by(PoolRow.id)


def _locked(wanted: Callable[[type[PoolRow]], ColumnElement[bool]]) -> Facts:
    """Of those that are wanted and those that share a berth with one of them."""
    own, mine, beside = aliased(PoolRow), aliased(Connector), aliased(Connector)
    sharing = (
        select(beside.pool_id)
        .join(mine, (mine.berth_id == beside.berth_id) & (mine.pool_id != beside.pool_id))
        .join(own, own.id == mine.pool_id)
        .where(wanted(own))
    )
    return _FACTS.where(or_(wanted(PoolRow), PoolRow.id.in_(sharing))).with_for_update(key_share=True)


_site, _pool = bindparam("site", type_=Text), bindparam("pool", type_=Text)
_LOCKED = _locked(lambda pool: pool.id == any_(bindparam("ids", type_=ARRAY(Text))))
_LOCKED_AT_SITE = _locked(lambda pool: (pool.site_id == _site) & or_(_pool.is_(None), pool.id == _pool))
_AT_SITES = _FACTS.where(PoolRow.site_id == any_(bindparam("sites", type_=ARRAY(Text))))


async def pools_at(session: AsyncSession, site_ids: Collection[str]) -> list[PoolFacts]:
    """All pools of the sites, by id."""
    return await _facts(session, _AT_SITES, {"sites": list(site_ids)})


async def pool_of_connector(session: AsyncSession, connector_id: int) -> PoolFacts | None:
    """With the plugs of that connector."""
    found = await _facts(session, _FACTS.join(Connector).where(Connector.id == connector_id))
    if not found:
        return None
    connector = await session.get_one(Connector, connector_id)
    own = (connector.plug_types, connector.plug_types_declared)
    return replace(found[0], plugs=plugs_of_pool(found[0].connector_type, [own]))


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
    holds = _FACTS.join(Hold, Hold.pool_id == PoolRow.id).where(Hold.reservation_code == code)
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


async def lock_pools(session: AsyncSession, pool_ids: Collection[str]) -> list[PoolFacts]:
    """Serialise with everybody else who changes holds of these pools' berths: what is read now stands at the commit.

    Pools that share a berth with one of them are locked too, always in the order of the ids. The exclusion constraint
    stays the truth for whoever does not lock.
    """
    locked = await _facts(session, _LOCKED, {"ids": list(pool_ids)})
    return [pool for pool in locked if pool.id in pool_ids]


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
    return _fitting(await pools_at(session, [site_id]), site_id, pool_id, connector_type, plugs)


async def lock_pools_of(
    session: AsyncSession,
    site_id: str,
    *,
    pool_id: str | None,
    connector_type: str | None,
    plugs: Sequence[str] = (),
) -> list[PoolFacts]:
    """The same, locked. Raises as that."""
    if connector_type is None:
        locked = await _facts(session, _LOCKED_AT_SITE, {"site": site_id, "pool": pool_id})
    else:  # which plugs a pool has is not for SQL to say, and who books one kind waits for no other's
        known = await pools_at(session, [site_id])
        wanted = [pool.id for pool in known if _fits(pool, site_id, pool_id, connector_type)]
        locked = await lock_pools(session, wanted)
    return _fitting(locked, site_id, pool_id, connector_type, plugs)


def _fits(pool: PoolFacts, site_id: str, pool_id: str | None, connector_type: str | None) -> bool:
    return pool.site_id == site_id and pool_id in (None, pool.id) and pool.has(connector_type)


def _fitting(
    pools: Iterable[PoolFacts],
    site_id: str,
    pool_id: str | None,
    connector_type: str | None,
    plugs: Sequence[str],
) -> list[PoolFacts]:
    named = [pool for pool in pools if _fits(pool, site_id, pool_id, connector_type)]
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


async def load_pools(
    session: AsyncSession,
    pools: Sequence[PoolFacts],
    span: Slot,
    policies: Mapping[str, Policy],
    now: datetime,
    admissions: Mapping[str, Admission] = NOBODY_KEPT_OUT,
    needs: Needs = NO_NEEDS,
) -> list[Pool]:
    """`pools` with the holds that overlap `span`, in their order; two queries in all.

    `policies`, `admissions`: by site id. `needs`: of who asks.
    """
    bare = await _without_holds(session, pools, span, policies, now, admissions, needs)
    holds = await open_holds(session, [pool.id for pool in pools], span)
    return [_with_holds(pool, holds) for pool in bare]


async def count_pools(
    session: AsyncSession,
    pools: Sequence[PoolFacts],
    span: Slot,
    policies: Mapping[str, Policy],
    now: datetime,
    admissions: Mapping[str, Admission] = NOBODY_KEPT_OUT,
    needs: Needs = NO_NEEDS,
) -> list[Pool]:
    """The same, with holds counted where that is enough: for who only asks how many, of many windows."""
    bare = await _without_holds(session, pools, span, policies, now, admissions, needs)
    plain = {pool.facts.id: pool.facts.connector_type for pool in bare if _is_plain(pool, span)}
    known = {c.id for pool in bare for c in pool.connectors if c not in pool.working or c.running}
    counts = await counted_holds(session, plain, span, known, now)
    singly = [hold_id for count in counts.values() for hold_id in count.singly]
    holds = await open_holds_of(session, singly)
    if others := {pool.facts.id for pool in bare} - plain.keys():
        holds += await open_holds(session, others, span)
    return [
        _counted(_with_holds(pool, holds), counts.get(pool.facts.id), known)
        if pool.facts.id in plain
        else _with_holds(pool, holds)
        for pool in bare
    ]


def _is_plain(pool: Pool, span: Slot) -> bool:
    """Is it enough to count its holds? Those that ask for nothing fit on any of its connectors; not where something is
    closed beside them.
    """
    near = neighbourhood(span)
    maintained = any(
        one.cause is ClosureCause.MAINTENANCE and one.span.overlaps(near) for one in pool.closures
    )
    return not pool.shared and not pool.ground.shapes.are_kept and not maintained


def _counted(pool: Pool, count: HoldsCounted | None, known: Collection[int]) -> Pool:
    berths = frozenset(c.berth_id for c in pool.connectors if c.id in known)
    return replace(pool, counted=Counted(changes=() if count is None else count.changes, known=berths))


async def decided(
    session: AsyncSession, pools: Sequence[Pool], ask: Callable[[Sequence[Pool]], Answer]
) -> Answer:
    """The domain's answer about `pools`; where other holds of one decide it, they are loaded and it is asked again."""
    seen = list(pools)
    while True:
        try:
            return ask(seen)
        except HoldsMissing as missing:
            position = next(
                n
                for n, pool in enumerate(seen)
                if pool.facts.id == missing.pool_id and (pool.seen or pool.counted)
            )
            seen[position] = await _with_more_holds(session, seen[position])


async def _with_more_holds(session: AsyncSession, pool: Pool) -> Pool:
    # Holds that ended long ago decide nothing, see domain.place.pool.
    span = Slot(pool.now - NEIGHBOURHOOD, _FAR) if pool.counted is None or pool.seen is None else pool.seen
    holds = await open_holds(session, [pool.facts.id], span)
    return replace(_with_holds(pool, holds), seen=pool.seen if span is pool.seen else None, counted=None)


async def _without_holds(
    session: AsyncSession,
    pools: Sequence[PoolFacts],
    span: Slot,
    policies: Mapping[str, Policy],
    now: datetime,
    admissions: Mapping[str, Admission],
    needs: Needs,
) -> list[Pool]:
    connectors = await connectors_of(session, [pool.id for pool in pools], span.start)
    return [
        Pool(
            facts=pool,
            connectors=(own := _wanted(pool, connectors)),
            holds=(),
            seen=span,
            policy=_policy_in(pool, policies[pool.site_id]),
            now=now,
            closures=(*closures_of(pool.hours, span), *maintenance_of(own)),
            admission=admissions.get(pool.site_id),
            needs=needs,
        )
        for pool in pools
    ]


def _policy_in(pool: PoolFacts, policy: Policy) -> Policy:
    return replace(policy, slots=policy.slots.of(pool.id)) if policy.slots.pools else policy


def _with_holds(pool: Pool, holds: Iterable[OpenHold]) -> Pool:
    return replace(pool, holds=_concerning(pool, holds))


def _wanted(pool: PoolFacts, connectors: Iterable[PoolConnector]) -> tuple[PoolConnector, ...]:
    return tuple(c.wanted_for(pool.connector_type) for c in connectors if c.pool_id == pool.id)


def _concerning(pool: Pool, holds: Iterable[OpenHold]) -> tuple[OpenHold, ...]:
    """Those on its berths. What another pool has there is fixed: this one moves only its own.

    And of those freely only what every connector can serve, as the wanted type of plug sees them, and every bay fits.
    """
    berths = {connector.berth_id for connector in pool.connectors}
    plug = pool.facts.connector_type
    anywhere = all(connector.has(plug) for connector in pool.connectors)

    def seen(hold: OpenHold) -> OpenHold:
        if hold.pool_id != pool.facts.id:
            return replace(hold, locked=True)
        hold = pool.ground.narrowed(hold)
        return hold if anywhere and hold.plug == plug else replace(hold, confined=True)

    return tuple(seen(hold) for hold in holds if hold.berth_id in berths)


async def _facts(
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
