"""What is installed where, for operators: sites, pools, chargers and their connectors, said as in a seed file.

One code with seeds (`db.seed.laying`). What open reservations stand by is not changed under them. Whoever follows a
site learns of it by the triggers of its rows.
"""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.desk.audit import record
from api.desk.editions import WHATEVER, Seen, edition_of
from api.desk.principal import Principal
from api.desk.refusals import UnusableValue
from db.engine import Sessions
from db.queries.place.berths import PromisedTwice, join_berths
from db.queries.place.pool_facts import pools_at
from db.queries.place.pool_locks import lock_pools
from db.queries.place.sites import site_of
from db.queries.place.terms import terms_in_force
from db.seed.checks import charger_flaws, pool_flaws, site_flaws
from db.seed.installed import installed_charger, installed_pool, installed_site
from db.seed.laying import Laid, lay_charger, lay_pool, lay_site, lock_installing, members_of
from db.seed.plan import ChargerSeed, PoolSeed, SiteSeed
from db.tables import Charger, Connector, Site
from domain.errors import BerthPromisedTwice, InstalledElsewhere, UnknownCharger, UnknownPool, UnknownSite
from domain.facts.audit_places import ChargerSet, PoolSet, SiteSet
from domain.facts.refusals import BerthHeldTwice, NoSuchCharger, NoSuchPool, NoSuchSite
from domain.facts.refused_installing import StandsElsewhere
from domain.terms.flaw import Flaw
from domain.terms.site_roles import READ, RULE, RUN

Installed = SiteSeed | PoolSeed | ChargerSeed


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """`edition`: of what is there now; None: nothing is, as nothing was kept."""

    laid: Laid
    edition: str | None


def edition_of_installed(thing: Installed) -> str:
    return edition_of(thing)


