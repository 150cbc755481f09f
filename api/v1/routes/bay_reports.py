"""/v1/bay-reports: what somebody says is wrong at a bay. /v1/operations/bay-reports: to see, and to see to."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.desk.bay_reports import Said, edition_of_report
from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Customer, Operator
from api.v1.etags import EDITED, NOT_MODIFIED, REVALIDATED, IfMatch, show_edition, tagged
from api.v1.pagination import LARGEST_PAGE, LARGEST_ROW, cursor_of_row, row_position
from api.v1.reader import ReaderHere
from api.v1.responses import AUTH, documented
from api.v1.schemas.bay_reports import (
    BayReportIn,
    BayReportOut,
    BayReportsOut,
    ResolveBayReportIn,
    TakenBayReportOut,
)
from api.v1.schemas.fields import Identifier
from api.v1.schemas.reservations import ReservationOut
from api.v1.views.bay_reports import bay_report_out, taken_report_out
from api.v1.views.reservations import reservation_out
from db.queries.charging.bay_reports import ReportAt, ReportFilter
from domain.place.bay_reports import Reporter, ReportKind

_COMMON = documented(*AUTH, "invalid_request", "database_unavailable")
own_router = APIRouter(prefix="/v1", tags=["reservations"], route_class=AuthenticatedRoute, responses=_COMMON)
operations_router = APIRouter(
    prefix="/v1/operations/bay-reports",
    tags=["operations"],
    route_class=AuthenticatedRoute,
    responses=_COMMON,
)
_BODY = ("malformed_request", "body_too_large")
_Id = Annotated[int, Path(ge=1, le=LARGEST_ROW)]


@own_router.post(
    "/bay-reports",
    summary="Report what is wrong at a bay",
    responses=documented("connector_unknown", "too_many_bay_reports", *_BODY),
)
async def create_bay_report(
    body: BayReportIn, customer: Customer, services: ServicesHere
) -> TakenBayReportOut:
    """Operators see it, and when several say it within an hour the bay's page does. The same said again is one report.
    Whose turn it is there can have another bay at once: `moves`.
    """
    said = Said(kind=body.kind, text=body.text)
    nobody = Reporter()
    return taken_report_out(
        await services.desk.bay_reports.report(customer, nobody, body.charger_id, body.connector_number, said)
    )


@own_router.post(
    "/reservations/{code}/another-bay",
    summary="Take another bay for one that was reported",
    responses=documented(
        "reservation_unknown",
        "reservation_code_invalid",
        "reservation_pending",
        "nothing_to_move_for",
        "not_possible_now",
        "slot_unavailable",
        "no_answer_yet",
        "temporal_unavailable",
    ),
)
async def take_another_bay(
    code: Identifier, customer: Customer, services: ServicesHere, reader: ReaderHere
) -> ReservationOut:
    """An equal or better one, at once, for who has reported what keeps them from charging at theirs when it is their
    turn there; once for a reservation. Where none is free, everything stays as it is.
    """
    view = await services.desk.bay_reports.another_bay(customer, code)
    return reservation_out(view, reader, services.clock())


@operations_router.get("", summary="List what people report of bays", responses=documented("cursor_invalid"))
async def list_bay_reports(
    operator: Operator,
    services: ServicesHere,
    site_id: Identifier | None = None,
    charger_id: Identifier | None = None,
    kind: ReportKind | None = None,
    resolved: Annotated[bool | None, Query(description="Only what has been seen to, or has not")] = None,
    cursor: Annotated[str | None, Query(max_length=512, description="next_cursor of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
) -> BayReportsOut:
    """The latest first."""
    wanted = ReportFilter(site_id=site_id, charger_id=charger_id, kind=kind, resolved=resolved)
    found = await services.desk.bay_reports.page(operator, wanted, row_position(cursor), limit)
    last = found[limit - 1].row if len(found) > limit else None
    return BayReportsOut(
        items=[bay_report_out(one) for one in found[:limit]],
        next_cursor=None if last is None else cursor_of_row(last.reported_at, last.id),
    )


@operations_router.get(
    "/{report_id}",
    summary="Show what somebody reported",
    responses=tagged() | NOT_MODIFIED | documented("bay_report_unknown"),
    dependencies=[REVALIDATED],
)
async def read_bay_report(
    report_id: _Id, operator: Operator, services: ServicesHere, response: Response
) -> BayReportOut:
    return _shown(response, await services.desk.bay_reports.one(operator, report_id))


@operations_router.post(
    "/{report_id}/resolve",
    summary="Resolve what somebody reported",
    responses=tagged() | EDITED | documented("bay_report_unknown", *_BODY),
)
async def resolve_bay_report(
    report_id: _Id,
    body: ResolveBayReportIn,
    operator: Operator,
    seen: IfMatch,
    services: ServicesHere,
    response: Response,
) -> BayReportOut:
    """Its bay is no longer in doubt for it, and who reported it is told the answer. What is resolved stays as it is."""
    return _shown(response, await services.desk.bay_reports.resolve(operator, report_id, body.answer, seen))


def _shown(response: Response, found: ReportAt) -> BayReportOut:
    show_edition(response, edition_of_report(found.row))
    return bay_report_out(found)
