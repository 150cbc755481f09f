"""What is installed where, as plain data, written into the database. For the demo, `make up` and tests.

Writing the same seed again changes nothing; a changed policy or tariff becomes a new version.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.documents import Document, policy_to_document, tariff_to_document
from db.tables import Bay, Charger, Connector, Driver, PolicyVersion, Pool, Site, TariffVersion, Token
from domain.charging import TokenKind, normalised_token
from domain.policy import Policy
from domain.tariff import Tariff


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSeed:
    """`power_w`: watts of each connector. `walk_in_connectors`: how many are never promised."""

    id: str
    name: str
    connector_type: str = "IEC_62196_T2_COMBO"
    power_w: int = 150_000
    walk_in_connectors: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorSeed:
    """`number`: OCPP connectorId. `pool_id`: one of the site's pools. `bay`: the label on the ground."""

    pool_id: str
    number: int = 1
    bay: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargerSeed:
    """`password`: in clear, stored as an Argon2 hash; None leaves the charger without one."""

    id: str
    connectors: tuple[ConnectorSeed, ...]
    password: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSeed:
    """`policy`, `tariff`: the site's own; None: the defaults apply."""

    id: str
    name: str
    zone: str = "Europe/Berlin"
    currency: str = "EUR"
    latitude: float = 52.52
    longitude: float = 13.405
    pools: tuple[PoolSeed, ...] = ()
    chargers: tuple[ChargerSeed, ...] = ()
    policy: Policy | None = None
    tariff: Tariff | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverSeed:
    """`rfid`: idTags of the driver's cards, `group_id` their common parentIdTag."""

    id: str
    fleet_id: str | None = None
    stripe_customer: str | None = None
    rfid: tuple[str, ...] = ()
    group_id: str | None = None
    blocked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """`policy`, `tariff`: the defaults for sites without their own."""

    sites: tuple[SiteSeed, ...] = ()
    drivers: tuple[DriverSeed, ...] = ()
    policy: Policy | None = None
    tariff: Tariff | None = None


async def seed(
    session: AsyncSession, plan: Seed, *, now: datetime, hasher: PasswordHasher | None = None
) -> None:
    """Write `plan`; the caller commits. `hasher`: cheaper parameters for tests with many chargers."""
    hasher = hasher or PasswordHasher()
    if plan.policy is not None:
        await _new_version(session, PolicyVersion, None, policy_to_document(plan.policy), now)
    if plan.tariff is not None:
        await _new_version(session, TariffVersion, None, tariff_to_document(plan.tariff), now)
    for site in plan.sites:
        await _seed_site(session, site, now)
        for charger in site.chargers:
            await _seed_charger(session, site, charger, hasher)
    for driver in plan.drivers:
        await _seed_driver(session, driver, now)
    await session.flush()


async def _seed_site(session: AsyncSession, site: SiteSeed, now: datetime) -> None:
    await session.merge(
        Site(
            id=site.id,
            name=site.name,
            zone=site.zone,
            currency=site.currency,
            latitude=site.latitude,
            longitude=site.longitude,
        )
    )
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


async def _seed_charger(
    session: AsyncSession, site: SiteSeed, charger: ChargerSeed, hasher: PasswordHasher
) -> None:
    row = await session.get(Charger, charger.id)
    if row is None:
        row = Charger(id=charger.id, site_id=site.id, capabilities={}, epoch=0)
        session.add(row)
    row.site_id = site.id
    row.password_hash = _hashed(charger.password, row.password_hash, hasher)
    await session.flush()
    bays = await _bays(session, site.id, (c.bay for c in charger.connectors))
    for connector in charger.connectors:
        values = {"pool_id": connector.pool_id, "bay_id": bays.get(connector.bay or "")}
        statement = insert(Connector).values(charger_id=charger.id, number=connector.number, **values)
        await session.execute(
            statement.on_conflict_do_update(index_elements=["charger_id", "number"], set_=values)
        )


async def _bays(session: AsyncSession, site_id: str, labels: Iterable[str | None]) -> dict[str, int]:
    wanted = sorted({label for label in labels if label})
    if not wanted:
        return {}
    rows = [{"site_id": site_id, "label": label} for label in wanted]
    await session.execute(insert(Bay).values(rows).on_conflict_do_nothing())
    found = await session.execute(
        select(Bay.label, Bay.id).where(Bay.site_id == site_id, Bay.label.in_(wanted))
    )
    return {label: id_ for label, id_ in found}  # noqa: C416 - a Row is no plain pair to the type checker


async def _seed_driver(session: AsyncSession, driver: DriverSeed, now: datetime) -> None:
    row = await session.get(Driver, driver.id)
    if row is None:
        row = Driver(id=driver.id, created_at=now)
        session.add(row)
    row.fleet_id = driver.fleet_id
    row.stripe_customer = driver.stripe_customer or row.stripe_customer
    row.blocked = driver.blocked
    await session.flush()
    for value in driver.rfid:
        await session.merge(
            Token(
                value=normalised_token(value),
                kind=TokenKind.RFID,
                driver_id=driver.id,
                group_id=driver.group_id,
                blocked=False,
            )
        )


async def _new_version(
    session: AsyncSession,
    table: type[PolicyVersion] | type[TariffVersion],
    site_id: str | None,
    document: Document,
    now: datetime,
) -> None:
    known = select(table.version, table.document).where(table.site_id.is_not_distinct_from(site_id))
    newest = (await session.execute(known.order_by(table.version.desc()).limit(1))).first()
    if newest is not None and newest.document == document:
        return
    version = 1 if newest is None else newest.version + 1
    session.add(table(site_id=site_id, version=version, valid_from=now, document=document))
    await session.flush()


def _hashed(password: str | None, known: str | None, hasher: PasswordHasher) -> str | None:
    if password is None:
        return known
    if known is not None:
        try:
            hasher.verify(known, password)
        except VerificationError:
            return hasher.hash(password)
        return known
    return hasher.hash(password)
