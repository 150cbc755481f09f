"""/v1/operations/disputes: what payers' banks took back or asked about."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import JSONResponse, Response

from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Operator
from api.v1.pagination import LARGEST_PAGE, cursor_of_dispute, dispute_position
from api.v1.responses import AUTH, documented
from api.v1.schemas.disputes import AcceptIn, ClaimIn, DisputeOut, DisputesOut, LiftIn, SubmitIn
from api.v1.schemas.fields import Identifier, Subject
from api.v1.schemas.money_requests import MoneyRequestOut
from api.v1.views.disputes import dispute_out
from api.v1.views.money_requests import money_request_out
from db.queries.disputes import DisputeFilter
from db.tables import MoneyRequest
from domain.money.movements import CaseState

router = APIRouter(
    prefix="/v1/operations/disputes",
    tags=["operations"],
    route_class=AuthenticatedRoute,
    responses=documented(*AUTH, "invalid_request", "database_unavailable"),
)
Id = Annotated[Subject, Path(description="The provider's id of the dispute")]


@router.get("", summary="List disputes of payments", responses=documented("cursor_invalid"))
async def list_disputes(
    operator: Operator,
    services: ServicesHere,
    reservation: Identifier | None = None,
    driver_id: Identifier | None = None,
    site_id: Identifier | None = None,
    state: CaseState | None = None,
    cursor: Annotated[str | None, Query(max_length=512, description="next_cursor of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
) -> DisputesOut:
    """The latest first, also of payments that are not known here."""
    wanted = DisputeFilter(reservation_code=reservation, driver_id=driver_id, site_id=site_id, state=state)
    found = await services.desk.disputes.page(operator, wanted, dispute_position(cursor), limit)
    return DisputesOut(
        items=[dispute_out(one) for one in found[:limit]],
        next_cursor=cursor_of_dispute(found[limit - 1]) if len(found) > limit else None,
    )


@router.get("/{dispute}", summary="Show a dispute", responses=documented("dispute_unknown"))
async def read_dispute(dispute: Id, operator: Operator, services: ServicesHere) -> DisputeOut:
    """As the provider said it is when it was last heard of."""
    return dispute_out(await services.desk.disputes.one(operator, dispute))


_DECIDED = documented(
    "dispute_unknown", "dispute_not_answerable", "dispute_answered", "malformed_request", "body_too_large"
)


@router.post("/{dispute}/submit", summary="Submit the evidence of a dispute", responses=_DECIDED)
async def submit_dispute(
    dispute: Id, body: SubmitIn, operator: Operator, services: ServicesHere
) -> DisputeOut:
    """What is staged goes to the bank, with your words before it; once, until `due_by`. It follows in seconds."""
    return dispute_out(await services.desk.disputes.submit(operator, dispute, body.text))


@router.post(
    "/{dispute}/accept",
    summary="Accept the loss of a dispute",
    response_model=DisputeOut,
    responses={
        202: {"model": MoneyRequestOut, "description": "More than your limit: a second person decides"},
        **_DECIDED,
    },
)
async def accept_dispute(
    dispute: Id, body: AcceptIn, operator: Operator, services: ServicesHere
) -> DisputeOut | Response:
    """Nothing is submitted, and the provider closes it as lost."""
    found = await services.desk.disputes.accept(operator, dispute, body.reason)
    if isinstance(found, MoneyRequest):
        return JSONResponse(money_request_out(found).model_dump(mode="json"), status_code=202)
    return dispute_out(found)


@router.post(
    "/{dispute}/claim",
    summary="Claim of the driver what a lost dispute took",
    response_model=DisputeOut,
    responses={
        202: {"model": MoneyRequestOut, "description": "More than your limit: a second person decides"},
        **documented(
            "dispute_unknown",
            "dispute_not_claimable",
            "payment_still_moving",
            "malformed_request",
            "body_too_large",
        ),
    },
)
async def claim_dispute(
    dispute: Id, body: ClaimIn, operator: Operator, services: ServicesHere
) -> DisputeOut | Response:
    """It is a debt of the driver (`dispute_lost`), paid by hand only. Repeated, it answers the same."""
    found = await services.desk.disputes.claim(operator, dispute, body.reason)
    if isinstance(found, MoneyRequest):
        return JSONResponse(money_request_out(found).model_dump(mode="json"), status_code=202)
    return dispute_out(found)


@router.post(
    "/{dispute}/lift",
    summary="Let the driver of a lost dispute book again",
    responses=documented("dispute_unknown", "dispute_bars_nobody", "malformed_request", "body_too_large"),
)
async def lift_dispute(dispute: Id, body: LiftIn, operator: Operator, services: ServicesHere) -> DisputeOut:
    """Where the policy says that one that was lost bars its driver (`disputes.lost_bars`)."""
    return dispute_out(await services.desk.disputes.lift(operator, dispute, body.reason))
