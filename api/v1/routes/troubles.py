"""/v1/operations/troubles: when chargers and connectors were not well, and the end that an operator gives to it."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Operator
from api.v1.pagination import LARGEST_PAGE, LARGEST_ROW, cursor_of_trouble, trouble_position
from api.v1.responses import AUTH, documented
from api.v1.schemas.fields import Identifier, Instant
from api.v1.schemas.troubles import EndTroubleIn, TroubleOut, TroublesOut
from api.v1.views.troubles import trouble_out
from db.queries.charging.troubles import TroubleFilter

router = APIRouter(
    prefix="/v1/operations/troubles",
    tags=["operations"],
    route_class=AuthenticatedRoute,
    responses=documented(*AUTH, "invalid_request", "database_unavailable"),
)


@router.get("", summary="List trouble at chargers as intervals", responses=documented("cursor_invalid"))
async def list_troubles(
    operator: Operator,
    services: ServicesHere,
    charger_id: Identifier | None = None,
    connector_number: Annotated[
        int | None,
        Query(ge=1, le=1000, description="OCPP 1.6 connectorId, 2.x evseId; with its charger's own trouble"),
    ] = None,
    site_id: Identifier | None = None,
    standing: Annotated[bool | None, Query(description="Only what has not ended, or only what has")] = None,
    since: Annotated[Instant | None, Query(description="What stood then or later")] = None,
    cursor: Annotated[str | None, Query(max_length=512, description="next_cursor of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
) -> TroublesOut:
    """The latest beginning first. Trouble of a charger as a whole and of its connectors are intervals of their own."""
    wanted = TroubleFilter(
        charger_id=charger_id,
        connector_number=connector_number,
        site_id=site_id,
        standing=standing,
        since=since,
    )
    found = await services.desk.troubles.page(operator, wanted, trouble_position(cursor), limit)
    return TroublesOut(
        items=[trouble_out(one) for one in found[:limit]],
        next_cursor=cursor_of_trouble(found[limit - 1].row) if len(found) > limit else None,
    )


@router.post(
    "/{trouble_id}/end",
    summary="End trouble that a charger itself does not take back",
    responses=documented("trouble_unknown", "charger_offline", "malformed_request", "body_too_large"),
)
async def end_trouble(
    trouble_id: Annotated[int, Path(ge=1, le=LARGEST_ROW)],
    body: EndTroubleIn,
    operator: Operator,
    services: ServicesHere,
) -> TroubleOut:
    """The place can be booked again, and its reservations are told; if the charger says it anew, it begins anew.

    Silence ends when the charger connects. What has ended stays as it is.
    """
    return trouble_out(await services.desk.troubles.end(operator, trouble_id, body.reason))
