"""Finding a site by what somebody knows of it or needs there."""

from collections.abc import Sequence
from dataclasses import dataclass

from db.engine import Sessions
from db.queries.place.pool_facts import pools_at
from db.queries.place.sites import all_sites
from db.tables import Site
from domain.place.finding import SiteWish
from domain.place.pool_facts import PoolFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSite:
    """`pools`: the strongest first."""

    site: Site
    pools: Sequence[PoolFacts]


class SiteSearch:
    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def find(self, wish: SiteWish) -> Sequence[FoundSite]:
        """By id."""
        async with self._sessions() as session:
            there = await all_sites(session)
            pools = await pools_at(session, [site.id for site in there])
        by_site: dict[str, list[PoolFacts]] = {}
        for pool in pools:
            by_site.setdefault(pool.site_id, []).append(pool)
        found = []
        for site in there:
            own = by_site.get(site.id, [])
            if wish.suits(f"{site.name} {site.address}", own):
                found.append(
                    FoundSite(site=site, pools=sorted(own, key=lambda one: one.power_w, reverse=True))
                )
        return found
