"""Groups over the wire: bays that are booked together."""

from datetime import datetime
from typing import Self

from pydantic import ConfigDict, Field, model_validator

from api.desk.group_orders import GroupOrder, Member
from api.v1.schemas.bays import WithBay
from api.v1.schemas.bookings import GuestIn
from api.v1.schemas.energy import EnergyIn, check_battery
from api.v1.schemas.fields import Answer, Body, Identifier, Instant, ShortText, Subject
from api.v1.schemas.reservations import ReservationOut
from contracts.reservation import BookOutcome
from domain.reservation.groups import GroupMode, GroupState

MOST_MEMBERS = 20


class MemberIn(WithBay):
    model_config = ConfigDict(extra="forbid")

    energy: EnergyIn | None = Field(
        default=None, description="In place of the group's `end`: the slot is long enough for each of them"
    )

    driver_id: Subject | None = Field(default=None, description="For fleets: which of its drivers")
    pool_id: Identifier | None = Field(default=None, description="A pool of the site; default: the best fit")
    connector_type: Identifier | None = Field(default=None, description="OCPI ConnectorType name")
    quote: Identifier | None = Field(
        default=None, description="Id of a quote of the same slot, site and connector, whose terms are taken"
    )
    guest: GuestIn | None = Field(default=None, description="Who comes in the driver's place; that one pays")

    @model_validator(mode="after")
    def _says_how_much(self) -> Self:
        check_battery(self.energy, self.vehicle_id)
        return self


class GroupIn(Body):
    """All of its bays are had from `start` to `end`, or for as long as the longest `energy` of a member takes."""

    start: Instant
    end: Instant | None = Field(
        default=None, description="Or an `energy` of members says how long it has to be"
    )
    site_id: Identifier
    members: list[MemberIn] = Field(
        min_length=2,
        max_length=MOST_MEMBERS,
        description="One a bay; `{}` is one for the caller, of any kind",
    )
    mode: GroupMode = Field(
        default=GroupMode.TOGETHER, description="All of the bays or none; or what there is"
    )
    payment_method: Identifier | None = Field(
        default=None,
        description="A saved Stripe payment method; without one each bay may be payment_required",
    )
    cost_center: ShortText = Field(default="", description="On every document of each reservation")
    reference: ShortText = Field(default="", description="The same, in words of one's own")

    @model_validator(mode="after")
    def _has_one_end(self) -> Self:
        if (self.end is None) != any(one.energy is not None for one in self.members):
            raise ValueError("name either end, or energy of members")
        if self.end is not None and self.end <= self.start:
            raise ValueError("end must lie after start")
        return self

    def order(self) -> GroupOrder:
        asked = [one.asked() for one in self.members]
        quotes = tuple(one.pop("quote") for one in asked)
        bays = tuple(one.pop("bay") for one in asked)
        energies = tuple(one.pop("energy") for one in asked)
        said = [one.pop("guest") for one in asked]
        guests = tuple(None if one is None else one.guest() for one in said)
        given = dict(self) | {
            "members": tuple(Member(**one) for one in asked),
            "quotes": quotes if any(quotes) else (),
            "bays": bays if any(bays) else (),
            "energies": energies if any(energies) else (),
            "guests": guests if any(guests) else (),
        }
        return GroupOrder(**given)


class CancelGroupIn(Body):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "the tour is off"}]})

    reason: ShortText = ""


class RefusedOut(Answer):
    code: str
    title: str


class GroupMemberOut(Answer):
    """One bay: a reservation like any other, by its code. `client_secret` completes its payment."""

    code: str
    driver_id: str
    refused: RefusedOut | None = Field(description="What refused it a bay, or what was asked of it just now")
    outcome: BookOutcome | None = Field(
        description="confirmed, payment_required, declined; null: not decided yet, or not asked now"
    )
    client_secret: str | None
    payment_due_at: datetime | None
    reservation: ReservationOut | None = Field(description="null: there is none, or nothing is known yet")


class GroupOut(Answer):
    id: str
    site_id: str
    start: datetime
    end: datetime
    mode: GroupMode
    state: GroupState = Field(
        description="open: being decided; answered: together or not at all, and not all are paid for; booked: each "
        "stands by itself; undoing, undone: one came to nothing"
    )
    members: list[GroupMemberOut]


class QuotedBayOut(Answer):
    """What one member asks for to get its bay at the price that was told."""

    quote: str = Field(description="How much: `GET /v1/quotes/{quote}`")
    connector_type: str | None = Field(description="null: any")
    bay: str | None = Field(
        description="To be named with the quote; null: none, also where one was asked for"
    )
    pool_id: str | None = Field(
        description="To be named with the quote: what gives the member its energy in that time. null: none"
    )


class GroupAlternativeOut(Answer):
    """A slot in which all of the group would get a bay."""

    site_id: str
    site_name: str
    site_address: str
    start: datetime
    end: datetime
    distance_m: int
    certainty: float | None = Field(
        description="That all of them are kept, 0 to 1: the product of theirs. null: not known"
    )
    members: list[QuotedBayOut] = Field(description="One a bay, in the order of the group that was refused")
