"""Drivers and their cards over the wire."""

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from api.desk.cards import CardOrder
from api.v1.schemas.fields import Answer, Body, Instant, Reason, Subject

_Tag = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[\x20-\x7e]+$")]
_Group = Annotated[str, StringConstraints(min_length=1, max_length=36, pattern=r"^[\x21-\x7e]+$")]
_Why = Annotated[Reason, Field(min_length=1, description="Your words, for the audit trail")]


class CardChangeIn(Body):
    """As the card is to be: what is null it has not."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"expires_at": "2028-12-31T23:00:00Z", "reason": "A new contract"}]},
    )

    group_id: _Group | None = Field(
        default=None, description="Parent tag: cards of one group open each other's reservations"
    )
    expires_at: Instant | None = Field(default=None, description="From here on it opens nothing; null: never")
    reason: _Why

    def order(self) -> CardOrder:
        return CardOrder(group_id=self.group_id, expires_at=self.expires_at, reason=self.reason)


class CardIn(CardChangeIn):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"id_tag": "04A1B2C3", "expires_at": "2028-12-31T23:00:00Z", "reason": "Handed out today"}
            ]
        },
    )

    id_tag: _Tag = Field(description="What chargers read of it, in any spelling")
    former_driver_id: Subject | None = Field(
        default=None, description="Whose it may have been so far; without, one of another driver is refused"
    )


class CardOut(Answer):
    id: str = Field(description="What it is called here; who knows what chargers read could charge with it")
    card: str = Field(description="Its last characters", examples=["…B2C3"])
    driver_id: str
    group_id: str | None
    blocked: bool = Field(description="It opens nothing")
    blocked_at: datetime | None = Field(description="Since when; null: it is not, or nobody knows")
    expires_at: datetime | None = Field(description="From here on it opens nothing; null: never")


class CardsOut(Answer):
    items: list[CardOut]
    next_cursor: str | None


class BlockIn(Body):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "Lost, says Ana"}]})

    reason: _Why


class DriverIn(Body):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"fleet_id": "parcel-fleet", "reason": "Drives for them now"}]},
    )

    fleet_id: Subject | None = Field(default=None, description="Whose driver they are; null: nobody's")
    reason: _Why


class DriverOut(Answer):
    id: str = Field(description="Subject of their token")
    fleet_id: str | None
    person_id: str | None = Field(description="Who they are one of several drivers of; null: by themselves")
    blocked: bool = Field(description="They book nothing, and nothing of theirs opens")
    blocked_at: datetime | None = Field(description="Since when; null: they are not, or nobody knows")
    created_at: datetime


class DriversOut(Answer):
    items: list[DriverOut]
    next_cursor: str | None
