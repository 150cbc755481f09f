"""How large the bays of a site are and what they are for, for operators: to see, and to declare."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from api.desk.audit import record
from api.desk.editions import WHATEVER, Seen, edition_of
from api.desk.principal import Principal
from db.engine import Sessions
from db.queries.place.bays import bays_of, shape_bays
from db.queries.place.pool_facts import pools_at
from db.queries.place.pool_locks import lock_pools
from db.queries.place.sites import site_of
from domain.facts.audit_rules import BaysDeclared
from domain.place.fit import BayShape
from domain.terms.site_roles import READ, RUN


@dataclass(frozen=True, slots=True, kw_only=True)
class BaysDeclaration:
    """`bays`: by label; who is not named stays as it is."""

    bays: Mapping[str, BayShape]
    reason: str


def edition_of_bays(bays: Mapping[str, BayShape]) -> str:
    return edition_of(dict(bays))


class Bays:
    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def all(self, principal: Principal, site_id: str) -> Mapping[str, BayShape]:
        """By label. Raises ScopeMissing, UnknownSite."""
        principal.require_site(site_id, *READ)
        async with self._sessions() as session:
            await site_of(session, site_id)
            return await bays_of(session, site_id)

    async def declare(
        self, principal: Principal, site_id: str, said: BaysDeclaration, seen: Seen = WHATEVER
    ) -> Mapping[str, BayShape]:
        """Raises ScopeMissing, UnknownSite, ChangedMeanwhile, UnknownBay; nothing has changed then."""
        principal.require_site(site_id, *RUN)
        async with self._sessions.begin() as session:
            await site_of(session, site_id)
            await lock_pools(session, [pool.id for pool in await pools_at(session, [site_id])])
            seen.check(edition_of_bays(await bays_of(session, site_id)))
            await shape_bays(session, site_id, said.bays)
            fact = BaysDeclared(bays=", ".join(sorted(said.bays)), reason=said.reason)
            await record(session, principal, fact, site_id, at=self._clock())
            return await bays_of(session, site_id)
