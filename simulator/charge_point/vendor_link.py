"""A link that says everything as a vendor's charger would say it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

from simulator.charge_point.link import Link
from simulator.charge_point.messages import CallRefusedError, CallTimeoutError, NotConnectedError, Payload
from simulator.vendors import Memory, Vendor, Version

LET_IN = {"status": "Accepted"}
UNSAID: Payload = {"idTagInfo": LET_IN, "idTokenInfo": LET_IN}
"""What the charger makes of the answer to a call that its vendor leaves out."""


@dataclass(slots=True)
class Spoken:
    """What is left to be said of one call. `message_id`: of the first part of its action; None: that had it."""

    left: deque[tuple[str, Payload]]
    message_id: str | None
    answer: Payload


class VendorLink(Link):
    """Each call passes through the vendor's profile; its answer is that of the last call of its action."""

    def __init__(self, vendor: Vendor, version: Version, connectors: int, *link: Any, **options: Any) -> None:
        super().__init__(*link, **options)
        self._vendor, self._version = vendor, version
        self._memory = Memory(connectors=connectors)
        self._broken_off: dict[str, Spoken] = {}
        """By message id: a call that is sent again goes on where it broke off, and nothing that was queued is lost."""

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
        again = self._broken_off.pop(message_id, None) if message_id else None
        says = self._vendor.says
        spoken = again or Spoken(
            deque(says(self._version, action, payload, self._memory)), message_id, UNSAID
        )
        try:
            await self._say(action, spoken)
        except (CallRefusedError, CallTimeoutError, NotConnectedError):
            if message_id:
                self._broken_off[message_id] = spoken
            raise
        return spoken.answer

    async def _say(self, action: str, spoken: Spoken) -> None:
        while spoken.left:
            said, words = spoken.left[0]
            its_own = said == action
            heard = await super().call(said, words, spoken.message_id if its_own else None)
            spoken.left.popleft()
            if its_own:
                spoken.answer, spoken.message_id = heard, None
