"""A guest of whoever booked: `/v1/reservations/{code}/guest` for the latter, `/v1/guest-visit` for the guest."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response, Security
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer

from api.desk.guests import Guests, edition_of_guest
from api.services import ServicesHere
from api.tokens.bearer import bearer_of
from api.v1.callers import AuthenticatedRoute, Customer
from api.v1.etags import EDITED, NOT_MODIFIED, REVALIDATED, IfMatchOrNew, show_edition, tagged
from api.v1.responses import AUTH, AWAY, documented
from api.v1.schemas.bookings import GuestIn
from api.v1.schemas.guests import GuestOnMyWayIn, GuestOut, GuestPassOut, GuestVisitOut
from contracts.publication import ReservationView
from domain.reservation.actions.messages import OnMyWay
from domain.reservation.actions.table import BY_NAME
from domain.reservation.guest import GUESTS_ACTIONS, Guest
from domain.reservation.lifecycle import State

router = APIRouter(
    prefix="/v1/reservations",
    tags=["reservations"],
    route_class=AuthenticatedRoute,
    responses=documented(
        *AUTH, "database_unavailable", "reservation_unknown", "reservation_code_invalid", "guest_unknown"
    ),
)


class GuestRoute(APIRoute):
    """Looks for a pass before FastAPI reads the body."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def find_pass_then_handle(request: Request) -> Response:
            request.state.guest_pass = bearer_of(request.headers.get("authorization"))
            return await handle(request)

        return find_pass_then_handle


_bearer = HTTPBearer(auto_error=False, scheme_name="GuestPass", description="A guest's pass")


def _pass(request: Request, _shown: Annotated[Any, Security(_bearer)]) -> str:
    """GuestRoute has found it; the scheme is here for OpenAPI."""
    found: str = request.state.guest_pass
    return found


GuestPass = Annotated[str, Depends(_pass)]
_ACTED = documented(
    "not_possible_now", "outside_arrival_window", "slot_unavailable", "charger_offline", "action_failed",
    "no_answer_yet",
)  # fmt: skip
visit_router = APIRouter(
    prefix="/v1/guest-visit",
    tags=["guests"],
    route_class=GuestRoute,
    responses=documented(
        "token_missing", "token_invalid", "guest_pass_invalid", "reservation_pending", *AWAY
    ),
)


@router.get(
    "/{code}/guest",
    summary="Show who comes",
    responses=tagged() | NOT_MODIFIED,
    dependencies=[REVALIDATED],
)
async def read_guest(code: str, principal: Customer, services: ServicesHere, response: Response) -> GuestOut:
    """As named by whoever booked, when they did or later. Nobody else sees it."""
    return _named(response, await services.desk.guests.one(principal, code))


@router.put(
    "/{code}/guest",
    summary="Name who comes",
    responses=tagged()
    | EDITED
    | documented(
        "not_possible_now", "reservation_pending", "invalid_request", "malformed_request", "body_too_large"
    ),
)
async def set_guest(
    code: str,
    body: GuestIn,
    principal: Customer,
    seen: IfMatchOrNew,
    services: ServicesHere,
    response: Response,
) -> GuestOut:
    """In your place, to a reservation that is not over; you pay. Somebody else than before needs another pass: the one
    that was issued counts no more. Your time stays taken, unless it was booked for a guest.
    """
    return _named(response, await services.desk.guests.name(principal, code, body.guest(), seen))


def _named(response: Response, guest: Guest) -> GuestOut:
    show_edition(response, edition_of_guest(guest))
    return GuestOut(name=guest.name, contact=guest.contact)


@router.post("/{code}/guest-pass", summary="Issue a pass for who comes")
async def issue_guest_pass(code: str, principal: Customer, services: ServicesHere) -> GuestPassOut:
    """It shows the guest where and when, and lets them say that they are on their way, check in, start and stop; not
    cancel, change or see what it costs. It counts until the reservation is over; a new one voids the one before.
    """
    found = await services.desk.guests.issue(principal, code)
    return GuestPassOut(name=found.guest.name, contact=found.guest.contact, guest_pass=found.secret)


@router.delete("/{code}/guest-pass", summary="Withdraw the pass of who comes")
async def withdraw_guest_pass(code: str, principal: Customer, services: ServicesHere) -> GuestOut:
    """It counts no more from now on."""
    guest = await services.desk.guests.withdraw(principal, code)
    return GuestOut(name=guest.name, contact=guest.contact)


@visit_router.get("", summary="Show a guest where and when")
async def read_guest_visit(guest_pass: GuestPass, services: ServicesHere) -> GuestVisitOut:
    """Of the reservation that the pass is for."""
    return _out(await services.desk.guests.visit(guest_pass))


@visit_router.post(
    "/on-my-way",
    responses=_ACTED
    | documented(
        "extension_already_used", "slot_invalid", "invalid_request", "malformed_request", "body_too_large"
    ),
    summary="Say when the guest comes",
)
async def announce_guest(
    guest_pass: GuestPass, body: GuestOnMyWayIn, services: ServicesHere
) -> GuestVisitOut:
    """As `POST /v1/reservations/{code}/on-my-way`."""
    return _out(await services.desk.guests.act(guest_pass, "on_my_way", OnMyWay(eta=body.eta)))


@visit_router.post("/check-in", responses=_ACTED, summary="Check a guest in")
async def check_guest_in(guest_pass: GuestPass, services: ServicesHere) -> GuestVisitOut:
    """As `POST /v1/reservations/{code}/check-in`."""
    return await _acted(services.desk.guests, guest_pass, "check_in")


@visit_router.post(
    "/start", responses=_ACTED | documented("start_rejected"), summary="Start charging as a guest"
)
async def start_guest(guest_pass: GuestPass, services: ServicesHere) -> GuestVisitOut:
    """As `POST /v1/reservations/{code}/start`."""
    return await _acted(services.desk.guests, guest_pass, "start_charging")


@visit_router.post(
    "/stop", responses=_ACTED | documented("stop_rejected"), summary="Stop charging as a guest"
)
async def stop_guest(guest_pass: GuestPass, services: ServicesHere) -> GuestVisitOut:
    """As `POST /v1/reservations/{code}/stop`."""
    return await _acted(services.desk.guests, guest_pass, "stop_charging")


async def _acted(guests: Guests, guest_pass: str, action: str) -> GuestVisitOut:
    return _out(await guests.act(guest_pass, action, None))


def _out(view: ReservationView) -> GuestVisitOut:
    return GuestVisitOut(
        code=view.code,
        state=State(view.state),
        site_name=view.site_name,
        site_address=view.site_address,
        start=view.slot_start,
        end=view.slot_end,
        zone=view.site_zone,
        charger_id=view.charger_id,
        bay=view.bay,
        arrive_by=view.arrive_by,
        id_tag=view.id_tag,
        possible=[
            f"/v1/guest-visit/{BY_NAME[name].path}" for name in view.possible if name in GUESTS_ACTIONS
        ],
    )
