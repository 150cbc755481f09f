"""Oddities of chargers over the wire."""

from datetime import datetime

from pydantic import Field

from api.v1.schemas.fields import Answer
from domain.charging.quirks import QuirkKind

_PATH = Field(examples=["chargePointSerialNumber"], description="Of the field; empty: the message itself")
_KIND = Field(
    examples=["too_long"],
    description="What had to be done: `missing` (done without), `too_long` (cut), `wrong_type`, `wrong_word` (read as "
    "what it must mean), `out_of_range` (taken as it is), `dropped` (left out), `broken_frame` (JSON or frame against "
    "its grammar), `unmetered` (what a session took is unknown), `unit_in_doubt` (Wh that may be kWh), "
    "`id_in_use` (one transaction id at two EVSEs)",
)


class QuirkOut(Answer):
    action: str = Field(examples=["BootNotification"])
    path: str = _PATH
    kind: QuirkKind = _KIND
    example: str
    seen: int
    first_at: datetime
    last_at: datetime
    firmware: str


class QuirksOut(Answer):
    items: list[QuirkOut]


class ModelQuirkOut(Answer):
    vendor: str
    model: str
    firmware: str
    action: str
    path: str = _PATH
    kind: QuirkKind = _KIND
    example: str
    chargers: int = Field(description="How many of this model showed it")
    seen: int = Field(description="How many messages")
    last_at: datetime


class ModelQuirksOut(Answer):
    items: list[ModelQuirkOut]
    next_cursor: str | None
