"""Operators refused connections: calls.

Made by `make client` from the API's own description; not to be edited.
"""

from slotkeeper_client.models.operators_refused_connections import RefusedConnectionsOut
from slotkeeper_client.transport import Calls, part


class OperatorsRefusedConnections(Calls):
    async def list_refused_connections(
        self, *, code: str | None = None, cursor: str | None = None, limit: int | None = None
    ) -> RefusedConnectionsOut:
        """List who was not let in by the gateway, and why.

        One item an identity and reason, the newest attempt first; at most 1,000 are kept.

        `code`: Only this reason, e.g. charger_unknown
        """
        answer: RefusedConnectionsOut = await self._ask(
            "GET",
            "/v1/operations/refused-connections",
            {200: RefusedConnectionsOut},
            query={"code": code, "cursor": cursor, "limit": limit},
        )
        return answer

    async def clear_refused_connections(self, identity: str) -> None:
        """Forget an identity's refused connections.

        When it is settled. Whoever is refused again is listed again.
        """
        await self._ask("DELETE", f"/v1/operations/refused-connections/{part(identity)}", {204: None})
