"""/v1/operations/sites/{site_id}: what is installed, said as in a seed file: the site, its pools and chargers."""

from fastapi import APIRouter

from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Operator
from api.v1.responses import AUTH, documented
from api.v1.schemas.fields import Identifier
from api.v1.schemas.installing import (
    InstalledChargerIn,
    InstalledMemberOut,
    InstalledOut,
    PoolIn,
    SiteIn,
)
from db.seed.laying import Laid

router = APIRouter(
    prefix="/v1/operations/sites/{site_id}",
    tags=["operations"],
    route_class=AuthenticatedRoute,
    responses=documented(
        *AUTH,
        *("invalid_request", "malformed_request", "body_too_large", "database_unavailable"),
        *("site_forbidden", "promised_otherwise"),
    ),
)
_THERE = documented("site_unknown", "installed_elsewhere")


@router.put("", summary="Set up a site, or change it", responses=documented())
async def put_site(
    site_id: Identifier, body: SiteIn, operator: Operator, services: ServicesHere
) -> InstalledOut:
    """A new one by operators of the whole installation; it can be booked once a policy and a tariff apply to it, and
    chargers stand there. Changed by its owner: while reservations are open, zone and currency stay.
    """
    laid = await services.desk.installing.put_site(
        operator, body.site(site_id), body.reason, dry_run=body.dry_run
    )
    return _out(site_id, laid, body.dry_run)


@router.put("/pools/{pool_id}", summary="Set up a pool, or change it", responses=_THERE)
async def put_pool(
    site_id: Identifier, pool_id: Identifier, body: PoolIn, operator: Operator, services: ServicesHere
) -> InstalledOut:
    """Connectors that are promised as one: of one plug and power. While reservations are open in it, it gets neither
    another plug nor less power.
    """
    laid = await services.desk.installing.put_pool(
        operator, site_id, body.pool(pool_id), body.reason, dry_run=body.dry_run
    )
    return _out(pool_id, laid, body.dry_run)


@router.put(
    "/chargers/{charger_id}",
    summary="Set up a charger with its connectors, or change it",
    responses=_THERE | documented("berth_promised_twice"),
)
async def put_charger(
    site_id: Identifier,
    charger_id: Identifier,
    body: InstalledChargerIn,
    operator: Operator,
    services: ServicesHere,
) -> InstalledOut:
    """Its identity in the WebSocket path is the id; a password is made by `rotate-password`. A connector on which
    reservations are open goes to no other pool.
    """
    laid = await services.desk.installing.put_charger(
        operator, site_id, body.charger(charger_id), body.reason, dry_run=body.dry_run
    )
    return _out(charger_id, laid, body.dry_run)


def _out(name: str, laid: Laid, dry_run: bool) -> InstalledOut:
    return InstalledOut(
        id=name,
        created=laid.made,
        changes=[
            InstalledMemberOut(member=one.member, before=one.before, after=one.after) for one in laid.changes
        ],
        dry_run=dry_run,
    )
