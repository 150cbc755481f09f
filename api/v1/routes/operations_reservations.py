"""/v1/operations/reservations: what operators see of anybody's. What they do with it: `api.v1.actions`."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Operator
from api.v1.pagination import LARGEST_PAGE, reservation_position
from api.v1.reader import ReaderHere
from api.v1.responses import AUTH, AWAY, documented
from api.v1.routes.reservations import next_cursor
from api.v1.schemas.bills import SettledBillsOut
from api.v1.schemas.fields import Identifier, Instant, Subject
from api.v1.schemas.records import AuditOut, NotificationsOut
from api.v1.schemas.reservations import (
    ReservationForOperatorOut,
    ReservationsForOperatorOut,
    TimelineEntryOut,
)
from api.v1.views.bills import settled_bill_out
from api.v1.views.records import audit_entry_out, notification_out
from api.v1.views.reservations import (
    at_site,
    reservation_for_operator_out,
    summary_for_operator_out,
    timeline_out,
)
from db.queries.reservations import ReservationFilter
from domain.reservation.lifecycle import State

router = APIRouter(
    prefix="/v1/operations/reservations",
    tags=["operations"],
    route_class=AuthenticatedRoute,
    responses=documented(
        *AUTH,
        *AWAY,
        "reservation_unknown",
        "reservation_code_invalid",
        "reservation_pending",
        "invalid_request",
    ),
)


@router.get("", summary="List everybody's reservations", responses=documented("cursor_invalid"))
async def list_reservations(
    operator: Operator,
    services: ServicesHere,
    reader: ReaderHere,
    needs_attention: bool | None = None,
    state: Annotated[list[State] | None, Query(description="Repeatable")] = None,
    site_id: Identifier | None = None,
    driver_id: Subject | None = None,
    open_only: bool = False,
    from_: Annotated[Instant | None, Query(alias="from", description="Slots starting at or after")] = None,
    to: Annotated[Instant | None, Query(description="Slots starting before")] = None,
    cursor: Annotated[str | None, Query(max_length=512)] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
) -> ReservationsForOperatorOut:
    """Everybody's reservations, newest slot first."""
    wanted = ReservationFilter(
        driver_id=driver_id,
        states=tuple(state or ()),
        site_id=site_id,
        from_=from_,
        to=to,
        needs_attention=needs_attention,
        open_only=open_only,
    )
    rows = await services.desk.reading.page(operator, wanted, reservation_position(cursor), limit)
    return ReservationsForOperatorOut(
        items=[summary_for_operator_out(row, reader) for row in rows[:limit]],
        next_cursor=next_cursor(rows, limit),
    )


@router.get("/{code}", summary="Show anybody's reservation")
async def read_reservation_as_operator(
    code: str, operator: Operator, services: ServicesHere, reader: ReaderHere
) -> ReservationForOperatorOut:
    """What needs attention and what operators can do about it, without the driver's credential."""
    view = await services.desk.reading.one(operator, code)
    return reservation_for_operator_out(view, reader, services.clock())


@router.get("/{code}/timeline", summary="Tell what happened to a reservation")
async def read_timeline(
    code: str, operator: Operator, services: ServicesHere, reader: ReaderHere
) -> list[TimelineEntryOut]:
    """What happened, in sentences."""
    view = await services.desk.reading.one(operator, code)
    return timeline_out(view, reader, for_operator=True)


@router.get("/{code}/audit", summary="List who did what to a reservation")
async def list_audit_entries(
    code: str, operator: Operator, services: ServicesHere, reader: ReaderHere
) -> AuditOut:
    """Who did what to it, oldest first."""
    entries = await services.desk.reading.audit(operator, code)
    return AuditOut(items=[audit_entry_out(entry, reader) for entry in entries])


@router.get("/{code}/bills", summary="Show what a reservation's bills rest on")
async def list_bills(
    code: str, operator: Operator, services: ServicesHere, reader: ReaderHere
) -> SettledBillsOut:
    """Each bill that was decided, oldest first, with the readings that count, and why the others do not."""
    view, settled = await services.desk.reading.bills(operator, code)
    on_site = at_site(view, reader)
    return SettledBillsOut(items=[settled_bill_out(bill, on_site) for bill in settled])


@router.get("/{code}/notifications", summary="List what the driver was told")
async def list_notifications(
    code: str, operator: Operator, services: ServicesHere, reader: ReaderHere
) -> NotificationsOut:
    """What the driver was told, oldest first."""
    view, sent = await services.desk.reading.notifications(operator, code)
    on_site = at_site(view, reader)
    return NotificationsOut(items=[notification_out(item, on_site) for item in sent])
