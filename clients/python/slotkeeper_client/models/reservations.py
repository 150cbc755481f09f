"""Reservations: models.

Made by `make client` from the API's own description; not to be edited.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field

from slotkeeper_client.models.shared import (
    AlternativeOut,
    EnergyIn,
    LineOut,
    MoneyOut,
    NeedsIn,
    Problem,
    ReportKind,
    ReservationOut,
    ReservationSummaryOut,
)
from slotkeeper_client.shapes import Answer, Body, Open


class BookOutcome(StrEnum):
    CONFIRMED = "confirmed"
    PAYMENT_REQUIRED = "payment_required"
    DECLINED = "declined"


class Every(StrEnum):
    DAY = "day"
    WEEK = "week"


class GroupMode(StrEnum):
    TOGETHER = "together"
    AS_MANY_AS_POSSIBLE = "as_many_as_possible"


class GroupState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    BOOKED = "booked"
    UNDOING = "undoing"
    UNDONE = "undone"


class OfferState(StrEnum):
    OPEN = "open"
    TAKEN = "taken"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    VOID = "void"


class PaymentState(StrEnum):
    PENDING = "pending"
    HELD = "held"
    RELEASED = "released"
    TAKEN = "taken"
    GIVEN_BACK = "given_back"
    DECLINED = "declined"
    NEVER_HELD = "never_held"


class SeriesDateState(StrEnum):
    PLANNED = "planned"
    BOOKED = "booked"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


class SeriesState(StrEnum):
    OPEN = "open"
    UNDOING = "undoing"
    REFUSED = "refused"


class AcceptOfferIn(Body):
    offer: str
    """`offer.code` of the entry"""
    payment_method: str | None = None
    """Default: that of the entry"""


class AlternativesOut(Answer):
    items: list[AlternativeOut]
    """The best first; each can be booked just now as it stands"""


class AnswerMoveIn(Body):
    proposal: int | None = None


class AnswerOfferIn(Body):
    offer: str
    """`offer.code` of the entry"""


class AtBayIn(Body):
    at_connector: int | None = None


class BayReportIn(Body):
    charger_id: str
    connector_number: int
    """OCPP 1.6 connectorId, 2.x evseId"""
    kind: ReportKind
    text: str = ""
    """In one's own words; only operators read it"""


class BillingNoteIn(Body):
    cost_center: str = ""
    reference: str = ""


class BillingNoteOut(Answer):
    reservation: str
    cost_center: str
    reference: str


class BookingHereIn(Body):
    vehicle_id: str | None = None
    """Of /v1/vehicles: the bay fits it, and has one of its plugs"""
    needs: NeedsIn | None = None
    """Of the bay, beside what the vehicle needs"""
    charger_id: str
    """As the code at the bay says"""
    connector: int
    """Its number there"""
    until: datetime | None = None
    """On the site's grid; or `energy` says how long"""
    energy: EnergyIn | None = None
    """In place of `until`"""
    payment_method: str | None = None
    """A saved Stripe payment method; without one the answer is payment_required"""


class BookingIn(Body):
    vehicle_id: str | None = None
    """Of /v1/vehicles: the bay fits it, and has one of its plugs"""
    needs: NeedsIn | None = None
    """Of the bay, beside what the vehicle needs"""
    bay: str | None = None
    """The label of the bay that it is to be, whatever others want; what that takes from them says
    `terms.named_bay`. Default: whichever fits, known shortly before the start
    """
    start: datetime
    end: datetime | None = None
    """Or `energy` says how long the slot has to be"""
    energy: EnergyIn | None = None
    """In place of `end`"""
    site_id: str
    pool_id: str | None = None
    """A pool of the site; default: the best fit"""
    connector_type: str | None = None
    """OCPI ConnectorType name"""
    payment_method: str | None = None
    """A saved Stripe payment method; without one the answer is payment_required"""
    driver_id: str | None = None
    """For fleets: which of its drivers"""
    quote: str | None = None
    """Id of a quote of the same slot, site and connector, whose terms are taken. By energy the slot is the one
    that was quoted for the same
    """
    cost_center: str = ""
    """On every document of the reservation"""
    reference: str = ""
    """The same, in words of one's own"""
    guest: GuestIn | None = None
    """Somebody else comes: what the caller has at the same time is no obstacle, and a pass for them is issued
    by `POST /v1/reservations/{code}/guest-pass`. The payer stays who booked
    """
    route: RouteIn | None = None
    """So that what is offered instead is the least out of the way, and says how far it is: of a refused
    booking, and of this one if it is moved. Kept until it is closed and its slot over, shown to nobody
    """


