"""/v1/operations/reservations/{code}/refunds: money given back after the settlement."""

from typing import Any

from fastapi import APIRouter, Response

from api.desk.refunds import RefundOrder
from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Operator
from api.v1.idempotency_key import RequiredKey
from api.v1.responses import AUTH, KEYED, documented
from api.v1.schemas.refunds import RefundAnswerOut, RefundIn, RefundsOut
from api.v1.views.refunds import refund_answer_out, refund_out

router = APIRouter(
    prefix="/v1/operations/reservations/{code}/refunds",
    tags=["operations"],
    route_class=AuthenticatedRoute,
    responses=documented(*AUTH, "reservation_code_invalid", "invalid_request", "database_unavailable"),
)


_ASKED: dict[int | str, dict[str, Any]] = {
    202: {"model": RefundAnswerOut, "description": "More than your limit: a second person decides"}
}


@router.get("", summary="List what was given back of a reservation")
async def list_refunds(code: str, operator: Operator, services: ServicesHere) -> RefundsOut:
    """Oldest first; also what was refunded in the payment provider's dashboard."""
    found = await services.desk.refunds.page(operator, code)
    return RefundsOut(
        items=[refund_out(one.refund, settled=one.settled) for one in found if one.refund is not None]
    )


@router.post(
    "",
    status_code=201,
    summary="Give money back",
    responses={
        202: {"model": RefundAnswerOut, "description": "More than your limit: a second person decides"}
    }
    | documented(
        *KEYED,
        "refund_not_settled",
        "refund_disputed",
        "refund_still_owed",
        "refund_too_large",
        "refund_line_unknown",
        "refund_amount_invalid",
        "malformed_request",
        "body_too_large",
    )
    | _ASKED,
)
async def create_refund(
    code: str,
    body: RefundIn,
    operator: Operator,
    key: RequiredKey,
    services: ServicesHere,
    response: Response,
) -> RefundAnswerOut:
    """The whole bill, an amount, or a line of it, within what was taken; a waiver of a closed reservation, too.

    The money moves within a minute, and every later settlement keeps it.
    """
    order = RefundOrder(minor=body.amount_minor, position=body.position, cause=body.cause, reason=body.reason)
    decision = await services.desk.refunds.order(operator, code, order, key)
    if decision.request is not None:
        response.status_code = 202
    return refund_answer_out(decision)
