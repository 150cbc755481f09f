"""/v1/credits: what a driver has on account; /v1/operations/credits: everybody's."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Customer, Operator
from api.v1.pagination import LARGEST_PAGE, credit_position, cursor_of_credit
from api.v1.reader import ReaderHere
from api.v1.responses import AUTH, documented
from api.v1.schemas.credits import CreditsOut, OperatorsCreditsOut
from api.v1.schemas.fields import Identifier
from api.v1.views.credits import credit_out, operators_credit_out
from db.queries.money.credits import CreditFilter
from domain.money.credits import CreditOrigin

_COMMON = documented(*AUTH, "invalid_request", "database_unavailable", "cursor_invalid")
own_router = APIRouter(
    prefix="/v1/credits", tags=["credits"], route_class=AuthenticatedRoute, responses=_COMMON
)
operations_router = APIRouter(
    prefix="/v1/operations/credits", tags=["operations"], route_class=AuthenticatedRoute, responses=_COMMON
)
Cursor = Annotated[str | None, Query(max_length=512, description="next_cursor of the page before")]
PageSize = Annotated[int, Query(ge=1, le=LARGEST_PAGE)]
Open = Annotated[bool | None, Query(description="true: with something left; false: with nothing")]


@own_router.get("", summary="List what the caller has on account")
async def list_own_credits(
    customer: Customer,
    services: ServicesHere,
    reader: ReaderHere,
    open: Open = None,
    cursor: Cursor = None,
    limit: PageSize = 50,
) -> CreditsOut:
    """What was given last first, with what for, until when, and what it paid. For a fleet, its drivers'."""
    wanted = CreditFilter(open=open)
    found = await services.desk.credits.own(customer, wanted, credit_position(cursor), limit)
    return CreditsOut(
        items=[credit_out(one, reader) for one in found[:limit]],
        next_cursor=cursor_of_credit(found[limit - 1].row) if len(found) > limit else None,
    )


@operations_router.get("", summary="List what drivers have on account")
async def list_credits(
    operator: Operator,
    services: ServicesHere,
    reader: ReaderHere,
    driver_id: Identifier | None = None,
    reservation: Identifier | None = None,
    origin: CreditOrigin | None = None,
    open: Open = None,
    cursor: Cursor = None,
    limit: PageSize = 50,
) -> OperatorsCreditsOut:
    """What was given last first."""
    wanted = CreditFilter(driver_id=driver_id, reservation_code=reservation, origin=origin, open=open)
    found = await services.desk.credits.page(operator, wanted, credit_position(cursor), limit)
    return OperatorsCreditsOut(
        items=[operators_credit_out(one, reader) for one in found[:limit]],
        next_cursor=cursor_of_credit(found[limit - 1].row) if len(found) > limit else None,
    )
