"""What the tests ask of a charge point that somebody else wrote, whatever language it is written in."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Payload = dict[str, Any]
Answers = Mapping[str, Callable[[Payload], Payload]]
"""Action of the gateway's call → what this charge point answers. Anything else it answers by itself."""


class CallRefused(Exception):
    """The gateway answered with a CALLERROR, or with what the implementation's own validation refuses."""

    code = "call_refused"


@dataclass(slots=True)
class Heard:
    """`calls`: the gateway's, in order. `invalid`: what broke a schema in the implementation's eyes."""

    calls: list[tuple[str, Payload]] = field(default_factory=list)
    invalid: list[str] = field(default_factory=list)

    def last(self, action: str) -> Payload:
        """The payload of the newest call of that name. Raises LookupError."""
        for name, payload in reversed(self.calls):
            if name == action:
                return payload
        raise LookupError(action)


class ForeignChargePoint(ABC):
    """Connected from birth. Payloads are as on the wire (camelCase)."""

    heard: Heard

    @abstractmethod
    async def call(self, action: str, payload: Payload) -> Payload:
        """Send a call; the answer. Raises CallRefused."""

    @abstractmethod
    async def close(self) -> None:
        """Hang up."""
