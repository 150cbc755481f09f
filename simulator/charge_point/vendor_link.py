"""A link that says everything as a vendor's charger would say it."""

from __future__ import annotations

from typing import Any

from simulator.charge_point.link import Link
from simulator.charge_point.messages import NotConnectedError, Payload
from simulator.vendors import Memory, Vendor, Version

LET_IN = {"status": "Accepted"}
UNSAID: Payload = {"idTagInfo": LET_IN, "idTokenInfo": LET_IN}
"""What the charger makes of the answer to a call that its vendor leaves out."""


class VendorLink(Link):
    """Each call passes through the vendor's profile; its answer is that of the last call of its action."""

    def __init__(self, vendor: Vendor, version: Version, connectors: int, *link: Any, **options: Any) -> None:
        super().__init__(*link, **options)
        self._vendor, self._version = vendor, version
        self._memory = Memory(connectors=connectors)

    async def serve(self) -> None:
        try:
            await super().serve()
        finally:
            self._memory.connection_lost()

    def abort(self) -> None:
        super().abort()
        self._memory.connection_lost()

    async def call(self, action: str, payload: Payload, message_id: str | None = None) -> Payload:
        if not self.connected:
            raise NotConnectedError("no socket")
        answer = UNSAID
        for said, words in self._vendor.says(self._version, action, payload, self._memory):
            its_own = said == action
            heard = await super().call(said, words, message_id if its_own else None)
            if its_own:
                answer, message_id = heard, None
        return answer
