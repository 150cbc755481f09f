"""/v1/operations/reservations/{code}/returns: what a refund could not bring, given to the driver another way."""

from typing import Any

from fastapi import APIRouter, Response

from api.desk.returns import ReturnOrder
from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Operator
from api.v1.responses import AUTH, documented
from api.v1.schemas.returns import ReturnAnswerOut, ReturnIn, ReturnsOut
from api.v1.views.returns import return_answer_out, returns_out
from db.tables import MoneyRequest

router = APIRouter(
    prefix="/v1/operations/reservations/{code}/returns",
    tags=["operations"],
    route_class=AuthenticatedRoute,
    responses=documented(
        *AUTH,
        "reservation_code_invalid",
        "invalid_request",
        "database_unavailable",
        "refund_not_settled",
        "refund_disputed",
    ),
)


_ASKED: dict[int | str, dict[str, Any]] = {
    202: {"model": ReturnAnswerOut, "description": "More than your limit: a second person decides"}
}


@router.get("", summary="What is owed to the driver, and what was given another way")
async def list_returns(code: str, operator: Operator, services: ServicesHere) -> ReturnsOut:
    """Owed because a refund of ours failed. Given: oldest first."""
    return returns_out(await services.desk.returns.of(operator, code))


@router.post(
    "",
    status_code=201,
    summary="Give what is owed another way",
    responses=_ASKED
    | documented("more_than_owed", "return_booked_otherwise", "malformed_request", "body_too_large"),
)
async def create_return(
    code: str, body: ReturnIn, operator: Operator, services: ServicesHere, response: Response
) -> ReturnAnswerOut:
    """Say it before you transfer: from then on no refund pays it again. As a credit it pays the driver's next bill and
    never expires.
    """
    wanted = ReturnOrder(way=body.way, reference=body.reference, minor=body.amount_minor, reason=body.reason)
    given = await services.desk.returns.give(operator, code, wanted)
    if isinstance(given, MoneyRequest):
        response.status_code = 202
    return return_answer_out(given)
