"""What there is around a wish, whoever has it: pools of its site, and the best of those nearby."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncSession

from contracts.holds import PlaceHold
from db.queries.place.opening import hours_of, is_open, opens_after
from db.queries.place.pool_facts import pools_at
from db.queries.place.pools import decided, load_pools
from db.queries.place.sites import sites_near
from db.queries.place.terms import Versions, versions_in_force, versions_of_open
from db.tables import Site
from domain.place.alternatives import Offer, offers_nearby, search_around
from domain.place.energy import gives
from domain.place.pool import Pool, neighbourhood
from domain.place.pool_facts import PoolFacts
from domain.place.ranking import Yardstick
from domain.place.slots import Slot, next_grid_start, occupied_window
from domain.terms.accepted import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A site that may be offered: what is in force there, and its pools as they are seen.

    `other_plugs`: the same as who wants another plug of the vehicle sees them. `too_slow`: those with the wanted plug
    that do not give the energy in the slot, so that they are not offered; the price of the wanted slot counts them.
    """

    site: Site
    distance_m: int
    versions: Versions
    pools: Sequence[Pool] = ()
    other_plugs: Sequence[Pool] = ()
    too_slow: Sequence[Pool] = ()

    @property
    def all_pools(self) -> list[Pool]:
        """By each plug that it is seen for."""
        return [*self.pools, *self.other_plugs]


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What there is for a wish, whoever has it. `nearby`: at some of `places` (by site id). `wanted`: what all of it is
    ranked by.
    """

    home: Place
    wanted: Yardstick
    nearby: Sequence[Offer]
    places: Mapping[str, Place]


async def around(session: AsyncSession, ask: PlaceHold) -> Around:
    """The plug stays the wanted one if the driver named it or a pool. Raises UnknownSite."""
    versions = await versions_in_force(session, ask.site_id, ask.now)
    facts = await pools_at(session, [ask.site_id])
    of_pool = next((pool.connector_type for pool in facts if pool.id == ask.pool_id), None)
    plug = ask.connector_type or of_pool
    policy, ask = versions.terms.policy, on_the_grid(left_to_us(ask), versions.terms)
    search = search_of(ask.slot, versions.site)
    span = occupied_window(Slot(search.start, search.end + ask.slot.length), policy.slots.buffer)
    served, others = _served(facts, plug, ask), _by_other_plugs(facts, plug, ask)
    wanted = _giving(served, ask)
    pools = await load_pools(
        session, [*served, *others], span, {ask.site_id: policy}, ask.now, needs=ask.needs
    )
    home = Place(
        site=versions.site,
        distance_m=0,
        versions=versions,
        pools=[pool for pool in pools if pool.facts in wanted],
        other_plugs=[pool for pool in pools if pool.facts in others],
        too_slow=[pool for pool in pools if pool.facts in served and pool.facts not in wanted],
    )
    power_w = next((pool.power_w for pool in facts if pool.id == ask.pool_id), None)
    return await _with_nearby(session, ask, home, plug, power_w)


def _served(pools: Iterable[PoolFacts], plug: str | None, ask: PlaceHold) -> list[PoolFacts]:
    """With the plug."""
    plugs = ask.needs.plugs
    return [pool.wanted_for(pool.plug_of(plug, plugs)) for pool in pools if pool.serves(plug, plugs)]


def _giving(pools: Iterable[PoolFacts], ask: PlaceHold) -> list[PoolFacts]:
    """Which may be offered: fast enough for what is to be charged in the slot."""
    return [pool for pool in pools if gives(pool, ask.energy, ask.slot.length)]


def _by_other_plugs(pools: Iterable[PoolFacts], plug: str | None, ask: PlaceHold) -> list[PoolFacts]:
    """Nobody is offered a plug of which it is not known that their vehicle has it."""
    if plug is None:
        return []
    others = [one for one in ask.needs.plugs if one != plug]
    return _giving((pool.wanted_for(one) for one in others for pool in pools if pool.has(one)), ask)


async def _with_nearby(
    session: AsyncSession, ask: PlaceHold, home: Place, plug: str | None, power_w: int | None
) -> Around:
    slot, now = ask.slot, ask.now
    distances = await sites_near(session, home.site)
    known = await versions_of_open(session, distances, now)
    policies = {site_id: versions.terms.policy for site_id, versions in known.items()}
    facts = _giving(_served(await pools_at(session, policies), plug, ask), ask)
    buffer = max((policy.slots.buffer for policy in policies.values()), default=slot.length)
    span = neighbourhood(occupied_window(slot, buffer))
    pools = await load_pools(session, facts, span, policies, now, needs=ask.needs)

    places = {
        site_id: Place(
            site=versions.site,
            distance_m=distances[site_id],
            versions=versions,
            pools=[pool for pool in pools if pool.facts.site_id == site_id],
        )
        for site_id, versions in known.items()
    }
    wanted = Yardstick(
        slot=slot, site_id=ask.site_id, pool_id=ask.pool_id, plug=plug, power_w=power_w, away=distances
    )
    return Around(home=home, wanted=wanted, nearby=await best_nearby(session, pools, wanted), places=places)


async def best_nearby(session: AsyncSession, pools: Sequence[Pool], wanted: Yardstick) -> Sequence[Offer]:
    return await decided(session, pools, lambda seen: offers_nearby(seen, wanted))


def search_of(slot: Slot, site: Site) -> Slot:
    """Where other times begin that are looked at."""
    hours = hours_of(site)
    return search_around(slot, None if is_open(hours, slot) else opens_after(hours, slot))


def left_to_us(ask: PlaceHold) -> PlaceHold:
    """Whichever bay that may be: around who wants one by name there is the same."""
    return replace(ask, needs=ask.needs.at(""))


def on_the_grid(ask: PlaceHold, terms: Terms) -> PlaceHold:
    """Who stands there and cannot have that one now is offered what can be booked from afar: until the end that they
    named, or for as long as their energy takes.
    """
    if ask.connector_id is None:
        return ask
    rules, zone = terms.policy.slots.of(ask.pool_id), terms.site_zone
    start = next_grid_start(ask.slot.start, rules.step, zone)
    end = max(ask.slot.end, start + rules.shortest)
    if ask.energy is not None:
        end = next_grid_start(start + ask.slot.length, rules.step, zone)
    return replace(ask, slot=Slot(start, end), connector_id=None)
