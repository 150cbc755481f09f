"""/v1/reservations: what drivers and fleets do with their own."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Response
from fastapi.responses import JSONResponse

from api import access, pagination
from api.auth import AuthenticatedRoute, Principal
from api.booking import Booked, book
from api.errors import KINDS, ApiProblem
from api.idempotency import OptionalKey, RequiredKey
from api.problems import documented
from api.schemas.fields import Body as RequestBody
from api.schemas.fields import Identifier, Instant
from api.schemas.reservations import (
    BookingIn,
    BookingOut,
    CancelIn,
    ExtendIn,
    OnMyWayIn,
    PendingBookingOut,
    RescheduleIn,
    ReservationOut,
    ReservationsOut,
    ReservationSummaryOut,
    alternative_out,
    booking_out,
    reservation_out,
)
from api.services import Anyone, Customer, Services, ServicesHere
from api.steering import steer
from contracts.reservation import BookDecision
from db.queries import reservations
from db.tables import ReservationRow
from domain.reservation.actions.messages import Cancel, Extend, OnMyWay, Reschedule
from domain.reservation.lifecycle import State

_AUTH = ("token_missing", "token_invalid", "token_expired", "scope_missing")
_AWAY = ("temporal_unavailable", "database_unavailable")
_ACTION = documented(
    *_AUTH, *_AWAY, "reservation_unknown", "not_possible_now", "invalid_request", "malformed_request",
    "idempotency_key_reused", "no_answer_yet",
)  # fmt: skip
_BOOK = documented(
    *_AUTH, *_AWAY, "idempotency_key_missing", "idempotency_key_invalid", "idempotency_key_reused",
    "invalid_request", "malformed_request", "site_unknown", "pool_unknown", "driver_unknown",
    "slot_unavailable", "slot_invalid", "slot_in_past", "too_many_reservations", "payment_declined",
    "booking_too_late", "body_too_large", "overloaded",
)  # fmt: skip

router = APIRouter(prefix="/v1/reservations", tags=["reservations"], route_class=AuthenticatedRoute)


@router.post(
    "",
    status_code=201,
    response_model=BookingOut,
    responses={202: {"model": PendingBookingOut, "description": "Not decided yet; repeat the key"}, **_BOOK},
    summary="Book a connector",
)
async def create(principal: Customer, key: RequiredKey, body: BookingIn, services: ServicesHere) -> Response:
    """Answers when the slot is held: `confirmed`, or `payment_required` with what completes the payment.

    The same Idempotency-Key with the same body returns the same answer, however often and however late.
    """
    booked = await book(services, principal, key, body)
    outcome = "pending" if booked.decision is None else booked.decision.outcome
    services.metrics.bookings.labels(outcome).inc()
    return _booking_response(booked)


@router.get(
    "",
    summary="List the caller's reservations",
    responses=documented(*_AUTH, "invalid_request", "cursor_invalid", "database_unavailable"),
)
async def list_own(
    principal: Anyone,
    services: ServicesHere,
    state: Annotated[list[State] | None, Query(description="Repeatable")] = None,
    site_id: Identifier | None = None,
    from_: Annotated[Instant | None, Query(alias="from", description="Slots starting at or after")] = None,
    to: Annotated[Instant | None, Query(description="Slots starting before")] = None,
    cursor: Annotated[str | None, Query(max_length=512)] = None,
    limit: Annotated[int, Query(ge=1, le=pagination.LARGEST_PAGE)] = 50,
) -> ReservationsOut:
    """The caller's reservations, newest slot first: a driver's own, a fleet's, or all for an operator."""
    wanted = reservations.ReservationFilter(
        states=tuple(state or ()), site_id=site_id, from_=from_, to=to, **_visible_to(principal)
    )
    async with services.sessions() as session:
        rows = await reservations.page(session, wanted, pagination.decode(cursor), limit)
    return ReservationsOut(
        items=[summary(row) for row in rows[:limit]],
        next_cursor=next_cursor(rows, limit),
    )


@router.get(
    "/{code}",
    summary="Show a reservation as it is now",
    responses=documented(*_AUTH, *_AWAY, "reservation_unknown", "reservation_pending"),
)
async def read(code: str, principal: Anyone, services: ServicesHere) -> ReservationOut:
    """Live while the reservation runs; afterwards as it ended. The code may be typed in any spelling."""
    view = await access.current_view(services, principal, code)
    return reservation_out(
        view, with_credential=principal.owns(driver_id=view.driver_id, fleet_id=view.fleet_id)
    )


@router.post("/{code}/cancel", summary="Cancel a reservation", responses=_ACTION)
async def cancel(
    code: str,
    principal: Customer,
    services: ServicesHere,
    key: OptionalKey,
    body: Annotated[CancelIn | None, Body()] = None,
) -> ReservationOut:
    """The cancellation tiers of the accepted terms apply."""
    asked = body or CancelIn()
    return await _act(services, principal, code, "cancel", key, asked, Cancel(reason=asked.reason))