class Installing:
    """`dry_run`: all is tried, nothing is kept."""

    def __init__(self, sessions: Sessions, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def site(self, principal: Principal, site_id: str) -> SiteSeed:
        """Raises ScopeMissing, SiteForbidden, UnknownSite."""
        principal.require_site(site_id, *READ)
        async with self._sessions() as session:
            found = await installed_site(session, site_id)
        if found is None:
            raise UnknownSite(NoSuchSite(site_id=site_id))
        return found

    async def pool(self, principal: Principal, site_id: str, pool_id: str) -> PoolSeed:
        """Raises ScopeMissing, SiteForbidden, UnknownSite, UnknownPool."""
        principal.require_site(site_id, *READ)
        async with self._sessions() as session:
            await site_of(session, site_id)
            found = await installed_pool(session, site_id, pool_id)
        if found is None:
            raise UnknownPool(NoSuchPool(pool_id=pool_id))
        return found

    async def charger(self, principal: Principal, site_id: str, charger_id: str) -> ChargerSeed:
        """Raises ScopeMissing, SiteForbidden, UnknownSite, UnknownCharger."""
        principal.require_site(site_id, *READ)
        async with self._sessions() as session:
            await site_of(session, site_id)
            found = await installed_charger(session, site_id, charger_id)
        if found is None:
            raise UnknownCharger(NoSuchCharger(charger_id=charger_id))
        return found

    async def put_site(
        self, principal: Principal, site: SiteSeed, reason: str, *, dry_run: bool, seen: Seen = WHATEVER
    ) -> Put:
        """A new one by operators of the whole installation, a change by its owner; without rules, hours and pools.

        Raises ScopeMissing, SiteForbidden, UnusableValue, ChangedMeanwhile, OpeningHoursInvalid, PromisedOtherwise.
        """
        principal.require_operator()
        async with self._laying(dry_run) as session:
            known = await installed_site(session, site.id)
            if known is None:
                principal.require("operator")
            else:
                principal.require_site(site.id, *RULE)
            _refuse(site_flaws(site))
            await _lock_pools_at(session, site.id)
            former = _edition(known)
            seen.check(former)
            laid = await lay_site(session, site)
            await self._check_currency(session, site)
            if laid.is_new:
                fact = SiteSet(members=members_of(laid.changes), new=laid.made, reason=reason)
                await record(session, principal, fact, site.id, at=self._clock())
            now = _edition(await installed_site(session, site.id))
        return Put(laid=laid, edition=former if dry_run else now)

    async def put_pool(
        self,
        principal: Principal,
        site_id: str,
        pool: PoolSeed,
        reason: str,
        *,
        dry_run: bool,
        seen: Seen = WHATEVER,
    ) -> Put:
        """Raises ScopeMissing, SiteForbidden, UnusableValue, UnknownSite, ChangedMeanwhile, InstalledElsewhere,
        PromisedOtherwise.
        """
        principal.require_site(site_id, *RUN)
        _refuse(pool_flaws(pool))
        async with self._laying(dry_run) as session:
            await site_of(session, site_id)
            await _lock_pools_at(session, site_id)
            former = _edition(await installed_pool(session, site_id, pool.id))
            seen.check(former)
            laid = await lay_pool(session, site_id, pool)
            if laid.is_new:
                members = members_of(laid.changes)
                fact = PoolSet(pool=pool.id, members=members, new=laid.made, reason=reason)
                await record(session, principal, fact, site_id, at=self._clock())
            now = _edition(await installed_pool(session, site_id, pool.id))
        return Put(laid=laid, edition=former if dry_run else now)

    async def put_charger(
        self,
        principal: Principal,
        site_id: str,
        charger: ChargerSeed,
        reason: str,
        *,
        dry_run: bool,
        seen: Seen = WHATEVER,
    ) -> Put:
        """With the connectors that are named; others that it has stay. Its password is given by a rotation.

        Raises ScopeMissing, SiteForbidden, UnusableValue, UnknownSite, InstalledElsewhere, ChangedMeanwhile,
        PromisedOtherwise, BerthPromisedTwice.
        """
        principal.require_site(site_id, *RUN)
        try:
            async with self._laying(dry_run) as session:
                await site_of(session, site_id)
                former, laid = await _lay_charger_as_seen(session, site_id, charger, seen)
                await join_berths(session, site_id)
                if laid.is_new:
                    # Declared by a person: no seed file takes it back.
                    (await session.get_one(Charger, charger.id)).topology_declared_at = self._clock()
                    members = members_of(laid.changes)
                    fact = ChargerSet(site=site_id, members=members, new=laid.made, reason=reason)
                    await record(session, principal, fact, charger.id, at=self._clock())
                now = _edition(await installed_charger(session, site_id, charger.id))
        except PromisedTwice as error:
            raise BerthPromisedTwice(BerthHeldTwice(reservations=", ".join(error.codes))) from error
        return Put(laid=laid, edition=former if dry_run else now)

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


def _edition(thing: Installed | None) -> str | None:
    return None if thing is None else edition_of_installed(thing)


async def _lay_charger_as_seen(
    session: AsyncSession, site_id: str, charger: ChargerSeed, seen: Seen
) -> tuple[str | None, Laid]:
    """With its edition before. Raises InstalledElsewhere, ChangedMeanwhile, UnusableValue, PromisedOtherwise."""
    pools = await _lock_pools_at(session, site_id)
    row = await session.get(Charger, charger.id)  # not before: topologies are declared under this lock, too
    if row is not None and row.site_id != site_id:  # before anything is told of it
        raise InstalledElsewhere(StandsElsewhere(name=charger.id))
    former = _edition(await installed_charger(session, site_id, charger.id))
    seen.check(former)
    numbers = select(Connector.number).where(Connector.charger_id == charger.id)
    _refuse(charger_flaws(charger, pools, (await session.scalars(numbers)).all()))
    return former, await lay_charger(session, site_id, charger, moves=False, outranks=True)


async def _lock_pools_at(session: AsyncSession, site_id: str) -> list[str]:
    """Bookings wait, and those that are made are seen."""
    ids = [pool.id for pool in await pools_at(session, [site_id])]
    await lock_pools(session, ids)
    return ids


def _refuse(flaws: Iterable[Flaw]) -> None:
    for flaw in flaws:
        raise UnusableValue(flaw.path, "unusable", f"{flaw.path}: {flaw.problem}")
