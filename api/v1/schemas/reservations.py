"""Reservations over the wire, as drivers, fleets and operators get them; `api.v1.views` fills them in."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema

from api.v1.schemas.fields import Answer, MoneyOut
from api.v1.schemas.money import MoneySummaryOut
from api.v1.schemas.offers import AlternativeOut
from api.v1.schemas.terms import TermsOut
from domain.causes import Cause
from domain.charging.enforcement import EnforcementLevel
from domain.reservation.actions.table import ACTIONS
from domain.reservation.lifecycle import State

ActionPath = Annotated[
    str, WithJsonSchema({"type": "string", "enum": sorted({action.path for action in ACTIONS})})
]
"""Last part of an action's route."""


class TimelineEntryOut(Answer):
    """What happened: a stable code with its parameters, and the same in the reader's language."""

    at: datetime
    code: str
    parameters: dict[str, Any]
    text: str


class BayOut(Answer):
    """Where to plug in. Provisional until the reservation is locked."""

    charger_id: str
    connector_id: int
    connector_number: int | None
    label: str | None
    power_w: int | None
    connector_type: str | None = Field(
        description="Which plug, where the EVSE has several types (OCPI ConnectorType); null: there is one"
    )


class ProposedPlaceOut(Answer):
    """Another place, held while the driver is asked: POST `accept-move` or `decline-move`. No answer is a yes, but a no
    where it is for another time.
    """

    number: int | None = Field(
        description="Which of the reservation's proposals it is: the answer names it as `proposal`, and is refused "
        "where another one has taken its place. null: not known",
        examples=[1],
    )
    site_id: str
    site_name: str
    site_address: str = Field(description="On one line; empty: not known")
    site_distance_m: int | None = Field(description="Metres from the booked site; null: it is that site")
    charger_id: str
    label: str
    power_w: int
    cause: Cause = Field(examples=["charger_fault"])
    answer_by: datetime
    start: datetime = Field(
        description="As of the reservation, or another time where no place is left at that"
    )
    end: datetime
    offer: AlternativeOut | None = Field(
        description="How it differs from what was promised, as of any alternative; at the prices that were accepted. "
        "null: not known"
    )


class CostOut(Answer):
    """What it costs up to and including `until`, in all; null: from then on."""

    cost: MoneyOut
    until: datetime | None
    text: str


class CostsOut(Answer):
    """By what is known now, the present cost first; empty: not possible now."""

    cancel: list[CostOut] = Field(
        description="What is sent along as `accepted_cost` is not exceeded: it is refused where it costs more by then"
    )
    reschedule: list[CostOut] = Field(
        description="Of giving the slot up for another one, beside what has been accepted before; to be sent along as "
        "`accepted_cost`. A change that keeps the start, or has the old slot within the new one, costs nothing"
    )


class ReservationOut(Answer):
    code: str = Field(examples=["7F3K-2QVM-X9TA"])
    state: State = Field(examples=["CONFIRMED"])
    driver_id: str
    fleet_id: str | None
    site_id: str
    site_name: str
    site_address: str = Field(description="On one line; empty: not known")
    site_distance_m: int | None = Field(
        description="Metres from the booked site to the one that the reservation was moved to; null: it is at that site"
    )
    site_detour_m: int | None = Field(
        description="How much longer the way by that site is than by the booked one, along the `route` of the booking, "
        "in straight lines; told to the account that named it. null: it is at the booked site, or no route is known"
    )
    start: datetime
    end: datetime
    bay: BayOut | None
    proposed: ProposedPlaceOut | None = Field(description="null: the driver is not being asked anything")
    enforcement: EnforcementLevel | None = Field(
        description="hard: the device holds the connector; backend: only we refuse others; soft: best effort"
    )
    id_tag: str | None = Field(description="The reservation's own credential, valid only in its window")
    client_secret: str | None = Field(
        description="For its driver, while a payment waits for them: completes it in the app, until "
        "`money.payment_due_at`"
    )
    arrive_by: datetime | None
    next_deadline: str
    next_deadline_at: datetime | None
    money: MoneySummaryOut
    costs: CostsOut
    terms: TermsOut | None = Field(description="What was accepted by booking; null: nothing was booked")
    energy_wh: int | None
    decline_code: str
    ended_by: Cause | Literal[""]
    possible: list[ActionPath] = Field(
        examples=[["cancel", "on-my-way", "check-in"]],
        description="What a POST would be accepted for now, as routes below this reservation: of drivers and fleets "
        "below /v1/reservations/{code}, of operators below /v1/operations/reservations/{code}",
    )
    timeline: list[TimelineEntryOut]


class ReservationReadOut(ReservationOut):
    """With what every document of it shows that is issued from now on: PUT `billing` changes it; empty: nothing."""

    cost_center: str
    reference: str


class ReservationForOperatorOut(ReservationOut):
    account: str
    needs_attention: str


class ReservationSummaryOut(Answer):
    """One row of a list, from the projection."""

    code: str
    state: State
    driver_id: str
    fleet_id: str | None
    site_id: str
    start: datetime
    end: datetime
    connector_id: int | None
    closed: bool
    updated_at: datetime


class ReservationSummaryForOperatorOut(ReservationSummaryOut):
    account: str
    needs_attention: str


class ReservationsOut(Answer):
    items: list[ReservationSummaryOut]
    next_cursor: str | None


class ReservationsForOperatorOut(Answer):
    items: list[ReservationSummaryForOperatorOut]
    next_cursor: str | None
