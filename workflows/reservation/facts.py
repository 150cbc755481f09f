"""What the main loop of a reservation is told."""

from dataclasses import dataclass
from datetime import datetime

from contracts.money import PaymentEvent
from domain.charging.events import ChargerEvent
from domain.reservation.actions.action import Action
from domain.reservation.actions.messages import Message


@dataclass(frozen=True, slots=True)
class CancellationRequested:
    """The Temporal UI's Request Cancellation button, turned into a fact like any other."""

    reason: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A driver or an operator asks for an action; `at` decides what depends on time, whatever step comes before it."""

    action: Action
    at: datetime
    message: Message | None = None


@dataclass(frozen=True, slots=True)
class ShownWrongly:
    """Somebody compared: its search attributes are not what they should be."""


Fact = ChargerEvent | PaymentEvent | CancellationRequested | Asked | ShownWrongly
