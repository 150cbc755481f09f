"""What is installed where, as answers."""

from api.v1.schemas.installing import (
    InstalledChargerOut,
    InstalledConnectorOut,
    InstalledMemberOut,
    InstalledOut,
    InstalledPoolOut,
    InstalledSiteOut,
)
from db.seed.laying import Laid
from db.seed.plan import ChargerSeed, PoolSeed, SiteSeed


def installed_out(name: str, laid: Laid, *, dry_run: bool) -> InstalledOut:
    return InstalledOut(
        id=name,
        created=laid.made,
        changes=[
            InstalledMemberOut(member=one.member, before=one.before, after=one.after) for one in laid.changes
        ],
        dry_run=dry_run,
    )


def installed_site_out(site: SiteSeed) -> InstalledSiteOut:
    return InstalledSiteOut(
        id=site.id,
        name=site.name,
        zone=site.zone,
        currency=site.currency,
        latitude=site.latitude,
        longitude=site.longitude,
        address=site.address or "",
    )


def installed_pool_out(pool: PoolSeed) -> InstalledPoolOut:
    return InstalledPoolOut(
        id=pool.id,
        name=pool.name,
        connector_type=pool.connector_type,
        power_w=pool.power_w,
        walk_in_connectors=pool.walk_in_connectors,
    )


def installed_charger_out(charger: ChargerSeed) -> InstalledChargerOut:
    return InstalledChargerOut(
        id=charger.id,
        connectors=[
            InstalledConnectorOut(number=one.number, pool_id=one.pool_id, bay=one.bay)
            for one in charger.connectors
        ],
        one_at_a_time=[list(group) for group in charger.one_at_a_time],
        keeps_local_list=charger.keeps_local_list,
    )
