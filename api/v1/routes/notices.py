"""/v1/notices: what a driver or a fleet was told, for whom no message reached; everybody's for operators."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.services import ServicesHere
from api.v1.callers import Anyone, AuthenticatedRoute
from api.v1.pagination import LARGEST_PAGE, cursor_of_row, row_position
from api.v1.reader import ReaderHere
from api.v1.responses import AUTH, documented
from api.v1.schemas.fields import Identifier
from api.v1.schemas.records import NoticesOut
from api.v1.views.records import notice_out
from db.queries.notices import NoticeFilter
from domain.reservation.code import parse_reservation_code

router = APIRouter(
    prefix="/v1/notices",
    tags=["notices"],
    route_class=AuthenticatedRoute,
    responses=documented(*AUTH, "invalid_request", "database_unavailable"),
)


@router.get(
    "",
    summary="List what one was told",
    responses=documented("cursor_invalid", "reservation_code_invalid"),
)
async def list_notices(
    principal: Anyone,
    services: ServicesHere,
    reader: ReaderHere,
    template: Identifier | None = None,
    reservation_code: Identifier | None = None,
    driver_id: Identifier | None = None,
    fleet_id: Identifier | None = None,
    cursor: Annotated[str | None, Query(max_length=512, description="next_cursor of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
) -> NoticesOut:
    """The latest first: what a driver was told, what their fleet was (of its statements), or all for an operator."""
    wanted = NoticeFilter(
        template=template,
        reservation_code=None if reservation_code is None else parse_reservation_code(reservation_code),
        driver_id=driver_id,
        fleet_id=fleet_id,
    )
    found = await services.desk.notices.page(principal, wanted, row_position(cursor), limit)
    return NoticesOut(
        items=[notice_out(one, reader) for one in found[:limit]],
        next_cursor=cursor_of_row(found[limit - 1].at, found[limit - 1].id) if len(found) > limit else None,
    )
