"""Series over the wire: bookings that recur."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from api.desk.series_orders import SeriesOrder
from api.v1.schemas.bays import WithBay
from api.v1.schemas.bookings import GuestIn
from api.v1.schemas.energy import EnergyIn, check_one_end
from api.v1.schemas.fields import Answer, Clock, Day, Identifier, Subject
from domain.reservation.recurrence import MOST, Every, Recurrence, SeriesDateState, SeriesState

Weekday = Literal["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
_WEEKDAYS: tuple[Weekday, ...] = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def _on_the_wall(value: time) -> time:
    if value.tzinfo is not None:
        raise ValueError("a time on the site's clock, without a zone")
    return value


WallTime = Annotated[Clock, AfterValidator(_on_the_wall)]


class SeriesIn(WithBay):
    model_config = ConfigDict(extra="forbid")

    site_id: Identifier
    first: Day = Field(description="The first day, on the site's calendar")
    at: WallTime = Field(description="When each slot begins, on the site's clock")
    lasts_minutes: int | None = Field(
        default=None, strict=True, ge=1, le=7 * 24 * 60, description="Or `energy` says how long"
    )
    energy: EnergyIn | None = Field(
        default=None,
        description="In place of `lasts_minutes`: each date is as long as the first has to be, as it is reckoned now",
    )
    every: Every = Every.WEEK
    interval: int = Field(default=1, strict=True, ge=1, le=366, description="2: every other day or week")
    weekdays: list[Weekday] = Field(
        default=[], max_length=7, description="Empty: any day, or by the week that of `first`"
    )
    until: Day | None = Field(default=None, description="The last day; this or `times`")
    times: int | None = Field(
        default=None, strict=True, ge=1, le=MOST, description="Also counts what is in `without`"
    )
    without: list[Day] = Field(default=[], max_length=MOST, description="Days on which it is not booked")
    all_or_nothing: bool = Field(
        default=False, strict=True, description="Once a date is refused, the others are cancelled at no cost"
    )
    pool_id: Identifier | None = Field(default=None, description="A pool of the site; default: the best fit")
    connector_type: Identifier | None = Field(default=None, description="OCPI ConnectorType name")
    payment_method: Identifier | None = Field(
        default=None, description="A saved Stripe payment method; without one, dates may expire unpaid"
    )
    driver_id: Subject | None = Field(default=None, description="For fleets: which of its drivers")
    guest: GuestIn | None = Field(
        default=None,
        description="Somebody else comes to each date: what the caller has at the same time is no obstacle, and a pass "
        "is issued for each by `POST /v1/reservations/{code}/guest-pass`. The payer stays who booked",
    )

    @model_validator(mode="after")
    def _has_one_end(self) -> Self:
        check_one_end(self.lasts_minutes, self.energy, self.vehicle_id, name="lasts_minutes")
        return self

    def order(self) -> SeriesOrder:
        rule = Recurrence(
            first=self.first,
            at=self.at,
            lasts=None if self.lasts_minutes is None else timedelta(minutes=self.lasts_minutes),
            every=self.every,
            interval=self.interval,
            weekdays=tuple(sorted(_WEEKDAYS.index(name) for name in self.weekdays)),
            until=self.until,
            times=self.times,
            without=tuple(sorted(self.without)),
        )
        return SeriesOrder(
            site_id=self.site_id,
            rule=rule,
            all_or_nothing=self.all_or_nothing,
            pool_id=self.pool_id,
            connector_type=self.connector_type,
            payment_method=self.payment_method,
            driver_id=self.driver_id,
            vehicle_id=self.vehicle_id,
            energy=None if self.energy is None else self.energy.asked(),
            guest=None if self.guest is None else self.guest.guest(),
            needs=self.asked()["needs"],
            bay=self.bay or "",
        )


class SeriesDateOut(Answer):
    """`code`: of its reservation, once it is `booked`."""

    day: date
    start: datetime
    end: datetime
    code: str
    state: SeriesDateState = Field(description="planned, booked, skipped, cancelled")
    refused: str = Field(
        description="Code of why it was skipped, or could not be cancelled just now; or empty"
    )
    why: str = Field(description="The same in words")


class SeriesOut(Answer):
    id: str
    site_id: str
    driver_id: str
    all_or_nothing: bool
    state: SeriesState = Field(
        description="open; undoing, then refused, where it was all or nothing; what is booked of a refused one stays, "
        "as its driver had come"
    )
    refused: str = Field(description="Code of what refused it as a whole; or empty")
    dates: list[SeriesDateOut]


class SeriesLineOut(Answer):
    """A series in a list; its dates: `GET /v1/reservation-series/{series_id}`."""

    id: str
    site_id: str
    driver_id: str
    made_at: datetime
    state: SeriesState
    first: date
    last: date = Field(description="Of what is booked or to be, if there is any")
    next_start: datetime | None = Field(
        description="Of the first date ahead that is booked or to be; null: there is none"
    )
    next_end: datetime | None
    booked: int
    planned: int
    skipped: int


class SeriesListOut(Answer):
    items: list[SeriesLineOut]
    next_cursor: str | None
