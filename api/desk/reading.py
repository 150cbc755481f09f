"""Reading reservations: one as it is now, lists, and what is on record about one."""

from collections.abc import Sequence
from dataclasses import replace

from api.desk.access import Access, Found, is_own, of_ones_own, unknown
from api.desk.bills import SettledBill, bills_of, with_follow_ups
from api.desk.detours import with_own_detours
from api.desk.limits import Limits
from api.desk.principal import SCOPES, Principal
from contracts.publication import ReservationView
from db.engine import Sessions
from db.queries import reservations
from db.queries.reservations import Position, ReservationFilter
from db.tables import AuditEntry, Notification, ReservationRow
from domain.errors import DomainError
from workflows.client.reservations import ReservationClient


class Reading:
    def __init__(self, sessions: Sessions, access: Access, client: ReservationClient, limits: Limits) -> None:
        self._sessions = sessions
        self._access = access
        self._client = client
        self._limits = limits

    async def one(self, principal: Principal, text: str) -> ReservationView:
        """Live from the workflow while it runs; the last publication when it is closed or nobody answers.

        To who named its route with how far out of that it is. Operators see all. Raises InvalidReservationCode,
        UnknownReservation, ReservationPending while nothing is known yet; for operators CallFailed where nobody says
        whether there is anything to be known.
        """
        found = await self._access.find_visible(principal, text)
        if found.closed and found.view is not None:
            async with self._sessions() as session:
                closed = await with_follow_ups(session, found.view)
            return await self._with_detours(principal, closed)
        view = await self._client.view(found.code, patience=self._limits.query_timeout) or found.view
        if view is None:
            raise await self._not_known(found)
        if not (principal.sees_site(view.site_id) or is_own(principal, view)):
            raise unknown(found.code)
        return await self._with_detours(principal, view)

    async def _with_detours(self, principal: Principal, view: ReservationView) -> ReservationView:
        return await with_own_detours(self._sessions, principal, view) if is_own(principal, view) else view

    async def page(
        self, principal: Principal, wanted: ReservationFilter, after: Position | None, limit: int
    ) -> Sequence[ReservationRow]:
        """Up to `limit` + 1 of those the caller may see, newest slot first; the extra one tells of a next page."""
        if principal.is_operator or principal.is_confined:
            seen: ReservationFilter | None = replace(wanted, reach=principal.reach)
        else:
            principal.require(*SCOPES)
            seen = of_ones_own(principal, wanted)
        if seen is None:
            return ()
        async with self._sessions() as session:
            return await reservations.page(session, seen, after, limit)

    async def audit(self, principal: Principal, text: str) -> Sequence[AuditEntry]:
        """Who did what to it, oldest first; for operators. Raises as `bills`."""
        code, _ = await self._on_record(principal, text)
        async with self._sessions() as session:
            return await reservations.audit_of(session, code)

    async def bills(self, principal: Principal, text: str) -> tuple[ReservationView, Sequence[SettledBill]]:
        """The reservation and its bills with what they rest on, oldest first; for operators.

        Raises ScopeMissing, UnknownReservation, ReservationPending, CallFailed.
        """
        code, view = await self._on_record(principal, text)
        async with self._sessions() as session:
            return view, await bills_of(session, code)

    async def notifications(
        self, principal: Principal, text: str
    ) -> tuple[ReservationView, Sequence[Notification]]:
        """The reservation and what its driver was told, oldest first; for operators.

        Raises ScopeMissing, UnknownReservation, ReservationPending, CallFailed.
        """
        code, view = await self._on_record(principal, text)
        async with self._sessions() as session:
            return view, await reservations.notifications_of(session, view.driver_id, code)

    async def _on_record(self, principal: Principal, text: str) -> tuple[str, ReservationView]:
        found: Found = await self._access.find_any(principal, text)
        if found.view is None:
            raise await self._not_known(found)
        return found.code, found.view

    async def _not_known(self, found: Found) -> DomainError:
        """Operators may ask for any code: what runs, and has not shown itself, is being decided."""
        runs = found.asked_for or await self._client.runs(found.code, self._limits.query_timeout)
        return replace(found, asked_for=runs).not_known()
