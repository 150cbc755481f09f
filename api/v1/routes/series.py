"""/v1/reservation-series: bookings that recur."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.desk.series import Series
from api.services import ServicesHere
from api.v1.callers import AuthenticatedRoute, Customer
from api.v1.etags import EDITED, IfMatch, show_edition, tagged
from api.v1.idempotency_key import RequiredKey
from api.v1.pagination import LARGEST_PAGE, cursor_at, series_position
from api.v1.reader import ReaderHere
from api.v1.responses import AUTH, AWAY, CREATED, KEYED, documented
from api.v1.schemas.fields import Day, Identifier
from api.v1.schemas.offers import AlternativesOut
from api.v1.schemas.series import SeriesDateOut, SeriesIn, SeriesLineOut, SeriesListOut, SeriesOut
from api.v1.views.offers import instead_out
from db.queries.series import SeriesLine
from domain.reservation.recurrence import SeriesState
from texts.reader import Reader

router = APIRouter(
    prefix="/v1/reservation-series",
    tags=["reservations"],
    route_class=AuthenticatedRoute,
    responses=documented(*AUTH, *AWAY, "invalid_request"),
)
_BOOK = (
    *KEYED,
    "malformed_request", "body_too_large", "site_unknown", "driver_unknown", "vehicle_unknown", "series_unusable",
    "slot_invalid", "pool_unknown", "no_fit", "energy_beyond_slot", "overloaded", "no_answer_yet",
    "bay_unknown", "bay_unfit",
)  # fmt: skip


@router.post(
    "", status_code=201, responses=tagged(201) | CREATED | documented(*_BOOK), summary="Book what recurs"
)
async def create_series(
    principal: Customer,
    key: RequiredKey,
    body: SeriesIn,
    services: ServicesHere,
    reader: ReaderHere,
    response: Response,
) -> SeriesOut:
    """Each date is a reservation of its own, booked now or as soon as the site's horizon allows. What cannot be booked
    is skipped, and its driver told; `all_or_nothing`: then the series is `refused`, and nothing of it stays booked.
    """
    found = await services.desk.series.book(principal, key, body.order())
    response.headers["Location"] = f"/v1/reservation-series/{found.id}"
    if found.replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return _shown(response, found, reader)


@router.get("", summary="List the caller's series", responses=documented("cursor_invalid"))
async def list_series(
    principal: Customer,
    services: ServicesHere,
    running: Annotated[bool, Query(description="Those alone that have a date ahead")] = False,
    cursor: Annotated[str | None, Query(max_length=512, description="next_cursor of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
) -> SeriesListOut:
    """The newest first: a driver's own, or those that a fleet has made for its drivers."""
    after = series_position(cursor)
    found = await services.desk.series.page(principal, running=running, after=after, limit=limit)
    last = found[limit - 1].series if len(found) > limit else None
    return SeriesListOut(
        items=[_line(one) for one in found[:limit]],
        next_cursor=None if last is None else cursor_at(last.made_at, last.id),
    )


@router.get("/{series_id}", responses=tagged() | documented("series_unknown"), summary="Show a series")
async def read_series(
    series_id: Identifier,
    principal: Customer,
    services: ServicesHere,
    reader: ReaderHere,
    response: Response,
) -> SeriesOut:
    """What became of each date so far; each by itself: `GET /v1/reservations/{code}`."""
    return _shown(response, await services.desk.series.one(principal, series_id), reader)


@router.post(
    "/{series_id}/dates/{day}/alternatives",
    responses=documented("series_unknown", "driver_unknown", "driver_blocked", "site_unknown"),
    summary="Find what can be booked instead of a date",
)
async def find_date_alternatives(
    series_id: Identifier,
    day: Day,
    principal: Customer,
    services: ServicesHere,
    reader: ReaderHere,
) -> AlternativesOut:
    """Of one that was skipped, say: other places and times as a refused booking has, each by its quote."""
    return AlternativesOut(
        items=instead_out(await services.desk.instead.of_date(principal, series_id, day), reader)
    )


@router.post(
    "/{series_id}/change",
    status_code=201,
    responses=tagged(201) | EDITED | CREATED | documented(*_BOOK, "series_unknown"),
    summary="Change a series from a day on",
)
async def change_series(
    series_id: Identifier,
    principal: Customer,
    key: RequiredKey,
    body: SeriesIn,
    seen: IfMatch,
    services: ServicesHere,
    reader: ReaderHere,
    response: Response,
) -> SeriesOut:
    """The series ends before the `first` day of what is asked for, and that is booked as a new series in its place;
    nothing ends where the new one cannot be taken down. What is cancelled is so by its own rules.
    """
    found = await services.desk.series.book(principal, key, body.order(), instead_of=series_id, seen=seen)
    response.headers["Location"] = f"/v1/reservation-series/{found.id}"
    if found.replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return _shown(response, found, reader)


@router.delete(
    "/{series_id}", responses=tagged() | EDITED | documented("series_unknown"), summary="End a series"
)
async def end_series(
    series_id: Identifier,
    principal: Customer,
    seen: IfMatch,
    services: ServicesHere,
    reader: ReaderHere,
    response: Response,
    from_: Annotated[Day | None, Query(alias="from", description="Dates from this day on; all")] = None,
) -> SeriesOut:
    """What is booked is cancelled, each by its own rules, and the rest not booked any more."""
    ended = await services.desk.series.cancel(principal, series_id, from_, seen)
    return _shown(response, ended, reader)


def _shown(response: Response, found: Series, reader: Reader) -> SeriesOut:
    show_edition(response, found.edition)
    return _out(found, reader)


def _line(found: SeriesLine) -> SeriesLineOut:
    row = found.series
    return SeriesLineOut(
        id=row.id,
        site_id=row.site_id,
        driver_id=row.driver_id,
        made_at=row.made_at,
        state=SeriesState(row.state),
        first=found.first,
        last=found.last,
        next_start=found.next_start,
        next_end=found.next_end,
        booked=found.booked,
        planned=found.planned,
        skipped=found.skipped,
    )


def _out(found: Series, reader: Reader) -> SeriesOut:
    return SeriesOut(
        id=found.id,
        site_id=found.site_id,
        driver_id=found.driver_id,
        all_or_nothing=found.all_or_nothing,
        state=found.state,
        refused=found.refused,
        dates=[
            SeriesDateOut(
                day=one.day,
                start=one.slot.start,
                end=one.slot.end,
                code=one.code,
                state=one.state,
                refused=one.refused,
                why=reader.refusal(one.refused) if one.refused else "",
            )
            for one in found.dates
        ],
    )
