"""Whose clock is read where something is of no site."""

from api.services import Services


async def zone_of_all(services: Services) -> str:
    """That of all sites, if they have one."""
    zones = {site.zone for site in await services.desk.sites.all()}
    return zones.pop() if len(zones) == 1 else "UTC"
