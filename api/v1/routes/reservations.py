"""/v1/reservations: booking, and what drivers and fleets see of their own. What they do with it: `api.v1.actions`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from api import problems
from api.desk.booking import Booked
from api.desk.orders import Order, OrderHere
from api.desk.refusals import Overloaded
from api.errors import KINDS, ApiProblem, instants
from api.services import ServicesHere
from api.v1.callers import Anyone, AuthenticatedRoute, Customer
from api.v1.idempotency_key import RequiredKey
from api.v1.pagination import LARGEST_PAGE, cursor_of_reservation, reservation_position
from api.v1.reader import ReaderHere
from api.v1.responses import AUTH, AWAY, BAY_NAMED, BOOKING, KEYED, PLACED, documented
from api.v1.schemas.bookings import BookingHereIn, BookingIn, BookingOut, PendingBookingOut
from api.v1.schemas.charging_now import ChargingNowOut
from api.v1.schemas.fields import Identifier, Instant
from api.v1.schemas.offers import AlternativesOut
from api.v1.schemas.problems import RefusedBooking
from api.v1.schemas.reservations import ReservationReadOut, ReservationsOut
from api.v1.views.bookings import booking_out
from api.v1.views.charging_now import charging_now_out
from api.v1.views.offers import alternative_out, instead_out
from api.v1.views.reservations import at_site, reservation_out, summary_out
from contracts.reservation import BookDecision, BookOutcome
from db.queries.reservations import ReservationFilter
from db.tables import ReservationRow
from domain.place.slots import Slot
from domain.reservation.lifecycle import State
from texts.reader import Reader

_BOOK = documented(*AUTH, *AWAY, *KEYED, *BOOKING, "invalid_request", told_as=RefusedBooking)

BOOKED = _BOOK | {
    201: PLACED,
    202: {"model": PendingBookingOut, "description": "Not decided yet; repeat the key", **PLACED},
}

router = APIRouter(prefix="/v1/reservations", tags=["reservations"], route_class=AuthenticatedRoute)
here_router = APIRouter(
    prefix="/v1/on-site-reservations", tags=["reservations"], route_class=AuthenticatedRoute
)
"""Not below the former: what follows that is the code of a reservation, whichever word it is."""


@router.post(
    "",
    status_code=201,
    response_model=BookingOut,
    responses=BOOKED | documented(*BAY_NAMED, told_as=RefusedBooking),
    summary="Book a connector",
)
async def create_reservation(
    principal: Customer,
    key: RequiredKey,
    body: BookingIn,
    services: ServicesHere,
    reader: ReaderHere,
    request: Request,
) -> Response:
    """Answers when the slot is held: `confirmed`, or `payment_required` with what completes the payment.

    The same Idempotency-Key with the same body returns the same answer, however often and however late. An answer
    that says nothing of the outcome (5xx) has the reservation's code in `reservation`, once there may be one.
    """
    answers = services.metrics.bookings
    try:
        booked = await services.desk.booking.book(
            principal,
            key,
            Order(**_said(body)),
            route=None if body.route is None else body.route.route(),
            begun=lambda code: problems.about(request, code),
        )
    except Overloaded:
        answers.labels("shed").inc()
        raise
    answers.labels("pending" if booked.decision is None else booked.decision.outcome).inc()
    return booking_response(booked, reader, services.clock())


@here_router.post(
    "",
    status_code=201,
    response_model=BookingOut,
    responses=BOOKED | documented("connector_unknown", told_as=RefusedBooking),
    summary="Book the bay one stands at, from now on",
)
async def create_reservation_here(
    principal: Customer,
    key: RequiredKey,
    body: BookingHereIn,
    services: ServicesHere,
    reader: ReaderHere,
    request: Request,
) -> Response:
    """What the code at a bay (QR) leads to: that connector from this moment, before the cable is in. Otherwise as any
    booking; a refusal lists what can be had instead.
    """
    booked = await services.desk.booking.book_here(
        principal, key, OrderHere(**_said(body)), begun=lambda code: problems.about(request, code)
    )
    services.metrics.bookings.labels("pending" if booked.decision is None else booked.decision.outcome).inc()
    return booking_response(booked, reader, services.clock())


@router.get(
    "",
    summary="List the caller's reservations",
    responses=documented(*AUTH, "invalid_request", "cursor_invalid", "database_unavailable"),
)
async def list_own_reservations(
    principal: Anyone,
    services: ServicesHere,
    state: Annotated[list[State] | None, Query(description="Repeatable")] = None,
    site_id: Identifier | None = None,
    from_: Annotated[Instant | None, Query(alias="from", description="Slots starting at or after")] = None,
    to: Annotated[Instant | None, Query(description="Slots starting before")] = None,
    cursor: Annotated[str | None, Query(max_length=512)] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
) -> ReservationsOut:
    """The caller's reservations, newest slot first: a driver's own, a fleet's, or all for an operator."""
    wanted = ReservationFilter(states=tuple(state or ()), site_id=site_id, from_=from_, to=to)
    rows = await services.desk.reading.page(principal, wanted, reservation_position(cursor), limit)
    return ReservationsOut(
        items=[summary_out(row) for row in rows[:limit]], next_cursor=next_cursor(rows, limit)
    )


