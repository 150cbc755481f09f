"""/v1/operations/sites/{site_id}/maintenance-windows: when bays, chargers, connectors, or the site, are closed."""

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Path, Query

from api.desk.maintenance import Conflict, Window
from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Operator
from api.v1.idempotency_key import RequiredKey
from api.v1.pagination import LARGEST_PAGE, LARGEST_ROW, cursor_of_maintenance, maintenance_position
from api.v1.responses import AUTH, KEYED, documented
from api.v1.schemas.fields import Identifier
from api.v1.schemas.maintenance import (
    CancelMaintenanceIn,
    ConflictOut,
    MaintenancePreviewOut,
    MaintenanceWindowOut,
    MaintenanceWindowsOut,
    PlanMaintenanceIn,
    PreviewMaintenanceIn,
)

router = APIRouter(
    prefix="/v1/operations/sites/{site_id}",
    tags=["operations"],
    route_class=AuthenticatedRoute,
    responses=documented(*AUTH, "invalid_request", "database_unavailable", "site_unknown"),
)
_PLANNED = (
    "charger_unknown", "connector_unknown", "bay_unknown", "maintenance_in_past", "maintenance_span_invalid",
    "maintenance_too_long", "maintenance_overlaps", "malformed_request", "body_too_large",
)  # fmt: skip
WindowId = Annotated[int, Path(ge=1, le=LARGEST_ROW)]


@router.post(
    "/maintenance-windows",
    summary="Plan a maintenance window",
    status_code=201,
    responses=documented(*_PLANNED, *KEYED),
)
async def plan_maintenance(
    site_id: Identifier,
    body: PlanMaintenanceIn,
    operator: Operator,
    key: RequiredKey,
    services: ServicesHere,
) -> MaintenanceWindowOut:
    """From now on nothing is promised in it, and no walk-in is let in while it is under way. Sessions that run go on.

    Reservations that stand in it are given other connectors of their pool, as far as nobody was told which one it is;
    `on_conflict` says what becomes of the others.
    """
    return _out(await services.desk.maintenance.plan(operator, body.order(site_id, body.reason), key))


@router.post(
    "/maintenance-preview",
    summary="See what a maintenance window would do to reservations",
    responses=documented(*_PLANNED),
)
async def preview_maintenance(
    site_id: Identifier, body: PreviewMaintenanceIn, operator: Operator, services: ServicesHere
) -> MaintenancePreviewOut:
    """Nothing is planned, and nobody is moved."""
    found = await services.desk.maintenance.preview(operator, body.order(site_id))
    return MaintenancePreviewOut(reservations=_conflicts(found))


@router.get(
    "/maintenance-windows", summary="List maintenance windows", responses=documented("cursor_invalid")
)
async def list_maintenance(
    site_id: Identifier,
    operator: Operator,
    services: ServicesHere,
    cursor: Annotated[str | None, Query(max_length=512, description="next_cursor of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
) -> MaintenanceWindowsOut:
    """The latest beginning first, also what is over or was cancelled."""
    found = await services.desk.maintenance.page(operator, site_id, maintenance_position(cursor), limit)
    return MaintenanceWindowsOut(
        items=[_out(one) for one in found[:limit]],
        next_cursor=cursor_of_maintenance(found[limit - 1]) if len(found) > limit else None,
    )


@router.get(
    "/maintenance-windows/{window_id}",
    summary="Show a maintenance window",
    responses=documented("maintenance_unknown"),
)
async def read_maintenance(
    site_id: Identifier, window_id: WindowId, operator: Operator, services: ServicesHere
) -> MaintenanceWindowOut:
    return _out(await services.desk.maintenance.read(operator, site_id, window_id))


@router.post(
    "/maintenance-windows/{window_id}/cancel",
    summary="Cancel a maintenance window",
    responses=documented("maintenance_unknown", "maintenance_over", "malformed_request", "body_too_large"),
)
async def cancel_maintenance(
    site_id: Identifier,
    window_id: WindowId,
    body: CancelMaintenanceIn,
    operator: Operator,
    services: ServicesHere,
) -> MaintenanceWindowOut:
    """What it closed can be booked at once; one that is under way ends. Who was moved stays where they are now, and who
    is being asked is asked no more.
    """
    return _out(await services.desk.maintenance.cancel(operator, site_id, window_id, body.reason))


def _conflicts(found: Iterable[Conflict]) -> list[ConflictOut]:
    return [
        ConflictOut(reservation_code=one.code, start=one.slot.start, end=one.slot.end, fate=one.fate)
        for one in found
    ]


def _out(found: Window) -> MaintenanceWindowOut:
    return MaintenanceWindowOut(
        id=found.id,
        site_id=found.site_id,
        scope=found.target.scope,
        charger_id=found.target.charger_id,
        connector_id=found.target.connector_id,
        bay=found.target.bay,
        starts_at=found.span.start,
        ends_at=found.span.end,
        reason=found.reason,
        on_conflict=found.on_conflict,
        state=found.standing,
        planned_by=found.planned_by,
        planned_at=found.planned_at,
        cancelled_at=found.cancelled_at,
        reservations=_conflicts(found.conflicts),
    )