class BookingOut(Answer):
    """`client_secret` completes the payment in the driver's app, until `payment_due_at`."""

    outcome: Literal["confirmed", "payment_required"] | str
    reservation: ReservationOut
    client_secret: str | None
    payment_due_at: datetime | None


class CancelGroupIn(Body):
    reason: str = ""


class CancelIn(Body):
    reason: str = ""
    accepted_cost: MoneyIn | None = None


class ChargedByOut(Answer):
    at: datetime
    energy_wh: int
    """Of all that was charged by then"""


class ChargingNowOut(Answer):
    """`energy_wh` 0 without `points`: nothing has begun, or the receipt of the reservation tells what it came
    to.
    """

    energy_wh: int
    power_w: int | None
    """Between the last two readings; null: nothing runs, or nobody knows"""
    cost: MoneyOut | None
    """With the fee and tax, as far as they are due by now, by the rules that will bill it"""
    lines: list[LineOut]
    points: list[ChargedByOut]
    """A few of the readings, the first first"""


class ExtendIn(Body):
    end: datetime


class GroupAlternativeOut(Answer):
    """A slot in which all of the group would get a bay."""

    site_id: str
    site_name: str
    site_address: str
    start: datetime
    end: datetime
    distance_m: int
    certainty: float | None
    """That all of them are kept, 0 to 1: the product of theirs. null: not known"""
    members: list[QuotedBayOut]
    """One a bay, in the order of the group that was refused"""


class GroupIn(Body):
    """All of its bays are had from `start` to `end`, or for as long as the longest `energy` of a member takes."""

    start: datetime
    end: datetime | None = None
    """Or an `energy` of members says how long it has to be"""
    site_id: str
    members: list[MemberIn]
    """One a bay; `{}` is one for the caller, of any kind"""
    mode: GroupMode = GroupMode("together")
    """All of the bays or none; or what there is"""
    payment_method: str | None = None
    """A saved Stripe payment method; without one each bay may be payment_required"""
    cost_center: str = ""
    """On every document of each reservation"""
    reference: str = ""
    """The same, in words of one's own"""


class GroupMemberOut(Answer):
    """One bay: a reservation like any other, by its code. `client_secret` completes its payment."""

    code: str
    driver_id: str
    refused: RefusedOut | None
    """What refused it a bay, or what was asked of it just now"""
    outcome: Open[BookOutcome] | None
    """confirmed, payment_required, declined; null: not decided yet, or not asked now"""
    client_secret: str | None
    payment_due_at: datetime | None
    reservation: ReservationOut | None
    """null: there is none, or nothing is known yet"""


class GroupOut(Answer):
    id: str
    site_id: str
    start: datetime
    end: datetime
    mode: Open[GroupMode]
    state: Open[GroupState]
    """open: being decided; answered: together or not at all, and not all are paid for; booked: each stands by
    itself; undoing, undone: one came to nothing
    """
    members: list[GroupMemberOut]


class GuestIn(Body):
    name: str
    contact: str
    """As you would reach them; nothing is sent there"""


class GuestOut(Answer):
    name: str
    contact: str


class GuestPassOut(Answer):
    name: str
    contact: str
    guest_pass: str
    """Shown this once: a bearer token for `/v1/guest-visit`, and nothing else"""


class MemberIn(Body):
    vehicle_id: str | None = None
    """Of /v1/vehicles: the bay fits it, and has one of its plugs"""
    needs: NeedsIn | None = None
    """Of the bay, beside what the vehicle needs"""
    bay: str | None = None
    """The label of the bay that it is to be, whatever others want; what that takes from them says
    `terms.named_bay`. Default: whichever fits, known shortly before the start
    """
    energy: EnergyIn | None = None
    """In place of the group's `end`: the slot is long enough for each of them"""
    driver_id: str | None = None
    """For fleets: which of its drivers"""
    pool_id: str | None = None
    """A pool of the site; default: the best fit"""
    connector_type: str | None = None
    """OCPI ConnectorType name"""
    quote: str | None = None
    """Id of a quote of the same slot, site and connector, whose terms are taken"""
    guest: GuestIn | None = None
    """Who comes in the driver's place; that one pays"""


