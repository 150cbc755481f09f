"""/v1/operations/sites/{site_id}/bays: how large the bays of a site are, and what they are for."""

from collections.abc import Mapping

from fastapi import APIRouter, Response

from api.desk.bays import BaysDeclaration, edition_of_bays
from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Operator
from api.v1.etags import EDITED, NOT_MODIFIED, REVALIDATED, IfMatch, show_edition, tagged
from api.v1.responses import AUTH, documented
from api.v1.schemas.bays import BaysOut, DeclareBaysIn
from api.v1.schemas.fields import Identifier
from api.v1.views.bays import bays_out
from domain.place.fit import BayShape

router = APIRouter(
    prefix="/v1/operations/sites/{site_id}/bays",
    tags=["operations"],
    route_class=AuthenticatedRoute,
    responses=documented(*AUTH, "invalid_request", "database_unavailable", "site_unknown"),
)


@router.get(
    "",
    summary="List the bays of a site",
    responses=tagged() | NOT_MODIFIED,
    dependencies=[REVALIDATED],
)
async def list_bays(
    site_id: Identifier, operator: Operator, services: ServicesHere, response: Response
) -> BaysOut:
    """By their labels. Which connectors are at which bay: the topology of each charger."""
    return _shown(response, await services.desk.bays.all(operator, site_id))


@router.put(
    "",
    summary="Declare how bays are",
    responses=tagged() | EDITED | documented("bay_unknown", "malformed_request", "body_too_large"),
)
async def declare_bays(
    site_id: Identifier,
    body: DeclareBaysIn,
    operator: Operator,
    seen: IfMatch,
    services: ServicesHere,
    response: Response,
) -> BaysOut:
    """Counts at once: bookings are given and moved to bays that fit. A reservation whose bay fits no longer is moved
    when others ask for room, and at the latest when its connector is fixed.
    """
    said = BaysDeclaration(bays={one.label: one.shape() for one in body.bays}, reason=body.reason)
    return _shown(response, await services.desk.bays.declare(operator, site_id, said, seen))


def _shown(response: Response, bays: Mapping[str, BayShape]) -> BaysOut:
    show_edition(response, edition_of_bays(bays))
    return bays_out(bays)
