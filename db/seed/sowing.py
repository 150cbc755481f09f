"""Writes a seed into the database. Writing the same one again changes nothing; a changed policy or tariff
becomes a new version. What the seed does not name stays as it is.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import event, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from db import charger_passwords
from db.documents import Document, policy_to_document, tariff_to_document
from db.queries.cards import ANYBODY, lay_card, lay_driver
from db.queries.place.pools import lock_pools, pools_at
from db.queries.place.terms import terms_in_force
from db.seed.bays import seed_bays
from db.seed.berths import seed_berths
from db.seed.checks import SeedInvalid, check
from db.seed.laying import lay_charger, lay_pool, lay_site, lock_installing
from db.seed.plan import ChargerSeed, DriverSeed, Seed, SiteSeed
from db.tables import (
    Charger,
    PolicyVersion,
    Site,
    TariffVersion,
    WalkInTariffVersion,
)
from domain.errors import Explained


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
    await lock_installing(session)
    with _counted(session, sown):
        sown.new_defaults += await _seed_defaults(session, plan, now)
        for site in plan.sites:
            await _seed_site(session, site, now)
            for charger in site.chargers:
                await _seed_charger(session, site, charger, hasher)
            await seed_berths(session, site)
            await seed_bays(session, site)
        for driver in plan.drivers:
            await _seed_driver(session, driver, now)
        await session.flush()
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


@contextmanager
def _told(path: str) -> Iterator[None]:
    """What is refused there makes the seed invalid."""
    try:
        yield
    except Explained as error:
        raise SeedInvalid([f"{path}: {error.message}"]) from error


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


async def _seed_site(session: AsyncSession, site: SiteSeed, now: datetime) -> None:
    # Bookings wait, and those that are made are seen.
    await lock_pools(session, [pool.id for pool in await pools_at(session, [site.id])])
    with _told(f"site {site.id}"):
        await lay_site(session, site)
    for pool in site.pools:
        with _told(f"site {site.id}: pool {pool.id}"):
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
    session: AsyncSession, site: SiteSeed, charger: ChargerSeed, hasher: PasswordHasher
) -> None:
    known = await session.get(Charger, charger.id)
    if known is not None and known.site_id != site.id:
        await lock_pools(session, [pool.id for pool in await pools_at(session, [known.site_id])])
    with _told(f"site {site.id}: charger {charger.id}"):
        hashed = _hashed(charger.password, None if known is None else known.password_hash, hasher)
        await lay_charger(session, site.id, charger, moves=True, outranks=False, password_hash=hashed)


async def _seed_driver(session: AsyncSession, driver: DriverSeed, now: datetime) -> None:
    said = {
        "fleet_id": driver.fleet_id,
        "stripe_customer": driver.stripe_customer,
        "blocked": driver.blocked,
    }
    await lay_driver(session, driver.id, _said(said), now)
    of_cards = _said({"group_id": driver.group_id, "expires_at": driver.expires_at})
    for value in driver.rfid:
        with _told(f"driver {driver.id}: rfid"):
            await lay_card(session, value, driver.id, of_cards, former=ANYBODY)


def _said(values: dict[str, Any]) -> dict[str, Any]:
    """What is not said stays as it is."""
    return {name: value for name, value in values.items() if value is not None}


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


def _hashed(password: str | None, known: str | None, hasher: PasswordHasher) -> str | None:
    if password is None:
        return known
    if known is not None:
        try:
            hasher.verify(known, password)
        except (VerificationError, InvalidHashError):
            return hasher.hash(password)
        return known
    return hasher.hash(password)
