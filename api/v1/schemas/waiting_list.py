"""Waiting lists over the wire: what is waited for, where one stands, and what is offered."""

from datetime import datetime, timedelta
from typing import Self

from pydantic import ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from api.desk.waiting_orders import WaitingOrder
from api.v1.schemas.bays import WithNeeds
from api.v1.schemas.energy import EnergyIn, check_one_end
from api.v1.schemas.fields import Answer, Body, Identifier, Instant, Subject
from api.v1.schemas.groups import MOST_MEMBERS
from domain.queue.offers import EntryState

_OFFER: JsonDict = {"examples": [{"offer": "7F3K-2QVM-X9TA"}]}


class WaitIn(WithNeeds):
    model_config = ConfigDict(extra="forbid")

    site_id: Identifier
    start: Instant = Field(description="The slot begins then, or later")
    end: Instant = Field(description="It ends by then; a day later at most")
    lasts_minutes: int | None = Field(
        default=None, strict=True, ge=1, le=24 * 60, description="How long it is; or `energy` says so"
    )
    energy: EnergyIn | None = Field(default=None, description="In place of `lasts_minutes`")
    pool_id: Identifier | None = Field(default=None, description="A pool of the site; default: any that fits")
    connector_type: Identifier | None = Field(default=None, description="OCPI ConnectorType name")
    payment_method: Identifier | None = Field(
        default=None, description="A saved Stripe payment method, for the offer that is accepted"
    )
    driver_id: Subject | None = Field(default=None, description="For fleets: which of its drivers")
    bays: int = Field(
        default=1,
        strict=True,
        ge=1,
        le=MOST_MEMBERS,
        description="Together. A list offers one at a time: more are refused by `waiting_wish_unusable`, and each "
        "driver of a group joins for themselves",
    )

    @model_validator(mode="after")
    def _says_how_long(self) -> Self:
        if self.end <= self.start:
            raise ValueError("end must lie after start")
        lasts = None if self.lasts_minutes is None else self.end
        check_one_end(lasts, self.energy, self.vehicle_id, name="lasts_minutes")
        return self

    def order(self) -> WaitingOrder:
        said = self.asked()
        minutes = said.pop("lasts_minutes")
        return WaitingOrder(**said, length=None if minutes is None else timedelta(minutes=minutes))


class AcceptOfferIn(Body):
    model_config = ConfigDict(extra="forbid", json_schema_extra=_OFFER)

    offer: Identifier = Field(description="`offer.code` of the entry")
    payment_method: Identifier | None = Field(default=None, description="Default: that of the entry")


class AnswerOfferIn(Body):
    model_config = ConfigDict(extra="forbid", json_schema_extra=_OFFER)

    offer: Identifier = Field(description="`offer.code` of the entry")


class StandingOut(Answer):
    """Of entries whose windows overlap: who has waited longest, with what the weight of a tier gains them, twelve hours
    at most, is asked first. Whom what is free does not serve, or who may not book it, is passed over and keeps their
    place: so who is further behind may be asked sooner."""

    place: int = Field(description="1 is asked first")
    waiting: int = Field(description="How many there are, with this one")
    waited_seconds: int
    gained_seconds: int = Field(description="By the weight")
    weight: int = Field(description="Of the tier that the driver had when they joined; 1: of none")


class PlaceOfferOut(Answer):
    """A place that is kept until `until` for whoever accepts it."""

    code: str = Field(description="Of the reservation that it becomes; what is said to the offer names it")
    start: datetime
    end: datetime
    pool_id: str | None
    connector_type: str | None
    quote: str | None = Field(description="What it costs says `GET /v1/quotes/{quote}`")
    until: datetime


class WaitingEntryOut(Answer):
    id: str
    site_id: str
    driver_id: str
    start: datetime
    end: datetime
    lasts_minutes: int | None = Field(description="null: as long as the energy takes")
    energy_wh: int | None
    pool_id: str | None
    connector_type: str | None
    tier: str = Field(description="Empty: none")
    state: EntryState
    joined_at: datetime
    until: datetime = Field(description="So long something can be offered; a notice says so when it is over")
    ended_at: datetime | None
    standing: StandingOut | None = Field(description="null: it is over")
    offer: PlaceOfferOut | None = Field(description="null: nothing is offered now")
    asked_from: datetime = Field(description="Not before then")
    snoozes_left: int = Field(
        description="So many offers of the site may still be let pass within a day, by all entries of their driver"
    )
    reservation: str = Field(description="Code of what it has become; or empty")
    passed_over: str = Field(description="Code of what keeps them from being offered what is free; or empty")
    passed_over_at: datetime | None = Field(description="Since when, for that reason")
    why: str = Field(description="`passed_over` in words")


class WaitingEntriesOut(Answer):
    items: list[WaitingEntryOut]
    next_cursor: str | None