@router.get(
    "/{code}",
    summary="Show a reservation as it is now",
    responses=documented(
        *AUTH, *AWAY, "reservation_unknown", "reservation_code_invalid", "reservation_pending"
    ),
)
async def read_reservation(
    code: str, principal: Anyone, services: ServicesHere, reader: ReaderHere
) -> ReservationReadOut:
    """Live while the reservation runs; afterwards as it ended. The code may be typed in any spelling."""
    view = await services.desk.reading.one(principal, code)
    own = principal.owns(driver_id=view.driver_id, fleet_id=view.fleet_id)
    noted = await services.desk.documents.noted(view.code)
    return ReservationReadOut(
        **dict(reservation_out(view, reader, services.clock(), with_credential=own)),
        cost_center=noted.cost_center,
        reference=noted.reference,
    )


@router.get(
    "/{code}/charging",
    summary="Show what charging has come to",
    responses=documented(
        *AUTH, *AWAY, "reservation_unknown", "reservation_code_invalid", "reservation_pending"
    ),
)
async def read_charging(
    code: str, principal: Anyone, services: ServicesHere, reader: ReaderHere
) -> ChargingNowOut:
    """While it goes on: energy, power and cost, by the rules that will bill it. Read it a few times a minute at most:
    chargers tell no more.
    """
    view = await services.desk.reading.one(principal, code)
    return charging_now_out(await services.desk.charging_now.of(view), at_site(view, reader))


@router.post(
    "/{code}/alternatives",
    summary="Find what can be booked instead of a reservation",
    responses=documented(
        *AUTH, *AWAY, "reservation_unknown", "reservation_code_invalid", "reservation_pending", "driver_unknown",
        "driver_blocked", "site_unknown",
    ),
)  # fmt: skip
async def find_reservation_alternatives(
    code: str, principal: Customer, services: ServicesHere, reader: ReaderHere
) -> AlternativesOut:
    """Of one that cannot be kept, or whose driver does not go where they were moved, say: other times and sites as a
    refused booking has them, each by its quote. The reservation stays as it is, and counts as what its driver has.
    """
    return AlternativesOut(
        items=instead_out(await services.desk.instead.of_reservation(principal, code), reader)
    )


def _said(body: BookingIn | BookingHereIn) -> dict[str, Any]:
    said = body.asked()
    said.pop("route", None)
    if isinstance(body, BookingIn) and body.guest is not None:
        said["guest"] = body.guest.guest()
    return said


def next_cursor(rows: Sequence[ReservationRow], limit: int) -> str | None:
    """Of the last row shown, when there are more than `limit`."""
    return cursor_of_reservation(rows[limit - 1]) if len(rows) > limit else None


def booking_response(booked: Booked, reader: Reader, now: datetime) -> Response:
    location = f"/v1/reservations/{booked.code}"
    headers = {"Location": location}
    if booked.replayed:
        headers["Idempotent-Replayed"] = "true"
    decision = booked.decision
    if decision is None:
        pending = PendingBookingOut(code=booked.code, location=location)
        return JSONResponse(pending.model_dump(), status_code=202, headers={**headers, "Retry-After": "2"})
    if decision.outcome is BookOutcome.DECLINED:
        raise _declined(decision, headers, reader)
    answer = booking_out(decision, reader, now).model_dump(mode="json")
    return JSONResponse(answer, status_code=201, headers=headers)


def _declined(decision: BookDecision, headers: dict[str, str], reader: Reader) -> ApiProblem:
    code = decision.decline_code if decision.decline_code in KINDS else "domain_error"
    there, wanted = at_site(decision.view, reader), Slot(decision.view.slot_start, decision.view.slot_end)
    alternatives = [alternative_out(one, wanted, there) for one in decision.alternatives]
    return ApiProblem(
        code,
        reader.refusal(code) if decision.why is None else there.why(decision.why),
        extensions={
            "reservation": decision.view.code,
            "alternatives": alternatives,
            **instants(decision.why),
        },
        headers=headers,
        reader=reader,
    )
