"""What endpoints of engineers are sent. The members of `ReservationToldOut` are those of the trigger
`note_reservation_change` (db/migrations): a test holds both equal.
"""

from datetime import datetime

from pydantic import Field

from api.v1.schemas.fields import Answer
from domain.reservation.lifecycle import State
from domain.telling.endpoints import EventKind


class ReservationToldOut(Answer):
    """A reservation as it was when it reached the state."""

    reservation: str = Field(description="Its code")
    state: State
    driver_id: str
    fleet_id: str | None
    site_id: str
    start: datetime
    end: datetime


class ReservationEventOut(Answer):
    """A reservation has reached a state."""

    type: EventKind
    timestamp: datetime = Field(description="When it was reached")
    data: ReservationToldOut


class EndpointTestedOut(Answer):
    endpoint: int = Field(description="Its `id`")


class EndpointEventOut(Answer):
    """Somebody has asked for a test event."""

    type: EventKind
    timestamp: datetime
    data: EndpointTestedOut
