"""What the gateway's bench installs: sites full of chargers with one connector and one and the same password.

One password hash for all: checking it for thousands of chargers is what a reconnect storm costs once, and it is
not what is measured here.
"""

from datetime import UTC, datetime

from sqlalchemy import text

from bench.gateway.fleet import PASSWORD
from bench.place import seed_for_bench
from db.charger_passwords import RANDOM
from db.engine import Sessions
from db.seed import PoolSeed, Seed, SiteSeed, seed

_EACH = 50
_CHARGERS = text("""
INSERT INTO chargers (id, site_id, password_hash)
SELECT 'bench-' || lpad(CAST(n AS text), 5, '0'), 'bench-site-' || n / :each, :hash
FROM generate_series(0, :count - 1) n
""")
_CONNECTORS = text("""
INSERT INTO connectors (charger_id, number, pool_id) SELECT id, 1, site_id || '-fast' FROM chargers
""")


def identity(number: int) -> str:
    return f"bench-{number:05d}"


def identities(count: int, first: int = 0) -> list[str]:
    return [identity(n) for n in range(first, first + count)]


async def plant_chargers(sessions: Sessions, count: int) -> None:
    """`count` chargers. The server writes them itself: thousands in a second."""
    like = seed_for_bench()
    sites = tuple(_site(n) for n in range(-(-count // _EACH)))
    plan = Seed(sites=sites, default_policy=like.default_policy, default_tariff=like.default_tariff)
    figures = {"count": count, "each": _EACH, "hash": RANDOM.hash(PASSWORD)}
    async with sessions.begin() as session:
        await seed(session, plan, now=datetime.now(UTC))
        await session.execute(_CHARGERS, figures)
        await session.execute(_CONNECTORS)


def _site(number: int) -> SiteSeed:
    site_id = f"bench-site-{number}"
    return SiteSeed(
        id=site_id,
        name=site_id,
        latitude=52.52,
        longitude=13.405,
        pools=(PoolSeed(id=f"{site_id}-fast", name="Fast"),),
        chargers=(),
    )
