"""What a fleet's months come to: by cost center, against its budgets, and as a table."""

from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.desk.budgets import BudgetOrder
from api.services import ServicesHere
from api.v1.schemas.fields import LINE, NO_CONTROLS
from api.web.face import FaceHere, PageRoute, SignedIn, VisitorHere
from api.web.fleet_costs import beside, by_center, center_chart, charges_csv, month_said, months_chart
from db.queries.money.documents import DocumentFilter
from domain.documents.content import DocumentKind
from domain.money.bookkeeping import MONTH, Month
from domain.money.currencies import decimals_of
from domain.terms.budgets import WHOLE_FLEET

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_ADDRESS = "/fleet/costs"
_CODE = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$"
_STATEMENTS = 12
_AMOUNT = r"^[0-9]{1,9}$"


@router.get(_ADDRESS)
async def costs(
    request: Request,
    principal: SignedIn,
    services: ServicesHere,
    face: FaceHere,
    visitor: VisitorHere,
    month: Annotated[str | None, Query(max_length=7)] = None,
) -> Response:
    principal.require_fleet()
    shown, budgets = month_said(month, visitor.now.date()), services.desk.budgets
    sums, uses = await budgets.sums(principal, shown), await budgets.uses(principal, shown)
    centers = await budgets.centers(principal)
    budgeted = {use.cost_center for use in uses}
    statements = DocumentFilter(kind=DocumentKind.STATEMENT)
    before, after = beside(shown)
    lines, months = by_center(sums, centers, uses), await budgets.months(principal)
    return face.pages.page(
        request,
        "fleet_costs.html",
        visitor,
        month=shown,
        named=visitor.reader.month(shown),
        before=before,
        after=after,
        lines=lines,
        chart=center_chart(lines, visitor.reader),
        months_chart=months_chart(months, visitor.reader),
        months=[one for one in reversed(months) if one.count],
        whole=next((use for use in uses if use.cost_center == WHOLE_FLEET), None),
        centers=centers,
        planned=[one for one in centers if one.ended_at is None or one.code in budgeted],
        statements=await services.desk.documents.page(principal, statements, None, _STATEMENTS),
    )


@router.get(f"{_ADDRESS}/{{month}}.csv")
async def costs_table(
    month: Annotated[str, Path(pattern=MONTH)], principal: SignedIn, services: ServicesHere
) -> Response:
    charges = [one async for one in services.desk.budgets.every_charge(principal, Month.read(month))]
    sites = {site.id: site for site in await services.desk.sites.all()}
    return Response(
        charges_csv(charges, sites),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="charges-{month}.csv"'},
    )


@router.post(f"{_ADDRESS}/centers")
async def keep_center(
    principal: SignedIn,
    services: ServicesHere,
    code: Annotated[str, Form(pattern=_CODE)],
    name: Annotated[str, Form(max_length=64, pattern=NO_CONTROLS)],
    ended: Annotated[bool, Form()] = False,
) -> Response:
    await services.desk.budgets.put_center(principal, code, name, ended=ended)
    return RedirectResponse(_ADDRESS, status_code=303)


@router.post(f"{_ADDRESS}/budgets")
async def keep_budget(
    principal: SignedIn,
    services: ServicesHere,
    center: Annotated[str, Form(max_length=32, pattern=LINE)] = WHOLE_FLEET,
    amount: Annotated[str, Form(pattern=f"^({_AMOUNT[1:-1]})?$")] = "",
    hard: Annotated[bool, Form()] = False,
) -> Response:
    """`amount`: whole units of the currency; empty: there is no limit."""
    if amount:
        currency = await services.desk.budgets.currency(principal)
        order = BudgetOrder(limit_minor=int(amount) * 10 ** decimals_of(currency), hard=hard)
        await services.desk.budgets.put(principal, center, order)
    else:
        await services.desk.budgets.drop(principal, center)
    return RedirectResponse(_ADDRESS, status_code=303)
