"""/v1/waiting-list-entries: who waits for a place; for operators, the list of a site."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.desk.waiting_answers import Acceptance
from api.desk.waiting_list import Entry
from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Customer, Operator
from api.v1.idempotency_key import RequiredKey
from api.v1.pagination import LARGEST_PAGE, cursor_of_waiting, waiting_position
from api.v1.reader import ReaderHere
from api.v1.responses import AUTH, AWAY, CREATED, KEYED, documented
from api.v1.routes.reservations import BOOKED, booking_response
from api.v1.schemas.bookings import BookingOut
from api.v1.schemas.fields import Identifier
from api.v1.schemas.problems import RefusedBooking
from api.v1.schemas.waiting_list import (
    AcceptOfferIn,
    AnswerOfferIn,
    WaitIn,
    WaitingEntriesOut,
    WaitingEntryOut,
)
from api.v1.views.waiting_list import waiting_entry_out
from texts.reader import Reader

router = APIRouter(
    prefix="/v1/waiting-list-entries",
    tags=["reservations"],
    route_class=AuthenticatedRoute,
    responses=documented(*AUTH, *AWAY, "invalid_request"),
)
operations_router = APIRouter(
    prefix="/v1/operations/sites/{site_id}/waiting-list",
    tags=["operations"],
    route_class=AuthenticatedRoute,
    responses=documented(*AUTH, "invalid_request", "database_unavailable", "site_unknown"),
)
_JOIN = (
    *KEYED,
    "malformed_request", "body_too_large", "site_unknown", "pool_unknown", "driver_unknown", "vehicle_unknown",
    "no_fit", "no_access", "site_closed", "slot_invalid", "energy_beyond_slot", "beyond_tier_horizon",
    "waiting_wish_unusable", "too_many_waiting_entries", "waiting_list_full",
)  # fmt: skip
_ANSWER = ("waiting_entry_unknown", "malformed_request", "body_too_large", "no_offer_open", "offer_lapsed")
Cursor = Annotated[str | None, Query(max_length=512, description="next_cursor of the page before")]
PageSize = Annotated[int, Query(ge=1, le=LARGEST_PAGE)]


@router.post("", status_code=201, responses=CREATED | documented(*_JOIN), summary="Join a waiting list")
async def join_waiting_list(
    principal: Customer,
    key: RequiredKey,
    body: WaitIn,
    services: ServicesHere,
    reader: ReaderHere,
    response: Response,
) -> WaitingEntryOut:
    """For whom nothing is free: what becomes free in the window is offered to one who waits after the other, and kept
    for them until they answer or their time is up. What is free already is offered at once.
    """
    found = await services.desk.waiting_list.join(principal, key, body.order())
    response.headers["Location"] = f"/v1/waiting-list-entries/{found.row.id}"
    if found.replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return waiting_entry_out(found, reader)


@router.get("", responses=documented("cursor_invalid"), summary="List the caller's waiting-list entries")
async def list_waiting_entries(
    principal: Customer,
    services: ServicesHere,
    reader: ReaderHere,
    open_: Annotated[bool, Query(alias="open", description="Only those that are not over")] = False,
    cursor: Cursor = None,
    limit: PageSize = 50,
) -> WaitingEntriesOut:
    """Who joined last first."""
    found = await services.desk.waiting_list.page(principal, waiting_position(cursor), limit, only_open=open_)
    return _page(found, limit, reader)


@router.get("/{entry_id}", responses=documented("waiting_entry_unknown"), summary="Show a waiting-list entry")
async def read_waiting_entry(
    entry_id: Identifier, principal: Customer, services: ServicesHere, reader: ReaderHere
) -> WaitingEntryOut:
    """Where it stands, and what is offered."""
    return waiting_entry_out(await services.desk.waiting_list.one(principal, entry_id), reader)


@router.delete(
    "/{entry_id}",
    responses=documented("waiting_entry_unknown", "offer_accepted"),
    summary="Leave a waiting list",
)
async def leave_waiting_list(
    entry_id: Identifier, principal: Customer, services: ServicesHere, reader: ReaderHere
) -> WaitingEntryOut:
    """What is offered to them goes to the next one. One that is over stays as it is; one that is `accepted`, and of
    which there is no reservation yet, has left once none comes of it.
    """
    return waiting_entry_out(await services.desk.waiting_answers.leave(principal, entry_id), reader)


@router.post(
    "/{entry_id}/accept",
    status_code=201,
    response_model=BookingOut,
    responses=BOOKED | documented(*_ANSWER, told_as=RefusedBooking),
    summary="Accept what is offered",
)
async def accept_offer(
    entry_id: Identifier, principal: Customer, body: AcceptOfferIn, services: ServicesHere, reader: ReaderHere
) -> Response:
    """It becomes a reservation, answered as any booking is; the same again finds it. Whose card is declined waits on,
    and the place goes to the next one.
    """
    ask = Acceptance(offer=body.offer, payment_method=body.payment_method)
    booked = await services.desk.waiting_answers.accept(principal, entry_id, ask)
    return booking_response(booked, reader, services.clock())


@router.post(
    "/{entry_id}/decline",
    responses=documented(*_ANSWER, "offer_accepted"),
    summary="Decline what is offered",
)
async def decline_offer(
    entry_id: Identifier, principal: Customer, body: AnswerOfferIn, services: ServicesHere, reader: ReaderHere
) -> WaitingEntryOut:
    """And wait no longer; the next one is asked at once."""
    found = await services.desk.waiting_answers.decline(principal, entry_id, body.offer)
    return waiting_entry_out(found, reader)


@router.post(
    "/{entry_id}/snooze",
    responses=documented(*_ANSWER, "offer_accepted", "no_snooze_left"),
    summary="Let an offer pass",
)
async def snooze_offer(
    entry_id: Identifier, principal: Customer, body: AnswerOfferIn, services: ServicesHere, reader: ReaderHere
) -> WaitingEntryOut:
    """The next one is asked, the place in line is kept; so often as `snoozes_left` says. No answer is the same, and
    once none is left it ends the entry.
    """
    found = await services.desk.waiting_answers.snooze(principal, entry_id, body.offer)
    return waiting_entry_out(found, reader)


@operations_router.get("", responses=documented("cursor_invalid"), summary="List who waits at a site")
async def list_waiting_list(
    site_id: Identifier,
    operator: Operator,
    services: ServicesHere,
    reader: ReaderHere,
    cursor: Cursor = None,
    limit: PageSize = 50,
) -> WaitingEntriesOut:
    """Who joined first first, each with its place in line, what it is offered, and why it was passed over."""
    found = await services.desk.waiting_list.at_site(operator, site_id, waiting_position(cursor), limit)
    return _page(found, limit, reader)


def _page(found: Sequence[Entry], limit: int, reader: Reader) -> WaitingEntriesOut:
    return WaitingEntriesOut(
        items=[waiting_entry_out(one, reader) for one in found[:limit]],
        next_cursor=cursor_of_waiting(found[limit - 1].row) if len(found) > limit else None,
    )
