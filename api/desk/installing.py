"""What is installed where, for operators: sites, pools, chargers and their connectors, said as in a seed file.

One code with seeds (`db.seed.laying`). What open reservations stand by is not changed under them. Whoever follows a
site learns of it by the triggers of its rows.
"""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.desk.audit import record
from api.desk.principal import Principal
from api.desk.refusals import UnusableValue
from db.engine import Sessions
from db.queries.place.berths import PromisedTwice, join_berths
from db.queries.place.pool_facts import pools_at
from db.queries.place.pool_locks import lock_pools
from db.queries.place.sites import site_of
from db.queries.place.terms import terms_in_force
from db.seed.checks import charger_flaws, pool_flaws, site_flaws
from db.seed.laying import Laid, lay_charger, lay_pool, lay_site, lock_installing, members_of
from db.seed.plan import ChargerSeed, PoolSeed, SiteSeed
from db.tables import Charger, Connector, Site
from domain.errors import BerthPromisedTwice, InstalledElsewhere
from domain.facts.audit_places import ChargerSet, PoolSet, SiteSet
from domain.facts.refusals import BerthHeldTwice
from domain.facts.refused_installing import StandsElsewhere
from domain.terms.flaw import Flaw
from domain.terms.site_roles import RULE, RUN


class Installing:
    """`dry_run`: all is tried, nothing is kept."""

    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def put_site(self, principal: Principal, site: SiteSeed, reason: str, *, dry_run: bool) -> Laid:
        """A new one by operators of the whole installation, a change by its owner; without rules, hours and pools.

        Raises ScopeMissing, SiteForbidden, UnusableValue, OpeningHoursInvalid, PromisedOtherwise.
        """
        principal.require_operator()
        async with self._laying(dry_run) as session:
            known = await session.get(Site, site.id)
            if known is None:
                principal.require("operator")
            else:
                principal.require_site(site.id, *RULE)
            _refuse(site_flaws(site))
            await _lock_pools_at(session, site.id)
            laid = await lay_site(session, site)
            await self._check_currency(session, site)
            if laid.is_new:
                fact = SiteSet(members=members_of(laid.changes), new=laid.made, reason=reason)
                await record(session, principal, fact, site.id, at=self._clock())
        return laid

    async def put_pool(
        self, principal: Principal, site_id: str, pool: PoolSeed, reason: str, *, dry_run: bool
    ) -> Laid:
        """Raises ScopeMissing, SiteForbidden, UnusableValue, UnknownSite, InstalledElsewhere, PromisedOtherwise."""
        principal.require_site(site_id, *RUN)
        _refuse(pool_flaws(pool))
        async with self._laying(dry_run) as session:
            await site_of(session, site_id)
            await _lock_pools_at(session, site_id)
            laid = await lay_pool(session, site_id, pool)
            if laid.is_new:
                members = members_of(laid.changes)
                fact = PoolSet(pool=pool.id, members=members, new=laid.made, reason=reason)
                await record(session, principal, fact, site_id, at=self._clock())
        return laid

    async def put_charger(
        self, principal: Principal, site_id: str, charger: ChargerSeed, reason: str, *, dry_run: bool
    ) -> Laid:
        """With the connectors that are named; others that it has stay. Its password is given by a rotation.

        Raises ScopeMissing, SiteForbidden, UnusableValue, UnknownSite, InstalledElsewhere, PromisedOtherwise,
        BerthPromisedTwice.
        """
        principal.require_site(site_id, *RUN)
        try:
            async with self._laying(dry_run) as session:
                await site_of(session, site_id)
                row = await session.get(Charger, charger.id)
                if row is not None and row.site_id != site_id:  # before anything is told of it
                    raise InstalledElsewhere(StandsElsewhere(name=charger.id))
                pools = await _lock_pools_at(session, site_id)
                numbers = select(Connector.number).where(Connector.charger_id == charger.id)
                _refuse(charger_flaws(charger, pools, (await session.scalars(numbers)).all()))
                laid = await lay_charger(session, site_id, charger, moves=False, outranks=True)
                await join_berths(session, site_id)
                if laid.is_new:
                    # Declared by a person: no seed file takes it back.
                    (await session.get_one(Charger, charger.id)).topology_declared_at = self._clock()
                    members = members_of(laid.changes)
                    fact = ChargerSet(site=site_id, members=members, new=laid.made, reason=reason)
                    await record(session, principal, fact, charger.id, at=self._clock())
        except PromisedTwice as error:
            raise BerthPromisedTwice(BerthHeldTwice(reservations=", ".join(error.codes))) from error
        return laid

    @asynccontextmanager
    async def _laying(self, dry_run: bool) -> AsyncIterator[AsyncSession]:
        async with self._sessions() as session:
            await lock_installing(session)
            yield session
            if dry_run:
                await session.rollback()
            else:
                await session.commit()

    async def _check_currency(self, session: AsyncSession, site: SiteSeed) -> None:
        """Raises UnusableValue for another one than that of the rules that would hold there."""
        terms = await terms_in_force(session, await session.get_one(Site, site.id), self._clock())
        if terms is not None and terms.policy.currency != site.currency:
            _refuse([Flaw("currency", f"the policy that applies is in {terms.policy.currency}")])


async def _lock_pools_at(session: AsyncSession, site_id: str) -> list[str]:
    """Bookings wait, and those that are made are seen."""
    ids = [pool.id for pool in await pools_at(session, [site_id])]
    await lock_pools(session, ids)
    return ids


def _refuse(flaws: Iterable[Flaw]) -> None:
    for flaw in flaws:
        raise UnusableValue(flaw.path, "unusable", f"{flaw.path}: {flaw.problem}")
