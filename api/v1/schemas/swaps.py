"""Swaps over the wire: the offer of one's own slot for another one."""

from datetime import datetime

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from api.v1.schemas.fields import Answer, MoneyIn, Span
from domain.reservation.swapping import OfferState

_FOR_LATER: JsonDict = {"start": "2026-12-01T10:00:00Z", "end": "2026-12-01T11:00:00Z"}


class SwapOfferIn(Span):
    """The slot that is wanted, as somebody else has it in the same pool."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_FOR_LATER]})

    accepted_energy_per_kwh: MoneyIn | None = Field(
        default=None, description="As high as you agree to, where the other slot is dearer"
    )
    accepted_time_per_minute: MoneyIn | None = None


class SlotOut(Answer):
    start: datetime
    end: datetime


class SwapOfferOut(Answer):
    offer: str = Field(
        description="Hand it on: who has `wants` takes it by `POST /v1/reservations/{code}/swap`",
        examples=["7F3K-2QVM-X9TA"],
    )
    state: OfferState
    pool_id: str
    gives: SlotOut
    wants: SlotOut
    expires_at: datetime


class SwapOffersOut(Answer):
    items: list[SwapOfferOut]
