"""One message being handled: who sent it, on which connection, when. And what handling it came to."""

from dataclasses import dataclass, field
from datetime import datetime

from domain.charging.connector import ConnectorStatus
from ocpp_gateway.wire.answers import Answer

KnownStatus = tuple[ConnectorStatus, str]
"""Status and error code."""


_REMEMBERED = 8


class Liveness:
    """What one connection has shown so far, to tell what happens now from what was queued before.

    `since`: when it began. `presented`: tokens last shown over it, or given to it by a remote start.
    """

    __slots__ = ("presented", "since")

    def __init__(self, since: datetime) -> None:
        self.since = since
        self.presented: tuple[str, ...] = ()

    def present(self, id_tag: str) -> None:
        if id_tag not in self.presented:
            self.presented = (*self.presented, id_tag)[-_REMEMBERED:]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedCall:
    """`statuses`: what is known to be committed, by connector number, so that repetitions cost no query.

    `liveness`: None where nothing is known of the connection: then the charger's times are believed.
    """

    charger_id: str
    epoch: int
    message_id: str
    at: datetime
    statuses: dict[int, KnownStatus] = field(default_factory=dict)
    liveness: Liveness | None = None

    def event_id(self, identity: str) -> str:
        return f"{self.charger_id}:{identity}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`refused_transaction`: it began although refused, and is to be stopped once the answer is out. `unpaid`: refused
    for a deposit that is awaited.

    `events`: something was committed that reservations wait for. `statuses`: now committed. `booted`: the charger
    has begun anew, and with it what it knows of us.
    """

    answer: Answer
    refused_transaction: str | None = None
    unpaid: bool = False
    booted: bool = False
    events: bool = False
    statuses: dict[int, KnownStatus] = field(default_factory=dict)
