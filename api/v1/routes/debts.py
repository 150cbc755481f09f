"""/v1/debts: what drivers still owe and how they pay it; /v1/operations/debts: everybody's, and writing it off."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Customer, Operator
from api.v1.pagination import LARGEST_PAGE, cursor_of_debt, debt_position
from api.v1.reader import ReaderHere
from api.v1.responses import AUTH, AWAY, documented
from api.v1.schemas.debts import (
    DebtPaymentOut,
    DebtsOut,
    OperatorsDebtOut,
    OperatorsDebtsOut,
    WriteOffIn,
)
from api.v1.schemas.fields import Identifier, Instant
from api.v1.views.debts import debt_out, operators_debt_out, payment_out
from db.queries.debts import DebtFilter
from domain.settlement.debts import DebtState, WaitsFor

_COMMON = documented(*AUTH, "invalid_request", "database_unavailable")
_ONE = documented("debt_unknown", "debt_closed", "reservation_code_invalid", "payment_still_moving")
own_router = APIRouter(prefix="/v1/debts", tags=["debts"], route_class=AuthenticatedRoute, responses=_COMMON)
operations_router = APIRouter(
    prefix="/v1/operations/debts", tags=["operations"], route_class=AuthenticatedRoute, responses=_COMMON
)
Cursor = Annotated[str | None, Query(max_length=512, description="next_cursor of the page before")]
PageSize = Annotated[int, Query(ge=1, le=LARGEST_PAGE)]


@own_router.get("", summary="List what the caller still owes", responses=documented("cursor_invalid"))
async def list_own_debts(
    customer: Customer,
    services: ServicesHere,
    reader: ReaderHere,
    state: DebtState | None = None,
    cursor: Cursor = None,
    limit: PageSize = 50,
) -> DebtsOut:
    """With why and since when, the latest first. For a fleet, its drivers'."""
    wanted = DebtFilter(state=state)
    found = await services.desk.debts.own(customer, wanted, debt_position(cursor), limit)
    return DebtsOut(
        items=[debt_out(one, reader) for one in found[:limit]],
        next_cursor=cursor_of_debt(found[limit - 1]) if len(found) > limit else None,
    )


@own_router.post(
    "/{code}/pay",
    summary="Ask for something to pay a debt with",
    responses=_ONE | documented(*AWAY, "debt_not_payable", "stripe_unavailable", "stripe_refused"),
)
async def pay_debt(code: str, customer: Customer, services: ServicesHere) -> DebtPaymentOut:
    """A PaymentIntent's client secret, for the provider's own form; the same one as long as nothing has changed.

    The debt closes when the provider says that it is paid, however late it says so. What is paid twice is given back.
    """
    return payment_out(await services.desk.debts.pay(customer, code))


@operations_router.get("", summary="List what drivers owe", responses=documented("cursor_invalid"))
async def list_debts(
    operator: Operator,
    services: ServicesHere,
    reader: ReaderHere,
    driver_id: Identifier | None = None,
    fleet_id: Identifier | None = None,
    site_id: Identifier | None = None,
    state: DebtState | None = None,
    waits_for: WaitsFor | None = None,
    since: Annotated[Instant | None, Query(description="Opened then or later")] = None,
    cursor: Cursor = None,
    limit: PageSize = 50,
) -> OperatorsDebtsOut:
    """The latest first. `waits_for=operator`: what nobody will do anything about but you."""
    wanted = DebtFilter(
        driver_id=driver_id,
        fleet_id=fleet_id,
        site_id=site_id,
        state=state,
        waits_for=waits_for,
        since=since,
    )
    found = await services.desk.debts.page(operator, wanted, debt_position(cursor), limit)
    return OperatorsDebtsOut(
        items=[operators_debt_out(one, reader) for one in found[:limit]],
        next_cursor=cursor_of_debt(found[limit - 1]) if len(found) > limit else None,
    )


@operations_router.post(
    "/{code}/write-off",
    summary="Write a debt off",
    responses=_ONE | documented("malformed_request", "body_too_large"),
)
async def write_off_debt(
    code: str, body: WriteOffIn, operator: Operator, services: ServicesHere, reader: ReaderHere
) -> OperatorsDebtOut:
    """All that is outstanding is not asked for any more, and bars no booking; the driver is told.

    If the driver pays all the same, that is kept and booked against it.
    """
    return operators_debt_out(await services.desk.debts.write_off(operator, code, body.reason), reader)
