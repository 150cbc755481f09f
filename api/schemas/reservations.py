"""Reservations over the wire: bodies of drivers and fleets, and the views they get back."""

from datetime import datetime
from typing import Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from api.schemas.fields import Answer, Body, Identifier, Instant, MoneyOut, Reason, Subject
from api.schemas.money import MoneySummaryOut, money_out
from contracts.holds import Alternative
from contracts.publication import ReservationView
from contracts.reservation import BookDecision

# The workflow's actions (domain.reservation.actions) by who may ask for them, as the last part of their routes.
_DRIVER_ROUTES = {
    "cancel": "cancel",
    "reschedule": "reschedule",
    "extend": "extend",
    "on_my_way": "on-my-way",
    "check_in": "check-in",
    "start_charging": "start",
    "stop_charging": "stop",
}
_OPERATOR_ROUTES = {
    "operator_cancel": "cancel",
    "reassign": "reassign",
    "waive": "waive",
    "force_release": "force-release",
    "resolve": "resolve",
}
_START, _END = "2026-11-22T14:00:00+01:00", "2026-11-22T15:00:00+01:00"


class BookingIn(Body):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "site_id": "harbour",
                    "start": _START,
                    "end": _END,
                    "connector_type": "IEC_62196_T2_COMBO",
                    "payment_method": "pm_card_visa",
                }
            ]
        },
    )

    site_id: Identifier
    start: Instant
    end: Instant
    pool_id: Identifier | None = Field(default=None, description="A pool of the site; default: the best fit")
    connector_type: Identifier | None = Field(default=None, description="OCPI ConnectorType name")
    payment_method: Identifier | None = Field(
        default=None, description="A saved Stripe payment method; without one the answer is payment_required"
    )
    driver_id: Subject | None = Field(default=None, description="For fleets: which of its drivers")

    @model_validator(mode="after")
    def _ends_after_start(self) -> Self:
        _check_order(self.start, self.end)
        return self


class CancelIn(Body):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "plans changed"}]})

    reason: Reason = ""


class RescheduleIn(Body):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"start": _START, "end": _END}]}
    )

    start: Instant
    end: Instant

    @model_validator(mode="after")
    def _ends_after_start(self) -> Self:
        _check_order(self.start, self.end)
        return self


class ExtendIn(Body):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"end": _END}]})

    end: Instant


class OnMyWayIn(Body):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"eta": "2026-11-22T14:20:00+01:00"}]}
    )

    eta: Instant


class TimelineEntryOut(Answer):
    at: datetime
    text: str


class BayOut(Answer):
    """Where to plug in. Provisional until the reservation is locked."""

    charger_id: str
    connector_id: int
    connector_number: int | None
    label: str | None
    power_w: int | None


class ReservationOut(Answer):
    code: str = Field(examples=["7F3K-2QVM-X9TD"])
    state: str = Field(examples=["CONFIRMED"])
    driver_id: str
    fleet_id: str | None
    site_id: str
    site_name: str
    start: datetime
    end: datetime
    bay: BayOut | None
    enforcement: Literal["hard", "backend", "soft"] | None = Field(
        description="hard: the device holds the connector; backend: only we refuse others; soft: best effort"
    )
    id_tag: str | None = Field(description="The reservation's own credential, valid only in its window")
    arrive_by: datetime | None
    next_deadline: str
    next_deadline_at: datetime | None
    money: MoneySummaryOut
    energy_wh: int | None
    decline_code: str
    ended_by: str
    possible: list[str] = Field(
        examples=[["cancel", "on-my-way", "check-in"]],
        description="What a POST would be accepted for now, as routes below this reservation: of drivers and fleets "
        "below /v1/reservations/{code}, of operators below /v1/operations/reservations/{code}",
    )
    timeline: list[TimelineEntryOut]


class ReservationForOperatorOut(ReservationOut):
    account: str
    needs_attention: str


class ReservationSummaryOut(Answer):
    """One row of a list, from the projection."""

    code: str
    state: str
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


class AlternativeOut(Answer):
    site_id: str
    site_name: str
    pool_id: str
    start: datetime
    end: datetime
    power_w: int
    distance_m: int
    reservation_fee: MoneyOut


class BookingOut(Answer):
    """`client_secret` completes the payment in the driver's app, until `payment_due_at`."""

    outcome: Literal["confirmed", "payment_required"]
    reservation: ReservationOut
    client_secret: str | None
    payment_due_at: datetime | None


class PendingBookingOut(Answer):
    """Not decided in time. Ask again with the same Idempotency-Key, or read `location`."""

    outcome: Literal["pending"] = "pending"
    code: str
    location: str


def booking_out(decision: BookDecision) -> BookingOut:
    return BookingOut(
        outcome="confirmed" if decision.outcome == "confirmed" else "payment_required",
        reservation=reservation_out(decision.view),
        client_secret=decision.client_secret,
        payment_due_at=decision.payment_due_at,
    )


def alternative_out(alternative: Alternative) -> AlternativeOut:
    return AlternativeOut(
        site_id=alternative.site_id,
        site_name=alternative.site_name,
        pool_id=alternative.pool_id,
        start=alternative.slot.start,
        end=alternative.slot.end,
        power_w=alternative.power_w,
        distance_m=alternative.distance_m,
        reservation_fee=MoneyOut(
            minor=alternative.reservation_fee.minor, currency=alternative.reservation_fee.currency
        ),
    )


def reservation_out(view: ReservationView, *, with_credential: bool = True) -> ReservationOut:
    """For the driver or fleet it belongs to; `with_credential` False for anybody else who may read it."""
    if not with_credential:
        return ReservationOut(**_shared(view), id_tag=None, possible=_routes(view, _OPERATOR_ROUTES))
    return ReservationOut(**_shared(view), id_tag=view.id_tag, possible=_routes(view, _DRIVER_ROUTES))


def reservation_for_operator_out(view: ReservationView) -> ReservationForOperatorOut:
    """For operators: what needs attention, without the driver's credential."""
    return ReservationForOperatorOut(
        **_shared(view),
        id_tag=None,
        possible=_routes(view, _OPERATOR_ROUTES),
        account=view.account,
        needs_attention=view.needs_attention,
    )


def _routes(view: ReservationView, routes: dict[str, str]) -> list[str]:
    return [routes[action] for action in view.possible if action in routes]


def _shared(view: ReservationView) -> dict[str, Any]:
    return {
        "code": view.code,
        "state": view.state,
        "driver_id": view.driver_id,
        "fleet_id": view.fleet_id,
        "site_id": view.site_id,
        "site_name": view.site_name,
        "start": view.slot_start,
        "end": view.slot_end,
        "bay": _bay(view),
        "enforcement": None if view.enforcement is None else view.enforcement.value,
        "arrive_by": view.arrive_by,
        "next_deadline": view.next_deadline,
        "next_deadline_at": view.next_deadline_at,
        "money": money_out(view),
        "energy_wh": None if view.receipt is None else view.receipt.bill.energy_wh,
        "decline_code": view.decline_code,
        "ended_by": view.ended_by,
        "timeline": [TimelineEntryOut(at=entry.at, text=entry.text) for entry in view.timeline],
    }


def _bay(view: ReservationView) -> BayOut | None:
    if view.charger_id is None or view.connector_id is None:
        return None
    return BayOut(
        charger_id=view.charger_id,
        connector_id=view.connector_id,
        connector_number=view.connector_number,
        label=view.bay,
        power_w=view.power_w,
    )


def _check_order(start: datetime, end: datetime) -> None:
    if end <= start:
        raise ValueError("end must lie after start")
