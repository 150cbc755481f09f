"""/v1/operations/chargers: what operators see of chargers."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Operator
from api.v1.pagination import (
    LARGEST_PAGE,
    cursor_of_device_variable,
    cursor_of_named,
    device_variable_position,
    evidence_position,
    named_position,
)
from api.v1.reader import ReaderHere
from api.v1.responses import AUTH, documented
from api.v1.schemas.chargers import ChargerDetailOut, ChargersOut, DeviceModelOut
from api.v1.schemas.fields import NO_NUL, Identifier
from api.v1.schemas.occupancy import OccupancyOut
from api.v1.views.chargers import charger_detail_out, charger_out, device_report_out, device_variable_out
from api.v1.views.occupancy import occupancy_out

router = APIRouter(
    prefix="/v1/operations/chargers",
    tags=["operations"],
    route_class=AuthenticatedRoute,
    responses=documented(*AUTH, "invalid_request", "database_unavailable"),
)


@router.get("", summary="List chargers and their connection", responses=documented("cursor_invalid"))
async def list_chargers(
    operator: Operator,
    services: ServicesHere,
    site_id: Identifier | None = None,
    connected: bool | None = None,
    cursor: Annotated[str | None, Query(max_length=512, description="next_cursor of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
) -> ChargersOut:
    """Chargers by id, with their connection as the gateway last recorded it."""
    rows = await services.desk.chargers.page(
        operator, site_id=site_id, connected=connected, after=named_position(cursor), limit=limit
    )
    return ChargersOut(
        items=[charger_out(row) for row in rows[:limit]],
        next_cursor=cursor_of_named(rows[limit - 1].id) if len(rows) > limit else None,
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


@router.get(
    "/{charger_id}/device-model",
    summary="Search what an OCPP 2.x charger reports of itself",
    responses=documented("charger_unknown", "cursor_invalid"),
)
async def read_device_model(
    charger_id: Identifier,
    operator: Operator,
    services: ServicesHere,
    search: Annotated[
        str | None,
        Query(
            max_length=100,
            pattern=NO_NUL,
            description="In names of components and variables, and in values",
        ),
    ] = None,
    cursor: Annotated[str | None, Query(max_length=2048)] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
) -> DeviceModelOut:
    """By name, as told by its last `get-base-report`; `reports` says whether all of that came."""
    known = await services.desk.chargers.device_model(
        operator, charger_id, search=search, after=device_variable_position(cursor), limit=limit
    )
    rows = known.variables
    return DeviceModelOut(
        reports=[device_report_out(row, known.at) for row in known.reports],
        items=[device_variable_out(row) for row in rows[:limit]],
        next_cursor=cursor_of_device_variable(rows[limit - 1]) if len(rows) > limit else None,
    )


@router.get(
    "/{charger_id}/connectors/{number}/occupancy",
    summary="Show who is at a connector, since when, and the evidence",
    responses=documented("charger_unknown", "connector_unknown", "cursor_invalid"),
)
async def read_occupancy(
    charger_id: Identifier,
    number: Annotated[int, Path(ge=1, le=1000, description="OCPP 1.6 connectorId, 2.x evseId")],
    operator: Operator,
    services: ServicesHere,
    cursor: Annotated[str | None, Query(max_length=512, description="next_cursor of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
) -> OccupancyOut:
    """What booking, lock, gate and fees believe now, whatever the page; and its evidence, the newest first.

    A session that its charger contradicts counts no more, though it has not ended; its end may be inferred.
    """
    known = await services.desk.occupancies.of_connector(
        operator, charger_id, number, after=evidence_position(cursor), limit=limit
    )
    return occupancy_out(known, limit)
