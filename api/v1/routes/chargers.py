"""/v1/operations/chargers: what operators see of chargers."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Operator
from api.v1.pagination import LARGEST_PAGE
from api.v1.reader import ReaderHere
from api.v1.responses import AUTH, documented
from api.v1.schemas.chargers import ChargerDetailOut, ChargersOut
from api.v1.schemas.fields import Identifier
from api.v1.views.chargers import charger_detail_out, charger_out

router = APIRouter(
    prefix="/v1/operations/chargers",
    tags=["operations"],
    route_class=AuthenticatedRoute,
    responses=documented(*AUTH, "invalid_request", "database_unavailable"),
)


@router.get("", summary="List chargers and their connection")
async def list_chargers(
    operator: Operator,
    services: ServicesHere,
    site_id: Identifier | None = None,
    connected: bool | None = None,
    cursor: Annotated[Identifier | None, Query(description="next_cursor of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
) -> ChargersOut:
    """Chargers by id, with their connection as the gateway last recorded it."""
    rows = await services.desk.chargers.page(
        operator, site_id=site_id, connected=connected, after=cursor, limit=limit
    )
    return ChargersOut(
        items=[charger_out(row) for row in rows[:limit]],
        next_cursor=rows[limit - 1].id if len(rows) > limit else None,
    )


@router.get(
    "/{charger_id}",
    summary="Show one charger: connection, abilities, faults, last messages, pending commands",
    responses=documented("charger_unknown"),
)
async def read_charger(
    charger_id: Identifier, operator: Operator, services: ServicesHere, reader: ReaderHere
) -> ChargerDetailOut:
    """Connection, capabilities and promise, connectors, faults, events, last messages, commands, audit trail."""
    return charger_detail_out(await services.desk.chargers.one(operator, charger_id), reader)
