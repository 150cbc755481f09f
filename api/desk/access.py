"""Whose reservation is it: the one gate in front of everything that names a code."""

from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from activities.people.projection import view_from_document
from api.desk.principal import Principal
from contracts.publication import ReservationView
from db.engine import Sessions
from db.queries import reservations
from domain.errors import ReservationPending, UnknownReservation
from domain.facts.refusals import NoSuchReservation
from domain.facts.refused_for_now import BeingDecided
from domain.reservation.code import parse_reservation_code
from domain.terms.site_roles import READ, SiteRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """`view` is the workflow's last publication; None while a booking has not been decided. `asked_for`: nothing is
    known of it but that the caller's account booked it.
    """

    code: str
    view: ReservationView | None
    closed: bool
    asked_for: bool = False

    def not_known(self) -> ReservationPending | UnknownReservation:
        """What is raised while there is no view."""
        return ReservationPending(BeingDecided()) if self.asked_for else unknown(self.code)


class Access:
    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def find_own(self, principal: Principal, text: str) -> Found:
        """The caller's own reservation with this code, whatever way it was typed; being an operator does not help.

        Raises InvalidReservationCode, or UnknownReservation for nobody's and somebody else's alike.
        """
        code = parse_reservation_code(text)
        async with self._sessions() as session:
            found = await published(session, code)
            if found is not None and found.view is not None:
                if not is_own(principal, found.view):
                    raise unknown(code)
                return found
            for account in principal.accounts:
                if await reservations.was_booked_by(session, account, code):
                    return Found(code=code, view=None, closed=False, asked_for=True)
        raise unknown(code)

    async def find_any(self, principal: Principal, text: str, roles: tuple[SiteRole, ...] = READ) -> Found:
        """Anybody's reservation, for operators; of those who are confined, at their sites, where they need the role.

        One that has published nothing may run all the same: its workflow answers for itself. Raises ScopeMissing,
        InvalidReservationCode; of who is confined UnknownReservation, SiteForbidden.
        """
        principal.require_operator()
        code = parse_reservation_code(text)
        async with self._sessions() as session:
            found = await published(session, code)
        if principal.is_confined:
            if found is None or found.view is None or not principal.sees_site(found.view.site_id):
                raise unknown(code)
            principal.require_site(found.view.site_id, *roles)
        return found or Found(code=code, view=None, closed=False)

    async def find_visible(self, principal: Principal, text: str) -> Found:
        """What the caller may read: operators anybody's, others their own. Raises like the two above."""
        if principal.is_operator or principal.is_confined:
            return await self.find_any(principal, text)
        return await self.find_own(principal, text)


async def published(session: AsyncSession, code: str) -> Found | None:
    """The reservation as its workflow last published it; None while it has published nothing."""
    row = await reservations.find(session, code)
    if row is None:
        return None
    return Found(code=code, view=view_from_document(row.snapshot), closed=row.closed_at is not None)


class OfDriverOrFleet(Protocol):
    """A filter of a list: whose rows it is narrowed to, either of them."""

    @property
    def only_driver_id(self) -> str | None: ...
    @property
    def only_fleet_id(self) -> str | None: ...


Wanted = TypeVar("Wanted", bound=OfDriverOrFleet)


def of_ones_own(principal: Principal, wanted: Wanted) -> Wanted | None:
    """What is `wanted` of the caller's own and their fleet's; None: nothing can be."""
    mine = principal.subject if "driver" in principal.scopes else None
    ours = principal.fleet_id if "fleet" in principal.scopes else None
    if mine is None and ours is None:
        return None
    return replace(wanted, only_driver_id=mine, only_fleet_id=ours)  # type: ignore[type-var]


def is_own(principal: Principal, view: ReservationView) -> bool:
    return principal.owns(driver_id=view.driver_id, fleet_id=view.fleet_id)


def unknown(code: str) -> UnknownReservation:
    return UnknownReservation(NoSuchReservation(reservation=code))
