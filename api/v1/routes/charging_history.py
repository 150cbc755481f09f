"""/v1/charging-history: what a driver has charged, visit by visit and by month."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Customer
from api.v1.pagination import LARGEST_PAGE, cursor_of_visit, session_position
from api.v1.responses import AUTH, documented
from api.v1.schemas.charging_history import ChargedMonthOut, ChargedMonthsOut, ChargingHistoryOut, VisitOut
from api.v1.schemas.fields import MoneyOut
from api.v1.spooled_file import spooled
from db.queries.charging.history import Visit
from domain.money.amount import Money

FILE_NAME = "charging.csv"
router = APIRouter(
    prefix="/v1/charging-history",
    tags=["charging"],
    route_class=AuthenticatedRoute,
    responses=documented(*AUTH, "invalid_request", "database_unavailable"),
)


@router.get("", summary="List what the caller has charged", responses=documented("cursor_invalid"))
async def list_charging_history(
    customer: Customer,
    services: ServicesHere,
    cursor: Annotated[str | None, Query(max_length=512, description="next_cursor of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
) -> ChargingHistoryOut:
    """A driver's own visits, the one that began last first, walk-ins among them."""
    found = await services.desk.charging_history.page(customer, session_position(cursor), limit)
    return ChargingHistoryOut(
        items=[_visit(one) for one in found[:limit]],
        next_cursor=cursor_of_visit(found[limit - 1]) if len(found) > limit else None,
    )


@router.get("/months", summary="Sum up what the caller has charged by month")
async def read_charging_months(customer: Customer, services: ServicesHere) -> ChargedMonthsOut:
    """A driver's own: the last twelve with this one, the oldest first."""
    found = await services.desk.charging_history.months(customer)
    return ChargedMonthsOut(
        items=[
            ChargedMonthOut(
                month=str(one.month),
                visits=one.visits,
                energy_wh=one.energy_wh,
                costs=[_money(cost) for cost in one.costs],
            )
            for one in found
        ]
    )


@router.get("/export", summary="Export what the caller has charged", response_class=StreamingResponse)
async def export_charging_history(customer: Customer, services: ServicesHere) -> StreamingResponse:
    """A CSV file of all their visits, the latest first, with times on the clocks of their sites."""
    file = await spooled(services.desk.charging_history.table(customer))
    return StreamingResponse(
        file.parts(),
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{FILE_NAME}"',
            "Content-Length": str(file.size),
        },
    )


def _visit(visit: Visit) -> VisitOut:
    return VisitOut(
        began_at=visit.began_at,
        ended_at=visit.ended_at,
        minutes=round(visit.seconds / 60),
        energy_wh=visit.energy_wh,
        site_id=visit.site_id,
        site_name=visit.site_name,
        reservation=visit.reservation,
        cost=None if visit.cost is None else _money(visit.cost),
        document_id=visit.receipt,
    )


def _money(amount: Money) -> MoneyOut:
    return MoneyOut(minor=amount.minor, currency=amount.currency)
