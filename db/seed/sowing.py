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
from db.queries.place.berths import bays_named
from db.queries.place.opening import set_hours
from db.queries.place.terms import terms_in_force
from db.seed.bays import seed_bays
from db.seed.berths import seed_berths
from db.seed.checks import SeedInvalid, check
from db.seed.plan import ChargerSeed, DriverSeed, Seed, SiteSeed
from db.tables import (
    Charger,
    Connector,
    PolicyVersion,
    Pool,
    Site,
    TariffVersion,
    WalkInTariffVersion,
)
from domain.errors import CardTaken, OpeningHoursInvalid


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
    known = await session.get(Site, site.id)
    row = await session.merge(
        Site(
            id=site.id,
            name=site.name,
            zone=site.zone,
            currency=site.currency,
            latitude=site.latitude,
            longitude=site.longitude,
            address=(known.address if known else "") if site.address is None else site.address.strip(),
        )
    )
    try:
        set_hours(row, text=site.opening_hours, country=site.country)
    except OpeningHoursInvalid as error:
        raise SeedInvalid([f"site {site.id}: opening_hours: {error.message}"]) from error
    await session.flush()
    for pool in site.pools:
        await session.merge(
            Pool(
                id=pool.id,
                site_id=site.id,
                name=pool.name,
                connector_type=pool.connector_type,
                power_w=pool.power_w,
                walk_in_connectors=pool.walk_in_connectors,
            )
        )
    await session.flush()
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
    row = await session.get(Charger, charger.id)
    if row is None:
        row = Charger(id=charger.id, site_id=site.id, capabilities={}, epoch=0)
        session.add(row)
    row.site_id, row.keeps_local_list = site.id, charger.keeps_local_list
    row.password_hash = _hashed(charger.password, row.password_hash, hasher)
    await session.flush()
    declared = row.topology_declared_at is not None  # by an operator, who is right here
    if not declared:
        row.one_at_a_time = [list(group) for group in charger.one_at_a_time]
    bays = await bays_named(session, site.id, {c.bay for c in charger.connectors if c.bay})
    statement = select(Connector).where(Connector.charger_id == charger.id)
    known = {connector.number: connector for connector in await session.scalars(statement)}
    for connector in charger.connectors:
        bay_id = bays.get(connector.bay or "")
        if connector.number in known:
            known[connector.number].pool_id = connector.pool_id
            if not declared:
                known[connector.number].bay_id = bay_id
        else:
            values = {"charger_id": charger.id, "number": connector.number, "pool_id": connector.pool_id}
            session.add(Connector(**values, bay_id=bay_id))
    await session.flush()


async def _seed_driver(session: AsyncSession, driver: DriverSeed, now: datetime) -> None:
    said = {
        "fleet_id": driver.fleet_id,
        "stripe_customer": driver.stripe_customer,
        "blocked": driver.blocked,
    }
    await lay_driver(session, driver.id, _said(said), now)
    of_cards = _said({"group_id": driver.group_id, "expires_at": driver.expires_at})
    for value in driver.rfid:
        try:
            await lay_card(session, value, driver.id, of_cards, former=ANYBODY)
        except CardTaken as error:
            raise SeedInvalid([f"driver {driver.id}: rfid: {error.message}"]) from error


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
    sown = select(table.document).where(mine).order_by(table.version.desc()).limit(1)
    if issubclass(table, PolicyVersion | TariffVersion):  # the others are written by no operator
        sown = sown.where(table.key.is_(None))
    if await session.scalar(sown) == document:
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
