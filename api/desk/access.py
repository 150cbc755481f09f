"""Whose reservation is it: the one gate in front of every route that names a code."""

from dataclasses import dataclass

from api.errors import ApiProblem
from api.published import published_view
from api.services import Services
from api.tokens.bearer import Principal
from contracts.publication import ReservationView
from db.queries import reservations
from domain.errors import UnknownReservation
from domain.reservation.code import parse_reservation_code
from workflows.client.reservations import live_view


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """`view` is the workflow's last publication; None while a booking has not been decided."""

    code: str
    view: ReservationView | None
    closed: bool


async def find_own(services: Services, principal: Principal, text: str) -> Found:
    """The caller's own reservation with this code, whatever way it was typed; being an operator does not help.

    Raises InvalidReservationCode, or UnknownReservation for nobody's and somebody else's alike.
    """
    return await _find(services, principal, text, sees_all=False)


async def find_any(services: Services, text: str) -> Found:
    """Any reservation that has published something, for operators. Raises like `find_own`."""
    code = parse_reservation_code(text)
    async with services.sessions() as session:
        row = await reservations.find(session, code)
    if row is None:
        # It may run without having published yet; then its workflow answers for itself.
        return Found(code=code, view=None, closed=False)
    return Found(code=code, view=published_view(row), closed=row.closed_at is not None)


async def _find(services: Services, principal: Principal, text: str, *, sees_all: bool) -> Found:
    if sees_all:
        return await find_any(services, text)
    code = parse_reservation_code(text)
    async with services.sessions() as session:
        row = await reservations.find(session, code)
        if row is not None:
            if not principal.owns(driver_id=row.driver_id, fleet_id=row.fleet_id):
                raise unknown(code)
            return Found(code=code, view=published_view(row), closed=row.closed_at is not None)
        for account in accounts(principal):
            if await reservations.was_booked_by(session, account, code):
                return Found(code=code, view=None, closed=False)
    raise unknown(code)


async def current_view(services: Services, principal: Principal, text: str) -> ReservationView:
    """Live from the workflow while it runs; the last publication when it is closed or no worker answers.

    Operators see all. Raises like `find_own`, and ApiProblem(reservation_pending) while nothing is known yet.
    """
    found = await _find(services, principal, text, sees_all=principal.is_operator)
    if found.closed and found.view is not None:
        return found.view
    view = await live_view(services.temporal, found.code, services.limits.query_timeout) or found.view
    if view is None:
        if principal.is_operator:
            raise unknown(found.code)
        raise ApiProblem("reservation_pending", "the booking is being decided; ask again in a moment")
    if not (principal.is_operator or principal.owns(driver_id=view.driver_id, fleet_id=view.fleet_id)):
        raise unknown(found.code)
    return view


def accounts(principal: Principal) -> list[str]:
    """The accounts under which the caller may have booked."""
    found = []
    if "driver" in principal.scopes:
        found.append(principal.subject)
    if "fleet" in principal.scopes and principal.fleet_id is not None:
        found.append(principal.fleet_id)
    return found


def unknown(code: str) -> UnknownReservation:
    return UnknownReservation(f"there is no reservation {code} of yours")
