"""Whose clock is read where something is of no site."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from api.services import Services
from db.tables import Site


def tomorrow_at(sites: Sequence[Site], now: datetime) -> date:
    """On the clock of the first of them: past midnight there, what UTC calls tomorrow is today already."""
    return today_at(sites, now) + timedelta(days=1)


def today_at(sites: Sequence[Site], now: datetime) -> date:
    return now.astimezone(ZoneInfo(sites[0].zone if sites else "UTC")).date()


async def zone_of_all(services: Services) -> str:
    """That of all sites, if they have one."""
    zones = {site.zone for site in await services.desk.sites.all()}
    return zones.pop() if len(zones) == 1 else "UTC"
