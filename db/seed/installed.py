"""What is installed, read back as it is said: so much of each thing as `db.seed.laying` lays down of it."""

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries.place.berths import connectors_with_bays
from db.seed.plan import ChargerSeed, ConnectorSeed, PoolSeed, SiteSeed
from db.tables import Charger, Pool, Site


async def installed_site(session: AsyncSession, site_id: str) -> SiteSeed | None:
    """Without hours, pools and chargers. None: there is none."""
    row = await session.get(Site, site_id)
    if row is None:
        return None
    return SiteSeed(
        id=row.id,
        name=row.name,
        zone=row.zone,
        currency=row.currency,
        latitude=row.latitude,
        longitude=row.longitude,
        address=row.address,
    )


async def installed_pool(session: AsyncSession, site_id: str, pool_id: str) -> PoolSeed | None:
    """None: there is none at that site."""
    row = await session.get(Pool, pool_id)
    if row is None or row.site_id != site_id:
        return None
    return PoolSeed(
        id=row.id,
        name=row.name,
        connector_type=row.connector_type,
        power_w=row.power_w,
        walk_in_connectors=row.walk_in_connectors,
    )


async def installed_charger(session: AsyncSession, site_id: str, charger_id: str) -> ChargerSeed | None:
    """With all its connectors, by number, without its password. None: there is none at that site."""
    row = await session.get(Charger, charger_id)
    if row is None or row.site_id != site_id:
        return None
    connectors = await connectors_with_bays(session, charger_id)
    return ChargerSeed(
        id=row.id,
        connectors=tuple(
            ConnectorSeed(number=connector.number, pool_id=connector.pool_id, bay=bay)
            for connector, bay in connectors
        ),
        one_at_a_time=tuple(tuple(group) for group in row.one_at_a_time),
        keeps_local_list=row.keeps_local_list,
    )
