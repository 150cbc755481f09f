"""Examples that work now: of a booking that could be made at this moment, its price, and what may be asked of it."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

from api.v1.actions.bodies import body_of, shown
from api.v1.actions.routes import path_of
from api.v1.schemas.bookings import BookingHereIn, BookingIn
from api.v1.schemas.groups import GroupIn, MemberIn
from api.v1.schemas.quotes import QuoteIn
from api.v1.schemas.series import SeriesIn
from api.v1.schemas.waiting_list import WaitIn
from domain.place.slots import Slot
from domain.reservation.actions.action import Action, Situation

BOOKING_PATH, QUOTES_PATH, GROUPS_PATH = "/v1/reservations", "/v1/quotes", "/v1/reservation-groups"
SERIES_PATH, HERE_PATH = "/v1/reservation-series", "/v1/on-site-reservations"
GUEST_PATH, WAITING_PATH = "/v1/guest-visit/on-my-way", "/v1/waiting-list-entries"
_HOUR = timedelta(hours=1)
_STEP = timedelta(minutes=15)
"""Of every grid that divides an hour."""


def situation(now: datetime) -> Situation:
    """An hour on the full hour, an hour from now or a little later: on every usual grid."""
    start = now.replace(minute=0, second=0, microsecond=0) + 2 * _HOUR
    return Situation(slot=Slot(start, start + _HOUR), step=_STEP, now=now)


def examples(actions: Iterable[Action], now: datetime) -> dict[str, dict[str, Any]]:
    """Bodies by path."""
    at = situation(now)
    found = {BOOKING_PATH: _booking(at), QUOTES_PATH: _quote(at), GROUPS_PATH: _group(at)}
    found |= {SERIES_PATH: _series(at), HERE_PATH: _here(at)}
    found[f"{SERIES_PATH}/{{series_id}}/change"] = _series(at)
    found[WAITING_PATH] = _wait(at)
    found[GUEST_PATH] = {"eta": at.slot.start.isoformat()}
    for action in actions:
        if action.example is not None and action.says is not None:
            found[path_of(action)] = shown(action.example(at), body_of(action.says))
    return found


def _booking(at: Situation) -> dict[str, Any]:
    body = BookingIn(
        site_id="harbour",
        start=at.slot.start,
        end=at.slot.end,
        connector_type="IEC_62196_T2_COMBO",
        payment_method="pm_card_visa",
    )
    return body.model_dump(mode="json", exclude_defaults=True)


def _group(at: Situation) -> dict[str, Any]:
    body = GroupIn(
        site_id="harbour",
        start=at.slot.start,
        end=at.slot.end,
        members=[MemberIn(connector_type="IEC_62196_T2_COMBO")] * 2,
        payment_method="pm_card_visa",
    )
    return body.model_dump(mode="json", exclude_defaults=True)


def _series(at: Situation) -> dict[str, Any]:
    body = SeriesIn(
        site_id="harbour",
        first=(at.now + timedelta(days=1)).date(),
        at=time(18),
        lasts_minutes=90,
        weekdays=["MO", "TH"],
        times=8,
        payment_method="pm_card_visa",
    )
    return body.model_dump(mode="json", exclude_defaults=True)


def _wait(at: Situation) -> dict[str, Any]:
    body = WaitIn(
        site_id="harbour",
        start=at.slot.start,
        end=at.slot.start + 4 * _HOUR,
        lasts_minutes=60,
        connector_type="IEC_62196_T2_COMBO",
        payment_method="pm_card_visa",
    )
    return body.model_dump(mode="json", exclude_defaults=True)


def _here(at: Situation) -> dict[str, Any]:
    body = BookingHereIn(
        charger_id="harbour-1", connector=1, until=at.slot.start, payment_method="pm_card_visa"
    )
    return body.model_dump(mode="json", exclude_defaults=True)


def _quote(at: Situation) -> dict[str, Any]:
    body = QuoteIn(
        site_id="harbour",
        start=at.slot.start,
        end=at.slot.end,
        connector_type="IEC_62196_T2_COMBO",
        expected_energy_wh=20_000,
    )
    return body.model_dump(mode="json", exclude_defaults=True)
