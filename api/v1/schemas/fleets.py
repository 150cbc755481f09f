"""What a fleet sees over the wire."""

from datetime import datetime

from pydantic import Field

from api.v1.schemas.fields import Answer
from domain.reservation.astray import Astray
from domain.reservation.lifecycle import State


class FleetSlotOut(Answer):
    """A slot of one of the fleet's drivers; all of it: `GET /v1/reservations/{code}`."""

    code: str
    driver_id: str
    site_id: str
    state: State
    start: datetime
    end: datetime
    amiss: Astray | None = Field(description="What has to be looked at; null: it goes as it was planned")


class FleetSlotsOut(Answer):
    items: list[FleetSlotOut]
    next_cursor: str | None
