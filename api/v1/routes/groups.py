"""/v1/reservation-groups: several bays for one slot, booked together or as many as there are."""

from fastapi import APIRouter, Response

from api.desk.groups import Group, GroupRefused
from api.errors import KINDS, ApiProblem
from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Customer
from api.v1.idempotency_key import RequiredKey
from api.v1.reader import ReaderHere
from api.v1.responses import AUTH, AWAY, BAY_NAMED, BOOKING, CREATED, KEYED, documented
from api.v1.schemas.fields import Identifier
from api.v1.schemas.groups import CancelGroupIn, GroupIn, GroupOut
from api.v1.schemas.problems import RefusedGroup
from api.v1.views.groups import group_alternative_out, group_out
from api.v1.views.offers import alternative_out
from api.v1.views.reservations import at_site
from contracts.reservation import BookOutcome
from domain.errors import Explained
from domain.reservation.actions.messages import Cancel
from domain.reservation.groups import GroupMode
from texts.reader import Reader

_BOOK = documented(*KEYED, *BOOKING, *BAY_NAMED, "group_too_large", told_as=RefusedGroup)

router = APIRouter(
    prefix="/v1/reservation-groups",
    tags=["reservations"],
    route_class=AuthenticatedRoute,
    responses=documented(*AUTH, *AWAY, "invalid_request"),
)


@router.post("", status_code=201, responses=CREATED | _BOOK, summary="Book several bays as a group")
async def create_group(
    principal: Customer,
    key: RequiredKey,
    body: GroupIn,
    services: ServicesHere,
    reader: ReaderHere,
    response: Response,
) -> GroupOut:
    """`together`: all of the bays are held at once, or nothing is. `as_many_as_possible`: at least one.

    Members may name an `energy` in place of the `end`: they share one slot, as long as the longest that one needs.

    Each bay is a reservation with a code, terms and payment of its own. The same Idempotency-Key repeats the answer of
    a group that got its bays; one that was refused is decided anew. A refusal lists slots with room for all of it.
    """
    try:
        group = await services.desk.groups.book(principal, key, body.order())
    except GroupRefused as refused:
        raise _problem(refused, reader) from refused
    _raise_if_undone(group, reader)
    response.headers["Location"] = f"/v1/reservation-groups/{group.id}"
    if group.replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return group_out(group, reader, services.clock())


@router.get("/{group_id}", responses=documented("group_unknown"), summary="Show a group")
async def read_group(
    group_id: Identifier, principal: Customer, services: ServicesHere, reader: ReaderHere
) -> GroupOut:
    """Its bays as they were last published; each by itself: `GET /v1/reservations/{code}`."""
    group = await services.desk.groups.one(principal, group_id)
    return group_out(group, reader, services.clock())


@router.post(
    "/{group_id}/cancel",
    responses=documented("group_unknown", "malformed_request", "body_too_large"),
    summary="Cancel a group",
)
async def cancel_group(
    group_id: Identifier, principal: Customer, body: CancelGroupIn, services: ServicesHere, reader: ReaderHere
) -> GroupOut:
    """Each bay by its own rules; what is over stays as it is. Sent again, it cancels what is left."""
    group = await services.desk.groups.cancel(principal, group_id, Cancel(reason=body.reason))
    return group_out(group, reader, services.clock())


def _problem(refused: GroupRefused, reader: Reader) -> ApiProblem:
    why = refused.refusal
    return ApiProblem(
        why.code,
        reader.why(why.why) if isinstance(why, Explained) else reader.refusal(why.code),
        extensions={
            "alternatives": [
                group_alternative_out(one).model_dump(mode="json") for one in refused.alternatives
            ]
        },
        reader=reader,
    )


def _raise_if_undone(group: Group, reader: Reader) -> None:
    """Of a group that comes together or not at all one was declined: the others were cancelled."""
    if group.mode is not GroupMode.TOGETHER:
        return
    for member in group.members:
        decision = member.decision
        if decision is not None and decision.outcome is BookOutcome.DECLINED:
            code = decision.decline_code if decision.decline_code in KINDS else "domain_error"
            there = at_site(decision.view, reader)
            raise ApiProblem(
                code,
                reader.refusal(code) if decision.why is None else there.why(decision.why),
                extensions={
                    "group": group.id,
                    "reservation": member.code,
                    "alternatives": [
                        alternative_out(one, group.slot, there) for one in decision.alternatives
                    ],
                },
                reader=reader,
            )
