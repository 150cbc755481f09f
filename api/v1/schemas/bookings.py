"""Bookings over the wire: what is asked for, and what comes of it."""

from datetime import datetime
from typing import Literal, Self

from pydantic import ConfigDict, Field, model_validator

from api.v1.schemas.bays import WithBay, WithNeeds
from api.v1.schemas.energy import EndOrEnergy, EnergyIn, check_one_end
from api.v1.schemas.fields import (
    AddressLine,
    Answer,
    Body,
    Identifier,
    Instant,
    ShortText,
    Subject,
)
from api.v1.schemas.reservations import ReservationOut
from contracts.reservation import BookOutcome
from domain.place.nearby import Route, Spot
from domain.reservation.guest import Guest


class GuestIn(Body):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"name": "Mia Berg", "contact": "mia@example.org"}]}
    )

    name: AddressLine
    contact: AddressLine = Field(description="As you would reach them; nothing is sent there")

    def guest(self) -> Guest:
        return Guest(name=self.name, contact=self.contact)


class SpotIn(Body):
    """WGS 84, in degrees."""

    latitude: float = Field(strict=True, ge=-90, le=90, examples=[52.52])
    longitude: float = Field(strict=True, ge=-180, le=180, examples=[13.405])

    def spot(self) -> Spot:
        return Spot(site_id="", latitude=self.latitude, longitude=self.longitude)


class RouteIn(Body):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"start": {"latitude": 52.52, "longitude": 13.405}}]}
    )

    start: SpotIn = Field(description="Where the driver comes from")
    end: SpotIn | None = Field(default=None, description="Where they go on to; null: they stay")

    def route(self) -> Route:
        return Route(start=self.start.spot(), end=None if self.end is None else self.end.spot())


class BookingIn(EndOrEnergy, WithBay):
    site_id: Identifier
    pool_id: Identifier | None = Field(default=None, description="A pool of the site; default: the best fit")
    connector_type: Identifier | None = Field(default=None, description="OCPI ConnectorType name")
    payment_method: Identifier | None = Field(
        default=None, description="A saved Stripe payment method; without one the answer is payment_required"
    )
    driver_id: Subject | None = Field(default=None, description="For fleets: which of its drivers")
    quote: Identifier | None = Field(
        default=None,
        description="Id of a quote of the same slot, site and connector, whose terms are taken. By energy the slot is "
        "the one that was quoted for the same",
    )
    cost_center: ShortText = Field(
        default="", description="On every document of the reservation", examples=["4711"]
    )
    reference: ShortText = Field(
        default="", description="The same, in words of one's own", examples=["Customer visit in Kiel"]
    )

    guest: GuestIn | None = Field(
        default=None,
        description="Somebody else comes: what the caller has at the same time is no obstacle, and a pass for them is "
        "issued by `POST /v1/reservations/{code}/guest-pass`. The payer stays who booked",
    )
    route: RouteIn | None = Field(
        default=None,
        description="So that what is offered instead is the least out of the way, and says how far it is: of a refused "
        "booking, and of this one if it is moved. Kept until it is closed and its slot over, shown to nobody",
    )


class BookingHereIn(WithNeeds):
    model_config = ConfigDict(extra="forbid")

    charger_id: Identifier = Field(description="As the code at the bay says")
    connector: int = Field(strict=True, ge=1, le=2**31 - 1, description="Its number there")
    until: Instant | None = Field(default=None, description="On the site's grid; or `energy` says how long")
    energy: EnergyIn | None = Field(default=None, description="In place of `until`")
    payment_method: Identifier | None = Field(
        default=None, description="A saved Stripe payment method; without one the answer is payment_required"
    )

    @model_validator(mode="after")
    def _has_one_end(self) -> Self:
        check_one_end(self.until, self.energy, self.vehicle_id, name="until")
        return self


class BookingOut(Answer):
    """`client_secret` completes the payment in the driver's app, until `payment_due_at`."""

    outcome: Literal[BookOutcome.CONFIRMED, BookOutcome.PAYMENT_REQUIRED]
    reservation: ReservationOut
    client_secret: str | None
    payment_due_at: datetime | None


class PendingBookingOut(Answer):
    """Not decided in time. Ask again with the same Idempotency-Key, or read `location`."""

    outcome: Literal["pending"] = "pending"
    code: str
    location: str
