"""One message being handled: who sent it, on which connection, when. And what handling it came to."""

from dataclasses import dataclass, field
from datetime import datetime

from domain.charging import ConnectorStatus
from ocpp_gateway.answers import Answer

Told = tuple[ConnectorStatus, str]
"""Status and error code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """`statuses`: what is known to be committed, by connector number, so that repetitions cost no query."""

    charger_id: str
    epoch: int
    message_id: str
    received_at: datetime
    statuses: dict[int, Told] = field(default_factory=dict)

    def event_id(self, identity: str) -> str:
        return f"{self.charger_id}:{identity}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`refused_transaction`: it began although refused, and is to be stopped once the answer is out.

    `events`: something was committed that reservations wait for. `statuses`: now committed. `booted`: the charger
    has begun anew, and with it what it knows of us.
    """

    answer: Answer
    refused_transaction: str | None = None
    booted: bool = False
    events: bool = False
    statuses: dict[int, Told] = field(default_factory=dict)
