"""Pools as the domain decides about them: with connectors and the holds of a span of time."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.place.connectors import connectors_of
from db.queries.place.holds import HoldsCounted, counted_holds, open_holds, open_holds_of
from db.queries.place.opening import closures_of
from domain.place.admission import Admission
from domain.place.closures import ClosureCause
from domain.place.connectors import PoolConnector
from domain.place.crowd import Counted, HoldsMissing
from domain.place.fit import NO_NEEDS, Needs
from domain.place.holds import OpenHold
from domain.place.maintenance import maintenance_of
from domain.place.pool import NEIGHBOURHOOD, Pool, neighbourhood
from domain.place.pool_facts import PoolFacts
from domain.place.slots import Slot
from domain.terms.policy import Policy

Answer = TypeVar("Answer")

NOBODY_KEPT_OUT: Mapping[str, Admission] = {}
_FAR = datetime(9999, 1, 1, tzinfo=UTC)


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
    bare = await bare_pools(session, pools, span, policies, now, admissions, needs)
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
    bare = await bare_pools(session, pools, span, policies, now, admissions, needs)
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


async def bare_pools(
    session: AsyncSession,
    pools: Sequence[PoolFacts],
    span: Slot,
    policies: Mapping[str, Policy],
    now: datetime,
    admissions: Mapping[str, Admission],
    needs: Needs,
) -> list[Pool]:
    """As if nothing was held there: for who asks what could be."""
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
        return hold if anywhere and hold.plug == plug else hold.seen_as(among=hold.among, confined=True)

    return tuple(seen(hold) for hold in holds if hold.berth_id in berths)
