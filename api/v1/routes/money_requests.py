"""/v1/operations/money-requests: what one person asked to give away, for another one to decide."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Operator
from api.v1.pagination import LARGEST_PAGE, LARGEST_ROW, cursor_of_money_request, money_request_position
from api.v1.responses import AUTH, documented
from api.v1.schemas.fields import Identifier, Subject
from api.v1.schemas.money_requests import DecisionIn, MoneyRequestOut, MoneyRequestsOut
from api.v1.views.money_requests import money_request_out
from db.queries.money.requests import MoneyRequestFilter
from domain.money.authority import RequestKind, RequestState

router = APIRouter(
    prefix="/v1/operations/money-requests",
    tags=["operations"],
    route_class=AuthenticatedRoute,
    responses=documented(*AUTH, "invalid_request", "database_unavailable"),
)
Number = Annotated[int, Path(ge=1, le=LARGEST_ROW)]
_DECIDED = documented(
    "money_request_unknown",
    "money_request_decided",
    "second_person_needed",
    "beyond_authority",
    "malformed_request",
    "body_too_large",
    "credit_currency_mismatch",
    "dispute_unknown",
    "dispute_not_answerable",
    "dispute_answered",
    "refund_not_settled",
    "refund_disputed",
    "refund_still_owed",
    "refund_too_large",
    "more_than_owed",
    "return_booked_otherwise",
    "dispute_not_claimable",
    "payment_still_moving",
)


@router.get("", summary="List money that waits for a second person", responses=documented("cursor_invalid"))
async def list_money_requests(
    operator: Operator,
    services: ServicesHere,
    kind: RequestKind | None = None,
    state: RequestState | None = None,
    subject: Identifier | None = None,
    asked_by: Subject | None = None,
    cursor: Annotated[str | None, Query(max_length=512, description="next_cursor of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
) -> MoneyRequestsOut:
    """What was asked last first. `state=waiting`: what somebody still has to decide."""
    wanted = MoneyRequestFilter(kind=kind, state=state, subject=subject, asked_by=asked_by)
    found = await services.desk.money_requests.page(operator, wanted, money_request_position(cursor), limit)
    return MoneyRequestsOut(
        items=[money_request_out(one) for one in found[:limit]],
        next_cursor=cursor_of_money_request(found[limit - 1]) if len(found) > limit else None,
    )


@router.post("/{number}/approve", summary="Agree that the money is given", responses=_DECIDED)
async def approve_money_request(
    number: Number, body: DecisionIn, operator: Operator, services: ServicesHere
) -> MoneyRequestOut:
    """It is given at once. Never by who asked; repeated, it answers the same."""
    return money_request_out(await services.desk.money_requests.approve(operator, number, body.reason))


@router.post("/{number}/refuse", summary="Say that the money is not given", responses=_DECIDED)
async def refuse_money_request(
    number: Number, body: DecisionIn, operator: Operator, services: ServicesHere
) -> MoneyRequestOut:
    """Nothing is given. Never by who asked."""
    return money_request_out(await services.desk.money_requests.refuse(operator, number, body.reason))