class MoneyIn(Body):
    """Whole minor units (cents) of an ISO 4217 currency."""

    minor: int
    currency: str


class OnMyWayIn(Body):
    eta: datetime


class PaymentOut(Answer):
    """One hold or charge on a card. Instants are null where that never happened."""

    step: str
    """What for"""
    state: Open[PaymentState]
    text: str
    """The same for people"""
    reference: str | None
    """The payment provider's: what it and your bank are asked by"""
    currency: str
    amount_minor: int
    placed_at: datetime | None
    taken_minor: int
    taken_at: datetime | None
    released_minor: int
    released_at: datetime | None
    given_back_minor: int
    given_back_at: datetime | None


class PaymentsOut(Answer):
    items: list[PaymentOut]


class PendingBookingOut(Answer):
    """Not decided in time. Ask again with the same Idempotency-Key, or read `location`."""

    outcome: Literal["pending"] = "pending"
    code: str
    location: str


class QuotedBayOut(Answer):
    """What one member asks for to get its bay at the price that was told."""

    quote: str
    """How much: `GET /v1/quotes/{quote}`"""
    connector_type: str | None
    """null: any"""
    bay: str | None
    """To be named with the quote; null: none, also where one was asked for"""
    pool_id: str | None
    """To be named with the quote: what gives the member its energy in that time. null: none"""


class RefusedBooking(Problem):
    """Why a booking was refused, and what could be had instead. It is no reservation, though it has a code."""

    reservation: str | None = None
    """Under which it was asked for"""
    alternatives: list[AlternativeOut] = Field(default_factory=list)
    """The best first; each could be booked just now as it stands"""
    opens: datetime | None = None
    """From when on it would be another answer"""
    ends_at: datetime | None = None
    """When what refused it is over"""


class RefusedGroup(Problem):
    """Why a group got no bays. `alternatives` of all of it have no pool; those of one of its bays do."""

    group: str | None = None
    """Of which one bay was refused after it was held"""
    reservation: str | None = None
    """The one that was refused"""
    alternatives: list[GroupAlternativeOut | AlternativeOut] = Field(default_factory=list)
    """The best first; each could be booked just now as it stands"""


class RefusedOut(Answer):
    code: str
    title: str


class RescheduleIn(Body):
    start: datetime
    end: datetime | None = None
    """Or `energy` says how long the slot has to be"""
    energy: EnergyIn | None = None
    """In place of `end`"""
    vehicle_id: str | None = None
    accepted_cost: MoneyIn | None = None
    accepted_energy_per_kwh: MoneyIn | None = None
    accepted_time_per_minute: MoneyIn | None = None
    bay: str | None = None
    any_bay: bool = False


class ReservationReadOut(ReservationOut):
    """With what every document of it shows that is issued from now on: PUT `billing` changes it; empty:
    nothing.
    """

    cost_center: str
    reference: str


class ReservationsOut(Answer):
    items: list[ReservationSummaryOut]
    next_cursor: str | None


class RouteIn(Body):
    start: SpotIn
    """Where the driver comes from"""
    end: SpotIn | None = None
    """Where they go on to; null: they stay"""


class SeriesDateOut(Answer):
    """`code`: of its reservation, once it is `booked`."""

    day: date
    start: datetime
    end: datetime
    code: str
    state: Open[SeriesDateState]
    """planned, booked, skipped, cancelled"""
    refused: str
    """Code of why it was skipped, or could not be cancelled just now; or empty"""
    why: str
    """The same in words"""


