"""A site where no two bays are quite alike: plugs, sizes, bays kept for wheelchairs, maintenance, bays that two pools
share, and hours at which only tenants may use some. Nothing of it can be reckoned by counting alone.
"""

from datetime import datetime, time, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bench.booking.place import CHARGERS_EACH, CONNECTORS_EACH, POOLS
from db.documents import access_rules_to_document
from db.seed import BaySeed, ChargerSeed, ConnectorSeed, PoolSeed, SiteSeed
from db.tables import AccessRulesVersion
from domain.place.fit import Needs
from domain.terms.access_rules import AccessLine, AccessRules, Who
from domain.terms.price_rules import WeeklySpan

RICH_SITE = "unlike-0"
SEDAN = Needs(length_cm=485, width_cm=190, height_cm=150)
"""What who asks needs: not every bay is as long."""
_EACH = CHARGERS_EACH * CONNECTORS_EACH
_SHARED, _SHARING = _EACH - 1, _EACH - 2
"""The last bay of each pool is the last but one of the next."""
_TENANTS = range(15, 20)
# Every fifth EVSE has two types of plug, three bays in each pool are closed for some hours.
_PLUGS = text("""
UPDATE connectors SET plug_types = '{"1": "IEC_62196_T2_COMBO", "2": "CHADEMO"}', plug_types_declared = true
WHERE charger_id LIKE 'unlike-%' AND number = 5
""")
_MAINTAINED = text("""
INSERT INTO maintenance_windows (site_id, bay_id, starts_at, ends_at, reason, on_conflict, planned_at, planned_by, key)
SELECT b.site_id, b.id, CAST(:now AS timestamptz) + d * interval '1 day',
       CAST(:now AS timestamptz) + d * interval '1 day' + interval '5 hours', 'cables', 'move', :now, 'bench',
       b.id || '-' || d
FROM bays b CROSS JOIN unnest(ARRAY[2, 9]) d WHERE b.site_id = :site AND b.label ~ '-1[012]$'
""")


def rich_site(site_id: str = RICH_SITE) -> SiteSeed:
    """As large as the others."""
    return SiteSeed(
        id=site_id,
        name=site_id,
        latitude=52.52,
        longitude=13.405,
        pools=tuple(
            PoolSeed(id=f"{site_id}-{n}", name=f"Pool {n}", power_w=50_000 * (1 + n)) for n in range(POOLS)
        ),
        chargers=tuple(
            ChargerSeed(
                id=f"{site_id}-{pool}-{n}",
                connectors=tuple(
                    ConnectorSeed(
                        pool_id=f"{site_id}-{pool}",
                        number=k + 1,
                        bay=_label(pool, n * CONNECTORS_EACH + k),
                    )
                    for k in range(CONNECTORS_EACH)
                ),
            )
            for pool in range(POOLS)
            for n in range(CHARGERS_EACH)
        ),
        bays=tuple(_bay(pool, n) for pool in range(POOLS) for n in range(_EACH) if n != _SHARING),
    )


def _label(pool: int, number: int) -> str:
    if number == _SHARING:
        pool, number = (pool - 1) % POOLS, _SHARED
    return f"{pool}-{number}"


def _bay(pool: int, n: int) -> BaySeed:
    return BaySeed(
        label=_label(pool, n),
        length_cm=460 + 30 * (n % 5),
        width_cm=250,
        height_cm=None if n % 6 else 200,
        trailer=n in (2, 3),
        drive_through=n in (2, 3, 4),
        accessible=n < 2,
    )


async def make_rich(session: AsyncSession, now: datetime) -> None:
    """What no seed says, once its site is sown."""
    await session.execute(_PLUGS)
    await session.execute(_MAINTAINED, {"site": RICH_SITE, "now": now})
    labels = tuple(_label(pool, n) for pool in range(POOLS) for n in _TENANTS)
    daytime = (WeeklySpan(weekdays=tuple(range(5)), start=time(8), end=time(18)),)
    rules = AccessRules(
        lines=(
            AccessLine(name="tenants", who=Who.GROUP, names=("tenants",), bays=labels, allow=True),
            AccessLine(name="by day", who=Who.PUBLIC, weekly=daytime, bays=labels, allow=False),
        )
    )
    document = access_rules_to_document(rules)
    session.add(
        AccessRulesVersion(
            site_id=RICH_SITE, version=1, valid_from=now - timedelta(days=1), document=document
        )
    )
