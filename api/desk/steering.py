"""Actions on a reservation, all of them: one workflow update, at most once per key.

Which actions there are, who may ask and with what is `domain.reservation.actions.table`; nothing here knows one
of them by name.
"""

import dataclasses
from collections.abc import Callable
from datetime import datetime
from typing import Any

from api.desk.access import Access, Found
from api.desk.by_energy import note, noted, until_moved
from api.desk.idempotency import fingerprint, remember, step_key, update_id
from api.desk.limits import Limits
from api.desk.principal import SCOPES_OF, Principal
from contracts.publication import ReservationView
from db.engine import Sessions
from db.queries.place.pool_facts import booked_pool_of, pool_of_connector
from domain.errors import UnknownConnector
from domain.facts.refusals import NoSuchConnector
from domain.place.promised import check_keeps_promise
from domain.reservation.actions.action import Action, Actor
from domain.reservation.actions.messages import Asked, Message, RescheduleAsked
from domain.terms.site_roles import SERVE
from workflows.client.failures import NoWorkflow
from workflows.client.reservations import ReservationClient


class Steering:
    def __init__(
        self,
        sessions: Sessions,
        access: Access,
        client: ReservationClient,
        clock: Callable[[], datetime],
        limits: Limits,
    ) -> None:
        self._sessions = sessions
        self._access = access
        self._client = client
        self._clock = clock
        self._limits = limits

    async def act(
        self,
        principal: Principal,
        text: str,
        action: Action,
        asked: Asked | None = None,
        *,
        key: str | None = None,
    ) -> ReservationView:
        """Have the reservation do `action`; its new view. An operator's action carries who it was.

        Raises ScopeMissing, InvalidReservationCode, UnknownReservation, ReservationPending, UnknownConnector,
        ConnectorLesser, KeyReused,
        where an energy is named UnknownVehicle, EnergyBeyondSlot, and CallFailed: `Refused` is the reservation's own
        answer.
        """
        by_operator = action.by is Actor.OPERATOR
        if by_operator:
            found = await self._access.find_any(principal, text, SERVE)
        else:
            principal.require(*SCOPES_OF[action.by])
            found = await self._access.find_own(principal, text)
        if by_operator:
            asked = _signed(asked, principal)
        await self._require_connector(principal, found.code, asked)
        message = await self._remembered(principal, found, action, asked, key)
        repeated = None if key is None else update_id(principal.subject, action.name, key)
        try:
            return await self._client.act(
                found.code, action.name, message, update_id=repeated, patience=self._limits.update_timeout
            )
        except NoWorkflow as gone:
            # No workflow, and nothing was ever published: it has not begun, or has never been.
            raise gone if found.view is not None else found.not_known() from gone

    async def _require_connector(self, principal: Principal, code: str, message: Asked | None) -> None:
        """A connector that a message names has to exist, and to be what was booked unless that is confirmed.

        Whether it is free is decided where the holds are.
        """
        named: int | None = getattr(message, "connector_id", None)
        if named is None:
            return
        async with self._sessions() as session:
            pool = await pool_of_connector(session, named)
            booked = await booked_pool_of(session, code)
        if pool is None or (principal.is_confined and not principal.sees_site(pool.site_id)):
            raise UnknownConnector(NoSuchConnector(connector_id=named))
        if principal.is_confined:
            principal.require_site(pool.site_id, *SERVE)  # what is done there is done to that site's bays
        if booked is not None and not getattr(message, "accept_lesser", True):
            check_keeps_promise(pool, booked)

    async def _remembered(
        self, principal: Principal, found: Found, action: Action, asked: Asked | None, key: str | None
    ) -> Message | None:
        """The message, the same whenever the key is repeated."""
        now, record = self._clock(), "" if key is None else step_key(action.name, found.code, key)
        async with self._sessions.begin() as session:
            replayed = bool(record) and await remember(
                session,
                account=principal.subject,
                key=record,
                digest=fingerprint(asked),
                code=found.code,
                now=now,
            )
            if not isinstance(asked, RescheduleAsked):
                return asked
            if asked.end is not None:
                return asked.until(asked.end)
            known = await noted(session, principal.subject, record) if replayed else None
            if known is None:
                known = await until_moved(session, found, asked, now)
                if record:
                    await note(session, principal.subject, record, known)
            return asked.until(known.end)


def _signed(message: Asked | None, operator: Principal) -> Asked | None:
    """The message with the operator's name in it, where it has room for one; whoever asked may not choose it."""
    if message is None or not any(field.name == "operator" for field in dataclasses.fields(message)):
        return message
    name: dict[str, Any] = {"operator": operator.subject}
    return dataclasses.replace(message, **name)