@router.post(
    "/{code}/reschedule",
    summary="Move a reservation to another time",
    responses=_ACTION | documented("slot_unavailable", "slot_invalid"),
)
async def reschedule(
    code: str, body: RescheduleIn, principal: Customer, services: ServicesHere, key: OptionalKey
) -> ReservationOut:
    """Move the slot; nothing changes when the new one is not free."""
    message = Reschedule(start=body.start, end=body.end)
    return await _act(services, principal, code, "reschedule", key, body, message)


@router.post(
    "/{code}/extend",
    summary="Stay longer on the same connector",
    responses=_ACTION | documented("slot_unavailable", "slot_invalid"),
)
async def extend(
    code: str, body: ExtendIn, principal: Customer, services: ServicesHere, key: OptionalKey
) -> ReservationOut:
    """Stay longer on the same connector, if nobody else has it."""
    return await _act(services, principal, code, "extend", key, body, Extend(end=body.end))


@router.post(
    "/{code}/on-my-way",
    summary="Announce the arrival and keep the connector longer",
    responses=_ACTION | documented("extension_already_used"),
)
async def on_my_way(
    code: str, body: OnMyWayIn, principal: Customer, services: ServicesHere, key: OptionalKey
) -> ReservationOut:
    """Say when you will be there: extends the grace period, once."""
    return await _act(services, principal, code, "on_my_way", key, body, OnMyWay(eta=body.eta))


@router.post(
    "/{code}/check-in",
    summary="Say that the driver is here",
    responses=_ACTION | documented("outside_arrival_window"),
)
async def check_in(
    code: str, principal: Customer, services: ServicesHere, key: OptionalKey
) -> ReservationOut:
    """ "I am here": by app, or by the QR code on the bay."""
    return await _act(services, principal, code, "check_in", key)


@router.post(
    "/{code}/start", summary="Start charging from the app", responses=_ACTION | documented("charger_offline")
)
async def start(code: str, principal: Customer, services: ServicesHere, key: OptionalKey) -> ReservationOut:
    """Start charging remotely. The charger's own report, not this answer, makes it CHARGING."""
    return await _act(services, principal, code, "start_charging", key)


@router.post(
    "/{code}/stop", summary="Stop charging from the app", responses=_ACTION | documented("charger_offline")
)
async def stop(code: str, principal: Customer, services: ServicesHere, key: OptionalKey) -> ReservationOut:
    """Stop charging remotely."""
    return await _act(services, principal, code, "stop_charging", key)


async def _act(
    services: Services,
    principal: Principal,
    text: str,
    update: str,
    key: str | None,
    body: RequestBody | None = None,
    message: object | None = None,
) -> ReservationOut:
    found = await access.find_own(services, principal, text)
    return reservation_out(
        await steer(services, principal, found, update, key=key, body=body, message=message)
    )


def _booking_response(booked: Booked) -> Response:
    location = f"/v1/reservations/{booked.code}"
    headers = {"Location": location}
    if booked.replayed:
        headers["Idempotent-Replayed"] = "true"
    decision = booked.decision
    if decision is None:
        pending = PendingBookingOut(code=booked.code, location=location)
        return JSONResponse(pending.model_dump(), status_code=202, headers={**headers, "Retry-After": "2"})
    if decision.outcome == "declined":
        raise _declined(decision, headers)
    return JSONResponse(booking_out(decision).model_dump(mode="json"), status_code=201, headers=headers)


def _declined(decision: BookDecision, headers: dict[str, str]) -> ApiProblem:
    code = decision.decline_code if decision.decline_code in KINDS else "domain_error"
    alternatives = [alternative_out(alternative) for alternative in decision.alternatives]
    return ApiProblem(
        code,
        decision.message or KINDS[code].title,
        extensions={"reservation": decision.view.code, "alternatives": alternatives},
        headers=headers,
    )


def _visible_to(principal: Principal) -> dict[str, Any]:
    if principal.is_operator:
        return {}
    return {
        "only_driver_id": principal.subject if "driver" in principal.scopes else None,
        "only_fleet_id": principal.fleet_id if "fleet" in principal.scopes else None,
    }


def summary(row: ReservationRow) -> ReservationSummaryOut:
    return ReservationSummaryOut(
        code=row.code,
        state=row.state,
        driver_id=row.driver_id,
        fleet_id=row.fleet_id,
        site_id=row.site_id,
        start=row.slot_start,
        end=row.slot_end,
        connector_id=row.connector_id,
        closed=row.closed_at is not None,
        updated_at=row.updated_at,
    )


def next_cursor(rows: Sequence[ReservationRow], limit: int) -> str | None:
    """Of the last row shown, when there are more than `limit`."""
    if len(rows) <= limit:
        return None
    return pagination.encode(reservations.Position(rows[limit - 1].slot_start, rows[limit - 1].code))
