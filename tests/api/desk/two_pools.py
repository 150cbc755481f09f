"""A site where one pool is faster than another, for whoever asks by energy."""

from dataclasses import replace
from datetime import timedelta

from db.engine import Sessions
from db.seed.plan import BaySeed, PoolSeed
from domain.place.energy import EnergyAsked
from tests.factories import make_policy
from tests.factories.sites import make_driver, make_seed, make_site, plant

FAST, SLOW = "north-fast", "north-slow"
LONG = timedelta(hours=1)
"""So long take 50 kWh in the slow pool, and 30 minutes in the fast one."""
ENERGY = EnergyAsked(energy_wh=50_000)


async def plant_two_pools(sessions: Sessions) -> None:
    """Bays 1 and 2 are of a fast pool, 3 and 4 of a slow one; trailers have place at bay 4 alone."""
    plain = make_site(chargers=4)
    pools = (PoolSeed(id=FAST, name="Fast"), PoolSeed(id=SLOW, name="Slow", power_w=50_000))
    chargers = tuple(
        replace(
            charger,
            connectors=tuple(replace(one, pool_id=pools[number // 2].id) for one in charger.connectors),
        )
        for number, charger in enumerate(plain.chargers)
    )
    site = replace(plain, pools=pools, chargers=chargers, bays=(BaySeed(label="Bay 4", trailer=True),))
    policy = make_policy(open_reservations_per_driver=99, overlapping_per_driver=True)
    drivers = (
        make_driver(driver_id="driver-1"),
        make_driver(driver_id="driver-2"),
        make_driver(driver_id="fleet-1-driver", fleet_id="fleet-1"),
    )
    await plant(sessions, make_seed(site, drivers=drivers, policy=policy))
