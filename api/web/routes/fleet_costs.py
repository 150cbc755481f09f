"""What a fleet's months come to: by cost center, against its budgets, and as a table."""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.desk.budgets import BudgetOrder, edition_of_budget, edition_of_center
from api.desk.editions import Seen
from api.desk.principal import Principal
from api.desk.refusals import UnusableValue
from api.services import Services, ServicesHere
from api.v1.schemas.fields import LINE, NO_CONTROLS
from api.web import addresses
from api.web.face import FaceHere, PageRoute, SignedIn, VisitorHere
from api.web.fields import Edition
from api.web.fleet_costs import beside, by_center, center_chart, charges_csv, month_said, months_chart
from db.queries.money.documents import DocumentFilter
from db.tables import CostCenter
from domain.documents.content import DocumentKind
from domain.errors import UnknownCostCenter
from domain.facts.refused_money import NoSuchCostCenter
from domain.money.amount import Money
from domain.money.bookkeeping import MONTH, Month
from domain.money.currencies import decimals_of
from domain.terms.budgets import WHOLE_FLEET

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_ADDRESS = "/fleet/costs"
_CODE = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$"
_STATEMENTS = 12
_AMOUNT = r"^([0-9]{1,9}([.,][0-9]{1,3})?)?$"
Shown = Annotated[str, Form(pattern=f"{MONTH}|^$")]
"""The month of the page that the form is on."""


class Done(StrEnum):
    """What the press before did."""

    CENTER = "center"
    BUDGET = "budget"
    NO_BUDGET = "no_budget"


@router.get(_ADDRESS)
async def costs(
    request: Request,
    principal: SignedIn,
    services: ServicesHere,
    face: FaceHere,
    visitor: VisitorHere,
    month: Annotated[str | None, Query(max_length=7)] = None,
    plan: Annotated[str | None, Query(max_length=32, pattern=LINE)] = None,
    done: Done | None = None,
) -> Response:
    """`plan`: the code of the cost center whose name and budget are to be changed; empty: the whole fleet's budget."""
    principal.require_fleet()
    budgets = services.desk.budgets
    shown = month_said(month, await budgets.this_month())
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
        planning=None if plan is None else await _planning(services, principal, centers, plan),
        done=done,
        statements=(await services.desk.documents.page(principal, statements, None, _STATEMENTS))[
            :_STATEMENTS
        ],
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
    center_edition: Edition = "",
    month: Shown = "",
) -> Response:
    seen = Seen.of(center_edition)
    await services.desk.budgets.put_center(principal, code, name, ended=ended, seen=seen)
    return _back(month, code, Done.CENTER)


@router.post(f"{_ADDRESS}/budgets")
async def keep_budget(
    principal: SignedIn,
    services: ServicesHere,
    center: Annotated[str, Form(max_length=32, pattern=LINE)] = WHOLE_FLEET,
    amount: Annotated[str, Form(pattern=_AMOUNT)] = "",
    hard: Annotated[bool, Form()] = False,
    budget_edition: Edition = "",
    month: Shown = "",
) -> Response:
    """`amount`: in units of the currency; empty: there is no limit."""
    seen = Seen.of(budget_edition)
    if amount:
        currency = await services.desk.budgets.currency(principal)
        order = BudgetOrder(limit_minor=_minor(amount, currency), hard=hard)
        await services.desk.budgets.put(principal, center, order, seen)
    else:
        await services.desk.budgets.drop(principal, center, seen)
    return _back(month, center, Done.BUDGET if amount else Done.NO_BUDGET)


def _back(month: str, center: str, done: Done) -> Response:
    """To the same forms, of the same month."""
    shown = {"month": month} if month else {}
    query = urlencode({**shown, "plan": center, addresses.DONE: done.value})
    return RedirectResponse(f"{_ADDRESS}?{query}#plan", status_code=303)


def _minor(amount: str, currency: str) -> int:
    """Raises UnusableValue for a part of what the currency has nothing smaller than."""
    minor = Decimal(amount.replace(",", ".")) * 10 ** decimals_of(currency)
    if minor != int(minor):
        raise UnusableValue("amount", "range", f"amount: {currency} has {decimals_of(currency)} decimals")
    return int(minor)


async def _planning(
    services: Services, principal: Principal, centers: Sequence[CostCenter], code: str
) -> dict[str, Any]:
    """What the forms of a cost center have in them. Raises UnknownCostCenter."""
    center = next((one for one in centers if one.code == code), None)
    if center is None and code != WHOLE_FLEET:
        raise UnknownCostCenter(NoSuchCostCenter(cost_center=code))
    budget = await services.desk.budgets.find(principal, code)
    limit = "" if budget is None else str(Money(budget.limit_minor, budget.currency)).split(" ", 1)[0]
    return {
        "center": center,
        "center_edition": "" if center is None else edition_of_center(center),
        "amount": limit,
        "hard": budget is not None and budget.hard,
        "budget_edition": "" if budget is None else edition_of_budget(budget),
    }
