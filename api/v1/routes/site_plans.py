"""/v1/sites/{site_id}/plan, and where operators lay it down: /v1/operations/sites/{site_id}/plan."""

from fastapi import APIRouter, Response

from api.desk.site_plans import edition_of_plan
from api.services import ServicesHere
from api.v1.callers import Anyone, AuthenticatedRoute, Operator
from api.v1.etags import EDITED, NOT_MODIFIED, REVALIDATED, IfMatch, IfMatchOrNew, show_edition, tagged
from api.v1.responses import AUTH, documented
from api.v1.schemas.fields import Identifier
from api.v1.schemas.site_plans import SitePlanIn, SitePlanOut
from api.v1.views.site_plans import site_plan_out
from domain.place.site_plan import SitePlan

_REFUSED = documented(*AUTH, "invalid_request", "database_unavailable", "site_unknown")
_READ = tagged() | NOT_MODIFIED | documented("site_plan_unknown")
router = APIRouter(
    prefix="/v1/sites/{site_id}/plan", tags=["sites"], route_class=AuthenticatedRoute, responses=_REFUSED
)
operations_router = APIRouter(
    prefix="/v1/operations/sites/{site_id}/plan",
    tags=["operations"],
    route_class=AuthenticatedRoute,
    responses=_REFUSED,
)


@router.get("", summary="Show where the bays are", responses=_READ, dependencies=[REVALIDATED])
async def read_site_plan(
    site_id: Identifier, _principal: Anyone, services: ServicesHere, response: Response
) -> SitePlanOut:
    """Of a site whose operators have laid down a plan; it may not show all of its bays."""
    return _shown(response, await services.desk.site_plans.read(site_id))


@operations_router.get("", summary="Show the plan of a site", responses=_READ, dependencies=[REVALIDATED])
async def read_laid_plan(
    site_id: Identifier, operator: Operator, services: ServicesHere, response: Response
) -> SitePlanOut:
    """As everybody sees it: a bay that the site has no more is not on it."""
    return _shown(response, await services.desk.site_plans.laid(operator, site_id))


@operations_router.put(
    "",
    summary="Lay down the plan of a site",
    responses=tagged()
    | EDITED
    | documented("bay_unknown", "site_plan_invalid", "malformed_request", "body_too_large"),
)
async def put_site_plan(
    site_id: Identifier,
    body: SitePlanIn,
    operator: Operator,
    seen: IfMatchOrNew,
    services: ServicesHere,
    response: Response,
) -> SitePlanOut:
    """Where its bays are and what one finds one's way by; shown at once, in place of the one before."""
    plan = await services.desk.site_plans.put(operator, site_id, body.plan(), body.reason, seen)
    return _shown(response, plan)


@operations_router.delete("", status_code=204, summary="Drop the plan of a site", responses=EDITED)
async def drop_site_plan(
    site_id: Identifier, operator: Operator, seen: IfMatch, services: ServicesHere
) -> None:
    """Bays are listed only, from now on; again, nothing changes."""
    await services.desk.site_plans.drop(operator, site_id, seen)


def _shown(response: Response, plan: SitePlan) -> SitePlanOut:
    show_edition(response, edition_of_plan(plan))
    return site_plan_out(plan)
