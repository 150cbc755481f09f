"""/v1/credits: what a driver has on account; /v1/operations/credits: everybody's."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Customer, Operator
from api.v1.idempotency_key import RequiredKey
from api.v1.pagination import LARGEST_PAGE, credit_position, cursor_of_credit
from api.v1.reader import ReaderHere
from api.v1.responses import AUTH, KEYED, documented
from api.v1.schemas.credits import CreditsOut, GrantIn, GrantOut, OperatorsCreditsOut
from api.v1.schemas.fields import Identifier
from api.v1.views.credits import credit_out, grant_out, operators_credit_out
from db.queries.money.credits import CreditFilter
from db.tables import MoneyRequest
from domain.money.credits import CreditOrigin

_COMMON = documented(*AUTH, "invalid_request", "database_unavailable", "cursor_invalid")
own_router = APIRouter(
    prefix="/v1/credits", tags=["credits"], route_class=AuthenticatedRoute, responses=_COMMON
)
grants_router = APIRouter(
    prefix="/v1/operations/drivers",
    tags=["operations"],
    route_class=AuthenticatedRoute,
    responses=documented(*AUTH, "invalid_request", "database_unavailable"),
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


@grants_router.post(
    "/{driver_id}/credits",
    summary="Credit something to a driver",
    status_code=201,
    responses=documented(
        "driver_unknown",
        "reservation_unknown",
        "reservation_code_invalid",
        "credit_currency_mismatch",
        *KEYED,
        "malformed_request",
        "body_too_large",
    )
    | {
        202: {
            "model": GrantOut,
            "description": "More than your role gives alone: a second person has to agree",
        }
    },
)
async def grant_credit(
    driver_id: Annotated[Identifier, Path()],
    body: GrantIn,
    operator: Operator,
    key: RequiredKey,
    services: ServicesHere,
    reader: ReaderHere,
    response: Response,
) -> GrantOut:
    """It pays their next bills of that currency. Up to the limit of your role, which counts what this driver was
    granted before, it is given at once; beyond it another person decides.
    """
    given = await services.desk.credit_grants.give(operator, driver_id, body.order(), key)
    if isinstance(given, MoneyRequest):
        response.status_code = 202
    return grant_out(given, reader)
