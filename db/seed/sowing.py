"""Writes a seed into the database. Writing the same one again changes nothing; a changed policy or tariff
becomes a new version. What the seed does not name stays as it is.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from argon2 import PasswordHasher
from sqlalchemy import event, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from db import charger_passwords
from db.documents import Document, policy_to_document, tariff_to_document
from db.queries.place.pool_facts import pools_at
from db.queries.place.pool_locks import lock_pools
from db.queries.place.terms import terms_in_force
from db.seed.bays import seed_bays
from db.seed.berths import seed_berths
from db.seed.checks import SeedInvalid, check, told
from db.seed.laying import lay_charger, lay_pool, lay_site, lock_installing
from db.seed.passwords import hashed_passwords
from db.seed.people import seed_drivers
from db.seed.plan import ChargerSeed, Seed, SiteSeed
from db.seed.site_plans import seed_plan
from db.tables import (
    Charger,
    PolicyVersion,
    Site,
    TariffVersion,
    WalkInTariffVersion,
)


@dataclass(slots=True)
class Sown:
    """How many rows of which table were added and changed, `policy` and `tariff` where the default is a new one, and
    the sites that cannot be booked yet.
    """

    added: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    new_defaults: list[str] = field(default_factory=list)
    without_terms: list[str] = field(default_factory=list)


async def seed(
    session: AsyncSession, plan: Seed, *, now: datetime, hasher: PasswordHasher | None = None
) -> Sown:
    """Write `plan`; the caller commits. `hasher`: cheaper parameters for tests with many chargers.

    Raises SeedInvalid when figures or references make no sense.
    """
    check(plan)
    hasher = hasher or charger_passwords.CHOSEN
    sown = Sown()
    hashes = await hashed_passwords(session, plan, hasher)
    await lock_installing(session)
    with _counted(session, sown):
        sown.added["drivers"] += await seed_drivers(session, plan.drivers, now)
        await _lock_places(session, plan)
        sown.new_defaults += await _seed_defaults(session, plan, now)
        for site in plan.sites:
            await _seed_site(session, site, now)
            for charger in site.chargers:
                await _seed_charger(session, site, charger, hashes.get(charger.id))
            await seed_berths(session, site)
            await seed_bays(session, site)
            await seed_plan(session, site)
        await session.flush()
    sown.added = +sown.added  # tables of which nothing was added are not told of
    sown.without_terms += await _without_terms(session, plan, now)
    return sown


async def _seed_defaults(session: AsyncSession, plan: Seed, now: datetime) -> list[str]:
    """Which of the two are new."""
    new = []
    if plan.default_policy is not None:
        document = policy_to_document(plan.default_policy)
        if await _new_version(session, PolicyVersion, None, document, now):
            new.append("policy")
    if plan.default_tariff is not None:
        document = tariff_to_document(plan.default_tariff)
        if await _new_version(session, TariffVersion, None, document, now):
            new.append("tariff")
    return new


@contextmanager
def _counted(session: AsyncSession, sown: Sown) -> Iterator[None]:
    def count(flushed: Session, _context: object, _instances: object) -> None:
        sown.added.update(str(row.__tablename__) for row in flushed.new)
        sown.changed.update(str(row.__tablename__) for row in flushed.dirty if flushed.is_modified(row))

    event.listen(session.sync_session, "before_flush", count)
    try:
        yield
    finally:
        event.remove(session.sync_session, "before_flush", count)


async def _without_terms(session: AsyncSession, plan: Seed, now: datetime) -> list[str]:
    """Sites of the plan without a policy or tariff in force. Raises SeedInvalid for another currency's."""
    bare = []
    for index, site in enumerate(plan.sites):
        terms = await terms_in_force(session, await session.get_one(Site, site.id), now)
        if terms is None:
            bare.append(site.id)
        elif terms.policy.currency != site.currency:
            raise SeedInvalid(
                [f"sites[{index}].currency: {site.currency}, but its rules are in {terms.policy.currency}"]
            )
    return bare


async def _lock_places(session: AsyncSession, plan: Seed) -> None:
    """Bookings wait, and those that are made are seen: at all sites of the plan, and where its chargers stood."""
    chargers = [charger.id for site in plan.sites for charger in site.chargers]
    stood = await session.scalars(select(Charger.site_id).where(Charger.id.in_(chargers)).distinct())
    sites = {site.id for site in plan.sites} | set(stood)
    await lock_pools(session, [pool.id for pool in await pools_at(session, sites)])
    mine = select(Site.id).where(Site.id.in_(sites)).order_by(Site.id)
    await session.execute(mine.with_for_update(key_share=True))


async def _seed_site(session: AsyncSession, site: SiteSeed, now: datetime) -> None:
    with told(f"site {site.id}"):
        await lay_site(session, site)
    for pool in site.pools:
        with told(f"site {site.id}: pool {pool.id}"):
            await lay_pool(session, site.id, pool)
    if site.policy is not None:
        await _new_version(session, PolicyVersion, site.id, policy_to_document(site.policy), now)
    if site.tariff is not None:
        await _new_version(session, TariffVersion, site.id, tariff_to_document(site.tariff), now)
    if site.walk_in_tariff is not None:
        wanted = site.walk_in_tariff
        document = None if wanted == "none" else tariff_to_document(wanted)
        await _new_version(session, WalkInTariffVersion, site.id, document, now)


async def _seed_charger(
    session: AsyncSession, site: SiteSeed, charger: ChargerSeed, hashed: str | None
) -> None:
    with told(f"site {site.id}: charger {charger.id}"):
        await lay_charger(session, site.id, charger, moves=True, outranks=False, password_hash=hashed)


async def _new_version(
    session: AsyncSession,
    table: type[PolicyVersion] | type[TariffVersion] | type[WalkInTariffVersion],
    site_id: str | None,
    document: Document | None,
    now: datetime,
) -> bool:
    """Add `document` as the newest version, unless it was sown last; whether it was added.

    So a file that is sown again takes back nothing that an operator has written since, and one that was changed does.
    """
    mine = table.site_id.is_not_distinct_from(site_id)
    sown = select(table.document).where(mine, table.key.is_(None))
    if await session.scalar(sown.order_by(table.version.desc()).limit(1)) == document:
        return False
    version = (await session.scalar(select(func.max(table.version)).where(mine)) or 0) + 1
    session.add(table(site_id=site_id, version=version, valid_from=now, document=document))
    await session.flush()
    return True
