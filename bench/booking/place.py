"""What is installed for it: a site of a hundred EVSEs in four pools, and others like it that fill the table."""

from dataclasses import replace
from datetime import timedelta

from bench.place import seed_for_bench
from db.seed import ChargerSeed, ConnectorSeed, PoolSeed, Seed, SiteSeed
from domain.terms.policy import SlotRules

BIG_SITE = "big-0"
POOLS, CHARGERS_EACH, CONNECTORS_EACH = 4, 5, 5
OTHERS = 20
"""Sites beside it."""
FORTNIGHT = timedelta(days=14)
STEP = timedelta(hours=1)
"""A fortnight of it fits into one answer."""


def seed_for_size() -> Seed:
    """2,100 connectors at 21 sites, ordinary policies but for the hourly grid."""
    ordinary = seed_for_bench()
    if ordinary.default_policy is None:
        raise LookupError("the bench's sites have a policy")
    rules = SlotRules(step=STEP, shortest=STEP, horizon=FORTNIGHT + timedelta(days=1))
    policy = replace(ordinary.default_policy, slots=rules)
    return replace(
        ordinary, sites=tuple(_site(f"big-{n}") for n in range(1 + OTHERS)), drivers=(), default_policy=policy
    )


def _site(site_id: str) -> SiteSeed:
    pools = tuple(
        PoolSeed(id=f"{site_id}-{n}", name=f"Pool {n}", power_w=50_000 * (1 + n)) for n in range(POOLS)
    )
    return SiteSeed(
        id=site_id,
        name=site_id,
        latitude=52.52,
        longitude=13.405,
        pools=pools,
        chargers=tuple(
            ChargerSeed(
                id=f"{pool.id}-{n}",
                connectors=tuple(
                    ConnectorSeed(pool_id=pool.id, number=k + 1) for k in range(CONNECTORS_EACH)
                ),
            )
            for pool in pools
            for n in range(CHARGERS_EACH)
        ),
    )
