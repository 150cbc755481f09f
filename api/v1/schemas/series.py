"""Series over the wire: bookings that recur."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field

from api.desk.series import SeriesOrder
from api.v1.schemas.bays import WithBay
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
    lasts_minutes: int = Field(strict=True, ge=1, le=7 * 24 * 60)
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

    def order(self) -> SeriesOrder:
        rule = Recurrence(
            first=self.first,
            at=self.at,
            lasts=timedelta(minutes=self.lasts_minutes),
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
