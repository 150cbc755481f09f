"""Actions on a reservation, all of them: one workflow update, at most once per key.

Which actions there are, who may ask and with what is `domain.reservation.actions.table`; nothing here knows one
of them by name.
"""

import dataclasses
from collections.abc import Callable
from datetime import datetime
from typing import Any

from api.desk.access import Access, Found, unknown
from api.desk.idempotency import fingerprint, remember, step_key, update_id
from api.desk.limits import Limits
from api.desk.principal import SCOPES_OF, Principal
from contracts.publication import ReservationView
from db.engine import Sessions
from db.queries.place.pools import booked_pool_of, pool_of_connector
from domain.errors import UnknownConnector
from domain.facts.refusals import NoSuchConnector
from domain.place.promised import check_keeps_promise
from domain.reservation.actions.messages import Message
from domain.reservation.actions.table import Action, Actor
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
        message: Message | None = None,
        *,
        key: str | None = None,
    ) -> ReservationView:
        """Have the reservation do `action`; its new view. An operator's action carries who it was.

        Raises ScopeMissing, InvalidReservationCode, UnknownReservation, UnknownConnector, ConnectorLesser, KeyReused,
        and CallFailed: `Refused` is the reservation's own answer.
        """
        by_operator = action.by is Actor.OPERATOR
        if by_operator:
            found = await self._access.find_any(principal, text, SERVE)
        else:
            principal.require(*SCOPES_OF[action.by])
            found = await self._access.find_own(principal, text)
        if by_operator:
            message = _signed(message, principal)
        await self._require_connector(principal, found.code, message)
        asked = None if key is None else await self._remember(principal, found, action, message, key)
        try:
            return await self._client.act(
                found.code, action.name, message, update_id=asked, patience=self._limits.update_timeout
            )
        except NoWorkflow as gone:
            # No workflow, and nothing was ever published: this reservation has never been.
            raise gone if found.view is not None else unknown(found.code) from gone

    async def _require_connector(self, principal: Principal, code: str, message: Message | None) -> None:
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

    async def _remember(
        self, principal: Principal, found: Found, action: Action, message: Message | None, key: str
    ) -> str:
        async with self._sessions.begin() as session:
            await remember(
                session,
                account=principal.subject,
                key=step_key(action.name, found.code, key),
                digest=fingerprint(message),
                code=found.code,
                now=self._clock(),
            )
        return update_id(principal.subject, action.name, key)


def _signed(message: Message | None, operator: Principal) -> Message | None:
    """The message with the operator's name in it, where it has room for one; whoever asked may not choose it."""
    if message is None or not any(field.name == "operator" for field in dataclasses.fields(message)):
        return message
    name: dict[str, Any] = {"operator": operator.subject}
    return dataclasses.replace(message, **name)
