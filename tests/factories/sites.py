"""Sites with chargers and drivers, as seeds, and `plant` to put them into a database."""

import pickle
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from db import charger_passwords
from db.seed import ChargerSeed, ConnectorSeed, DriverSeed, PoolSeed, Seed, SiteSeed, seed
from db.tables import Charger, Connector
from domain.terms.policy import Policy
from domain.terms.tariff import Tariff
from tests.factories.policies import make_policy, make_tariff
from tests.factories.replanting import Replanting

PASSWORD = "charger-password"
CHEAP_HASHER = charger_passwords.RANDOM
"""One of today's two costs: any other would be hashed anew, dearly, as each charger first connects."""
INSTALLED = datetime(2020, 1, 1, tzinfo=UTC)
_REPLANTING = Replanting()


def make_site(
    *,
    site_id: str = "north",
    chargers: int = 2,
    connectors_each: int = 1,
    walk_in: int = 0,
    power_w: int = 150_000,
    connector_type: str = "IEC_62196_T2_COMBO",
    **over: Any,
) -> SiteSeed:
    """One pool `<site>-dc` with chargers `<SITE>-1`, `<SITE>-2` …; bays `Bay 1` or `Bay 1.2`."""
    pool = PoolSeed(
        id=f"{site_id}-dc",
        name="DC",
        power_w=power_w,
        walk_in_connectors=walk_in,
        connector_type=connector_type,
    )
    values: dict[str, Any] = {
        "id": site_id,
        "name": f"Site {site_id}",
        "latitude": 52.52,
        "longitude": 13.405,
        "pools": (pool,),
        "chargers": tuple(
            ChargerSeed(
                id=f"{site_id.upper()}-{n}",
                password=PASSWORD,
                connectors=tuple(
                    ConnectorSeed(
                        pool_id=pool.id, number=k, bay=f"Bay {n}" if connectors_each == 1 else f"Bay {n}.{k}"
                    )
                    for k in range(1, connectors_each + 1)
                ),
            )
            for n in range(1, chargers + 1)
        ),
    }
    return SiteSeed(**(values | over))


def make_driver(*, driver_id: str = "driver-1", rfid: tuple[str, ...] = (), **over: Any) -> DriverSeed:
    return DriverSeed(id=driver_id, rfid=rfid, **over)


def make_seed(
    *sites: SiteSeed,
    drivers: tuple[DriverSeed, ...] = (),
    policy: Policy | None = None,
    tariff: Tariff | None = None,
) -> Seed:
    """`sites` (or one default site) under the default policy and tariff of these factories."""
    return Seed(
        sites=sites or (make_site(),),
        drivers=drivers,
        default_policy=policy or make_policy(),
        default_tariff=tariff or make_tariff(),
    )


async def plant(
    sessions: async_sessionmaker[AsyncSession],
    plan: Seed,
    *,
    online: bool = True,
    gateway: str = "test-gateway",
    at: datetime = INSTALLED,
) -> dict[tuple[str, int], int]:
    """Write `plan`; `online`: chargers connected and Available. Returns (charger, number) → connector id."""
    async with sessions.begin() as session:

        async def seeds() -> dict[tuple[str, int], int]:
            await seed(session, plan, now=at, hasher=CHEAP_HASHER)
            if online:
                here = {"gateway_instance": gateway, "epoch": 1, "connected_at": at, "last_seen_at": at}
                await session.execute(update(Charger).values(here))
                await session.execute(update(Connector).values(status="available", status_at=at))
            rows = await session.execute(select(Connector.charger_id, Connector.number, Connector.id))
            return {(charger, number): id_ for charger, number, id_ in rows}

        key = pickle.dumps((plan, online, gateway, at))
        return await _REPLANTING.planted(session, key, seeds)
