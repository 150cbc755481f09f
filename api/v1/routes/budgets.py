"""/v1/fleet: cost centers and budgets, and what a month comes to."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.desk.budgets import (
    MOST_CHARGES,
    edition_of_budget,
    edition_of_center,
)
from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Fleet, Operator
from api.v1.etags import (
    EDITED,
    NOT_MODIFIED,
    REVALIDATED,
    IfMatch,
    IfMatchOrNew,
    show_edition,
    tagged,
)
from api.v1.responses import AUTH, documented
from api.v1.schemas.budgets import (
    BudgetIn,
    BudgetOf,
    BudgetOut,
    BudgetUseOut,
    BudgetUsesOut,
    CenterCode,
    CostCenterIn,
    CostCentersOut,
    FleetChargeOut,
    FleetChargesOut,
    FleetCostCenterOut,
    FleetMonthOut,
    FleetMonthsOut,
    center_of,
)
from api.v1.schemas.fields import MoneyOut, Subject
from db.tables import Budget, CostCenter
from domain.money.amount import Money
from domain.money.bookkeeping import MONTH, Month
from domain.terms.budgets import BudgetUse

_ANSWERS = documented(*AUTH, "invalid_request", "database_unavailable")
_BODY = documented("malformed_request", "body_too_large")
router = APIRouter(prefix="/v1/fleet", tags=["fleet"], route_class=AuthenticatedRoute, responses=_ANSWERS)
operations_router = APIRouter(
    prefix="/v1/operations/fleets", tags=["operations"], route_class=AuthenticatedRoute, responses=_ANSWERS
)
WrittenMonth = Annotated[
    str,
    Query(pattern=MONTH, examples=["2026-11"], description="In which slots begin, on their sites' clocks"),
]


@router.get("/cost-centers", summary="List a fleet's cost centers")
async def read_cost_centers(principal: Fleet, services: ServicesHere) -> CostCentersOut:
    """All of them, by their codes, ended ones too."""
    return CostCentersOut(items=[_center(row) for row in await services.desk.budgets.centers(principal)])


@router.get(
    "/cost-centers/{code}",
    summary="Show a cost center",
    responses=tagged() | NOT_MODIFIED | documented("cost_center_unknown"),
    dependencies=[REVALIDATED],
)
async def read_cost_center(
    code: CenterCode, principal: Fleet, services: ServicesHere, response: Response
) -> FleetCostCenterOut:
    return _shown_center(response, await services.desk.budgets.center(principal, code))


@router.put(
    "/cost-centers/{code}", summary="Make or change a cost center", responses=tagged() | EDITED | _BODY
)
async def put_cost_center(
    code: CenterCode,
    body: CostCenterIn,
    principal: Fleet,
    seen: IfMatchOrNew,
    services: ServicesHere,
    response: Response,
) -> FleetCostCenterOut:
    """What is booked on it stays on it, also once it is ended."""
    row = await services.desk.budgets.put_center(principal, code, body.name, ended=body.ended, seen=seen)
    return _shown_center(response, row)


@router.get("/budgets", summary="List a fleet's budgets")
async def read_fleet_budgets(principal: Fleet, services: ServicesHere, month: WrittenMonth) -> BudgetUsesOut:
    """With what is used of each in that month, the whole fleet's first."""
    return _uses(await services.desk.budgets.uses(principal, Month.read(month)))


@operations_router.get("/{fleet_id}/budgets", summary="List the budgets of any fleet")
async def read_budgets_as_operator(
    fleet_id: Subject, operator: Operator, services: ServicesHere, month: WrittenMonth
) -> BudgetUsesOut:
    """As the fleet sees them."""
    return _uses(await services.desk.budgets.uses(operator, Month.read(month), fleet_id))


@router.get(
    "/budgets/{cost_center}",
    summary="Show a budget",
    responses=tagged() | NOT_MODIFIED | documented("budget_unknown"),
    dependencies=[REVALIDATED],
)
async def read_budget(
    cost_center: BudgetOf, principal: Fleet, services: ServicesHere, response: Response
) -> BudgetOut:
    return _shown_budget(response, await services.desk.budgets.one(principal, center_of(cost_center)))


@router.put(
    "/budgets/{cost_center}",
    summary="Set what may be spent a month",
    responses=tagged() | EDITED | _BODY | documented("cost_center_unknown", "invoice_account_unknown"),
)
async def put_budget(
    cost_center: BudgetOf,
    body: BudgetIn,
    principal: Fleet,
    seen: IfMatchOrNew,
    services: ServicesHere,
    response: Response,
) -> BudgetOut:
    """For bookings from now on. It counts what goes on the fleet's invoice account, which it needs."""
    row = await services.desk.budgets.put(principal, center_of(cost_center), body.order(), seen)
    return _shown_budget(response, row)


@router.delete("/budgets/{cost_center}", status_code=204, summary="Drop a budget", responses=EDITED)
async def drop_budget(cost_center: BudgetOf, principal: Fleet, seen: IfMatch, services: ServicesHere) -> None:
    """There is no limit from now on; again, nothing changes (with `If-Match`: 412)."""
    await services.desk.budgets.drop(principal, center_of(cost_center), seen)


@router.get("/charges", summary="List what a fleet's month comes to")
async def read_fleet_charges(
    principal: Fleet, services: ServicesHere, month: WrittenMonth
) -> FleetChargesOut:
    """Each reservation on the fleet's invoice account, in the order of their slots: billed, or as it is expected."""
    found = await services.desk.budgets.charges(principal, Month.read(month))
    return FleetChargesOut(
        items=[
            FleetChargeOut(
                reservation=one.code,
                driver_id=one.driver_id,
                site_id=one.site_id,
                start=one.start,
                end=one.end,
                cost_center=one.cost_center,
                spent=_money(one.spent),
                promised=_money(one.promised),
            )
            for one in found
        ],
        complete=len(found) < MOST_CHARGES,
    )


@router.get("/months", summary="Sum up what a fleet's months come to")
async def read_fleet_months(principal: Fleet, services: ServicesHere) -> FleetMonthsOut:
    """The last twelve, this one's the last: billed, or as it is expected."""
    return FleetMonthsOut(
        items=[
            FleetMonthOut(
                month=str(one.month),
                count=one.count,
                spent=_money(one.spent),
                promised=_money(one.promised),
            )
            for one in await services.desk.budgets.months(principal)
        ]
    )


def _shown_center(response: Response, row: CostCenter) -> FleetCostCenterOut:
    show_edition(response, edition_of_center(row))
    return _center(row)


def _center(row: CostCenter) -> FleetCostCenterOut:
    return FleetCostCenterOut(code=row.code, name=row.name, made_at=row.made_at, ended_at=row.ended_at)


def _shown_budget(response: Response, row: Budget) -> BudgetOut:
    show_edition(response, edition_of_budget(row))
    limit = _money(Money(row.limit_minor, row.currency))
    return BudgetOut(cost_center=row.cost_center, limit=limit, hard=row.hard)


def _uses(found: Sequence[BudgetUse]) -> BudgetUsesOut:
    return BudgetUsesOut(
        items=[
            BudgetUseOut(
                cost_center=use.cost_center,
                limit=_money(use.limit),
                hard=use.hard,
                spent=_money(use.spent),
                promised=_money(use.promised),
                percent=use.percent,
            )
            for use in found
        ]
    )


def _money(amount: Money) -> MoneyOut:
    return MoneyOut(minor=amount.minor, currency=amount.currency)
