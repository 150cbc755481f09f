"""Operators sessions: calls.

Made by `make client` from the API's own description; not to be edited.
"""

from datetime import datetime

from slotkeeper_client.models.operators_sessions import (
    ReleaseSessionIn,
    SessionOut,
    SessionsOut,
    StartSessionIn,
)
from slotkeeper_client.models.shared import CommandOut
from slotkeeper_client.transport import Calls, part


class OperatorsSessions(Calls):
    async def list_sessions(
        self,
        *,
        site_id: str | None = None,
        charger_id: str | None = None,
        connector_id: int | None = None,
        driver_id: str | None = None,
        reservation_code: str | None = None,
        walk_in: bool | None = None,
        authorised: bool | None = None,
        open: bool | None = None,
        from_: datetime | None = None,
        to: datetime | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> SessionsOut:
        """List charging sessions, walk-ins' too.

        The one that began last first.

        `walk_in`: true: only those that no reservation prices
        `open`: true: only those that run
        `from_`: Begun at or after
        `to`: Begun before
        """
        answer: SessionsOut = await self._ask(
            "GET",
            "/v1/operations/sessions",
            {200: SessionsOut},
            query={
                "site_id": site_id,
                "charger_id": charger_id,
                "connector_id": connector_id,
                "driver_id": driver_id,
                "reservation_code": reservation_code,
                "walk_in": walk_in,
                "authorised": authorised,
                "open": open,
                "from": from_,
                "to": to,
                "cursor": cursor,
                "limit": limit,
            },
        )
        return answer

    async def start_session(self, body: StartSessionIn) -> CommandOut:
        """Start a charging session for a card.

        Asks the charger, as if the card were shown there: where it is somebody else's turn, it is refused
        and stopped.

        `accepted`: the charger begins; the session is listed once it has told.

        Raises ChargerOffline, ChargerUnknown.
        """
        answer: CommandOut = await self._ask("POST", "/v1/operations/sessions", {200: CommandOut}, body=body)
        return answer

    async def read_session(self, session_id: int) -> SessionOut:
        """Show one charging session.

        Raises SessionUnknown.
        """
        answer: SessionOut = await self._ask(
            "GET", f"/v1/operations/sessions/{part(session_id)}", {200: SessionOut}
        )
        return answer

    async def stop_session(self, session_id: int) -> CommandOut:
        """Have a charger end a charging session.

        Anybody's. `accepted`: the charger ends it; the session shows it once it has told.

        Raises ChargerOffline, ChargerUnknown, SessionOver, SessionUnknown.
        """
        answer: CommandOut = await self._ask(
            "POST", f"/v1/operations/sessions/{part(session_id)}/stop", {200: CommandOut}
        )
        return answer

    async def release_session(self, session_id: int, body: ReleaseSessionIn | None = None) -> SessionOut:
        """Declare a walk-in's charging session over.

        For a session that its charger never ended: the connector can be promised again. Asks nothing of the
        charger.

        Raises SessionIsReservations, SessionOver, SessionUnknown.
        """
        answer: SessionOut = await self._ask(
            "POST", f"/v1/operations/sessions/{part(session_id)}/release", {200: SessionOut}, body=body
        )
        return answer
