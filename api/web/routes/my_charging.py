"""What a driver has charged: visits, newest first, months as bars, and all of it as a table."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response, StreamingResponse

from api.services import ServicesHere
from api.v1.pagination import cursor_of_visit, session_position
from api.v1.spooled_file import spooled
from api.web.face import DriverHere, FaceHere, PageRoute, VisitorHere
from api.web.my_charging import month_charts, month_rows, visit_shown

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_ADDRESS = "/me/charging"
_AT_ONCE = 20


@router.get(_ADDRESS)
async def my_charging(
    request: Request,
    principal: DriverHere,
    services: ServicesHere,
    face: FaceHere,
    visitor: VisitorHere,
    after: Annotated[str | None, Query(max_length=512)] = None,
) -> Response:
    """`after`: where the page before ended; only the first has the months."""
    history = services.desk.charging_history
    found = await history.page(principal, session_position(after), _AT_ONCE)
    months = await history.months(principal) if after is None and found else []
    return face.pages.page(
        request,
        "my_charging.html",
        visitor,
        visits=[visit_shown(one, visitor.reader) for one in found[:_AT_ONCE]],
        charts=month_charts(months, visitor.reader),
        months=month_rows(months, visitor.reader),
        older=cursor_of_visit(found[_AT_ONCE - 1]) if len(found) > _AT_ONCE else "",
        first=after is None,
    )


@router.get(f"{_ADDRESS}.csv")
async def my_charging_table(principal: DriverHere, services: ServicesHere) -> Response:
    file = await spooled(services.desk.charging_history.table(principal))
    return StreamingResponse(
        file.parts(),
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": 'attachment; filename="charging.csv"',
            "Content-Length": str(file.size),
        },
    )
