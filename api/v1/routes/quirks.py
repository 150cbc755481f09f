"""/v1/operations/quirks: what is odd about chargers' messages although they are understood."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Operator
from api.v1.pagination import LARGEST_PAGE, cursor_of_model_quirk, model_quirk_position
from api.v1.responses import AUTH, documented
from api.v1.schemas.fields import NO_NUL, Identifier
from api.v1.schemas.quirks import ModelQuirksOut, QuirksOut
from api.v1.views.quirks import model_quirk_out, quirk_out

router = APIRouter(
    prefix="/v1/operations",
    tags=["operations"],
    route_class=AuthenticatedRoute,
    responses=documented(*AUTH, "invalid_request", "database_unavailable"),
)
Name = Annotated[str | None, Query(max_length=64, pattern=NO_NUL)]


@router.get("/quirks", summary="List oddities by model", responses=documented("cursor_invalid"))
async def list_quirks_of_models(
    operator: Operator,
    services: ServicesHere,
    vendor: Name = None,
    model: Name = None,
    cursor: Annotated[str | None, Query(max_length=2048)] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
) -> ModelQuirksOut:
    """By vendor, model and firmware: what to tell their makers."""
    found = await services.desk.quirks.of_models(
        operator, vendor=vendor, model=model, after=model_quirk_position(cursor), limit=limit
    )
    return ModelQuirksOut(
        items=[model_quirk_out(one) for one in found[:limit]],
        next_cursor=cursor_of_model_quirk(found[limit - 1]) if len(found) > limit else None,
    )


@router.get(
    "/chargers/{charger_id}/quirks",
    summary="List what is odd about a charger's messages",
    responses=documented("charger_unknown"),
)
async def list_quirks_of_charger(
    charger_id: Identifier, operator: Operator, services: ServicesHere
) -> QuirksOut:
    """The newest first, at most 200 kinds."""
    found = await services.desk.quirks.of_charger(operator, charger_id)
    return QuirksOut(items=[quirk_out(row) for row in found])
