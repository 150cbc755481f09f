"""/v1/operations/sites/{site_id}: what is installed, said as in a seed file: the site, its pools and chargers."""

from fastapi import APIRouter, Response

from api.desk.installing import Put, edition_of_installed
from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Operator
from api.v1.etags import EDITED, NOT_MODIFIED, REVALIDATED, IfMatchOrNew, show_edition, tagged
from api.v1.responses import AUTH, documented
from api.v1.schemas.fields import Identifier
from api.v1.schemas.installing import (
    InstalledChargerIn,
    InstalledChargerOut,
    InstalledOut,
    InstalledPoolOut,
    InstalledSiteOut,
    PoolIn,
    SiteIn,
)
from api.v1.views.installing import (
    installed_charger_out,
    installed_out,
    installed_pool_out,
    installed_site_out,
)

router = APIRouter(
    prefix="/v1/operations/sites/{site_id}",
    tags=["operations"],
    route_class=AuthenticatedRoute,
    responses=documented(*AUTH, "invalid_request", "database_unavailable", "site_forbidden"),
)
_READ = tagged() | NOT_MODIFIED | documented("site_unknown")
_PUT = (
    tagged(required=False) | EDITED | documented("malformed_request", "body_too_large", "promised_otherwise")
)
_THERE = _PUT | documented("site_unknown", "installed_elsewhere")


@router.get("", summary="Show a site as it is set up", responses=_READ, dependencies=[REVALIDATED])
async def read_installed_site(
    site_id: Identifier, operator: Operator, services: ServicesHere, response: Response
) -> InstalledSiteOut:
    """So much as is said when it is set up; hours, bays and rules are read where they are said."""
    found = await services.desk.installing.site(operator, site_id)
    show_edition(response, edition_of_installed(found))
    return installed_site_out(found)


@router.put("", summary="Set up a site, or change it", responses=_PUT)
async def put_site(
    site_id: Identifier,
    body: SiteIn,
    operator: Operator,
    seen: IfMatchOrNew,
    services: ServicesHere,
    response: Response,
) -> InstalledOut:
    """A new one by operators of the whole installation; it can be booked once a policy and a tariff apply to it, and
    chargers stand there. Changed by its owner: while reservations are open, zone and currency stay.
    """
    put = await services.desk.installing.put_site(
        operator, body.site(site_id), body.reason, dry_run=body.dry_run, seen=seen
    )
    return _shown(response, site_id, put, dry_run=body.dry_run)


@router.get(
    "/pools/{pool_id}",
    summary="Show a pool as it is set up",
    responses=_READ | documented("pool_unknown"),
    dependencies=[REVALIDATED],
)
async def read_installed_pool(
    site_id: Identifier, pool_id: Identifier, operator: Operator, services: ServicesHere, response: Response
) -> InstalledPoolOut:
    found = await services.desk.installing.pool(operator, site_id, pool_id)
    show_edition(response, edition_of_installed(found))
    return installed_pool_out(found)


@router.put("/pools/{pool_id}", summary="Set up a pool, or change it", responses=_THERE)
async def put_pool(
    site_id: Identifier,
    pool_id: Identifier,
    body: PoolIn,
    operator: Operator,
    seen: IfMatchOrNew,
    services: ServicesHere,
    response: Response,
) -> InstalledOut:
    """Connectors that are promised as one: of one plug and power. While reservations are open in it, it gets neither
    another plug nor less power.
    """
    put = await services.desk.installing.put_pool(
        operator, site_id, body.pool(pool_id), body.reason, dry_run=body.dry_run, seen=seen
    )
    return _shown(response, pool_id, put, dry_run=body.dry_run)


@router.get(
    "/chargers/{charger_id}",
    summary="Show a charger as it is set up",
    responses=_READ | documented("charger_unknown"),
    dependencies=[REVALIDATED],
)
async def read_installed_charger(
    site_id: Identifier,
    charger_id: Identifier,
    operator: Operator,
    services: ServicesHere,
    response: Response,
) -> InstalledChargerOut:
    """With all its connectors, whoever said it last: a seed file, a declared topology, or this address."""
    found = await services.desk.installing.charger(operator, site_id, charger_id)
    show_edition(response, edition_of_installed(found))
    return installed_charger_out(found)


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
    seen: IfMatchOrNew,
    services: ServicesHere,
    response: Response,
) -> InstalledOut:
    """Its identity in the WebSocket path is the id; a password is made by `rotate-password`. A connector on which
    reservations are open goes to no other pool.
    """
    put = await services.desk.installing.put_charger(
        operator, site_id, body.charger(charger_id), body.reason, dry_run=body.dry_run, seen=seen
    )
    return _shown(response, charger_id, put, dry_run=body.dry_run)


def _shown(response: Response, name: str, put: Put, *, dry_run: bool) -> InstalledOut:
    if put.edition is not None:
        show_edition(response, put.edition)
    return installed_out(name, put.laid, dry_run=dry_run)