class SeriesIn(Body):
    vehicle_id: str | None = None
    """Of /v1/vehicles: the bay fits it, and has one of its plugs"""
    needs: NeedsIn | None = None
    """Of the bay, beside what the vehicle needs"""
    bay: str | None = None
    """The label of the bay that it is to be, whatever others want; what that takes from them says
    `terms.named_bay`. Default: whichever fits, known shortly before the start
    """
    site_id: str
    first: date
    """The first day, on the site's calendar"""
    at: str
    """When each slot begins, on the site's clock"""
    lasts_minutes: int | None = None
    """Or `energy` says how long"""
    energy: EnergyIn | None = None
    """In place of `lasts_minutes`: each date is as long as the first has to be, as it is reckoned now"""
    every: Every = Every("week")
    interval: int = 1
    """2: every other day or week"""
    weekdays: list[Literal["MO", "TU", "WE", "TH", "FR", "SA", "SU"]] = Field(default_factory=list)
    """Empty: any day, or by the week that of `first`"""
    until: date | None = None
    """The last day; this or `times`"""
    times: int | None = None
    """Also counts what is in `without`"""
    without: list[date] = Field(default_factory=list)
    """Days on which it is not booked"""
    all_or_nothing: bool = False
    """Once a date is refused, the others are cancelled at no cost"""
    pool_id: str | None = None
    """A pool of the site; default: the best fit"""
    connector_type: str | None = None
    """OCPI ConnectorType name"""
    payment_method: str | None = None
    """A saved Stripe payment method; without one, dates may expire unpaid"""
    driver_id: str | None = None
    """For fleets: which of its drivers"""
    guest: GuestIn | None = None
    """Somebody else comes to each date: what the caller has at the same time is no obstacle, and a pass is
    issued for each by `POST /v1/reservations/{code}/guest-pass`. The payer stays who booked
    """


class SeriesLineOut(Answer):
    """A series in a list; its dates: `GET /v1/reservation-series/{series_id}`."""

    id: str
    site_id: str
    driver_id: str
    made_at: datetime
    state: Open[SeriesState]
    first: date
    last: date
    """Of what is booked or to be, if there is any"""
    next_start: datetime | None
    """Of the first date ahead that is booked or to be; null: there is none"""
    next_end: datetime | None
    booked: int
    planned: int
    skipped: int


class SeriesListOut(Answer):
    items: list[SeriesLineOut]
    next_cursor: str | None


class SeriesOut(Answer):
    id: str
    site_id: str
    driver_id: str
    all_or_nothing: bool
    state: Open[SeriesState]
    """open; undoing, then refused, where it was all or nothing; what is booked of a refused one stays, as its
    driver had come
    """
    refused: str
    """Code of what refused it as a whole; or empty"""
    dates: list[SeriesDateOut]


class ShortenIn(Body):
    end: datetime


class SlotOut(Answer):
    start: datetime
    end: datetime


class SpotIn(Body):
    """WGS 84, in degrees."""

    latitude: float
    longitude: float


class SwapIn(Body):
    offer: str
    accepted_energy_per_kwh: MoneyIn | None = None
    accepted_time_per_minute: MoneyIn | None = None


class SwapOfferIn(Body):
    """The slot that is wanted, as somebody else has it in the same pool."""

    start: datetime
    end: datetime
    accepted_energy_per_kwh: MoneyIn | None = None
    """As high as you agree to, where the other slot is dearer"""
    accepted_time_per_minute: MoneyIn | None = None


class SwapOfferOut(Answer):
    offer: str
    """Hand it on: who has `wants` takes it by `POST /v1/reservations/{code}/swap`"""
    state: Open[OfferState]
    pool_id: str
    gives: SlotOut
    wants: SlotOut
    expires_at: datetime


class SwapOffersOut(Answer):
    items: list[SwapOfferOut]


class TakenBayReportOut(Answer):
    """What was said, as it is kept."""

    id: int
    charger_id: str
    connector_number: int
    bay: str | None
    """What is painted on it"""
    kind: Open[ReportKind]
    text: str
    reported_at: datetime
    moves: str | None
    """The caller's reservation that has its turn there: `POST /v1/reservations/{code}/another-bay` gives it
    another bay at once. Null: none
    """


class WaitIn(Body):
    vehicle_id: str | None = None
    """Of /v1/vehicles: the bay fits it, and has one of its plugs"""
    needs: NeedsIn | None = None
    """Of the bay, beside what the vehicle needs"""
    site_id: str
    start: datetime
    """The slot begins then, or later"""
    end: datetime
    """It ends by then; a day later at most"""
    lasts_minutes: int | None = None
    """How long it is; or `energy` says so"""
    energy: EnergyIn | None = None
    """In place of `lasts_minutes`"""
    pool_id: str | None = None
    """A pool of the site; default: any that fits"""
    connector_type: str | None = None
    """OCPI ConnectorType name"""
    payment_method: str | None = None
    """A saved Stripe payment method, for the offer that is accepted"""
    driver_id: str | None = None
    """For fleets: which of its drivers"""
    bays: int = 1
    """Together. A list offers one at a time: more are refused by `waiting_wish_unusable`, and each driver of a
    group joins for themselves
    """
