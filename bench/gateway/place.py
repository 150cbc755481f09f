"""What the gateway's bench installs: sites full of chargers with one connector and one and the same password.

One password hash for all: checking it for thousands of chargers is what a reconnect storm costs once, and it is
not what is measured here.
"""

from datetime import UTC, datetime

from argon2 import PasswordHasher
from sqlalchemy import update

from bench.gateway.fleet import PASSWORD
from bench.place import seed_for_bench
from db.engine import Sessions
from db.seed import ChargerSeed, ConnectorSeed, PoolSeed, Seed, SiteSeed, seed
from db.tables import Charger

_EACH = 50


def identity(number: int) -> str:
    return f"bench-{number:05d}"


def identities(count: int, first: int = 0) -> list[str]:
    return [identity(n) for n in range(first, first + count)]


async def plant_chargers(sessions: Sessions, count: int) -> None:
    """`count` chargers, rounded up to full sites."""
    sites = tuple(_site(n) for n in range(-(-count // _EACH)))
    like = seed_for_bench()
    plan = Seed(sites=sites, drivers=(), policy=like.policy, tariff=like.tariff)
    async with sessions.begin() as session:
        await seed(session, plan, now=datetime.now(UTC))
        await session.execute(update(Charger).values(password_hash=PasswordHasher().hash(PASSWORD)))


def _site(number: int) -> SiteSeed:
    site_id = f"bench-site-{number}"
    pool = f"{site_id}-fast"
    names = identities(_EACH, first=number * _EACH)
    return SiteSeed(
        id=site_id,
        name=site_id,
        pools=(PoolSeed(id=pool, name="Fast"),),
        chargers=tuple(ChargerSeed(id=name, connectors=(ConnectorSeed(pool_id=pool),)) for name in names),
    )
