"""Endpoints of engineers: which events they may hear of, and when one that does not answer is left alone."""

from datetime import datetime, timedelta
from enum import StrEnum

from domain.errors import EndpointNotListening, EndpointTriedOften
from domain.facts.refused_telling import EndpointSilenced, EndpointTried
from domain.reservation.lifecycle import State

GIVEN_UP_AFTER = timedelta(days=3)
"""Of one event; it may be replayed."""
MOST_ENDPOINTS = 20
"""Of the operator, and of each fleet."""
MOST_TRIES = 5
TRIES_WITHIN = timedelta(minutes=1)
"""Test events and replays of one endpoint."""
PAUSED_AFTER = timedelta(days=1)
SECRET_LIVES_ON = timedelta(days=1)
"""After it was changed: so long receivers have to learn of the new one."""
_FAILURES = 20
"""Fewer than these may be one night of maintenance with little to tell."""

_SHORTEST_REST, _LONGEST_REST = timedelta(seconds=1), timedelta(minutes=5)


class EventKind(StrEnum):
    """The catalogue. All but the last are states of reservations, as they are reached."""

    REQUESTED = "reservation.requested"
    AWAITING_PAYMENT = "reservation.awaiting_payment"
    CONFIRMED = "reservation.confirmed"
    LOCKED = "reservation.locked"
    ARRIVED = "reservation.arrived"
    CHARGING = "reservation.charging"
    OVERSTAYING = "reservation.overstaying"
    REROUTING = "reservation.rerouting"
    SETTLING = "reservation.settling"
    COMPLETED = "reservation.completed"
    DECLINED = "reservation.declined"
    EXPIRED = "reservation.expired"
    CANCELLED = "reservation.cancelled"
    NO_SHOW = "reservation.no_show"
    UNFULFILLED = "reservation.unfulfilled"
    TESTED = "endpoint.tested"
    """Somebody has asked for it, to see whether their receiver works."""


def kind_of_state(state: str) -> str:
    """Of a reservation that is in it now; of a state that only a newer version knows, too."""
    return f"reservation.{state.lower()}"


STATES = frozenset(kind_of_state(state) for state in State)


class EndpointOutcome(StrEnum):
    """What became of one event on its way to one endpoint."""

    WAITING = "waiting"
    RECEIVED = "received"
    GONE = "gone"
    """It answered 410: it wants no more, and is paused."""
    PAUSED = "paused"
    NO_ENDPOINT = "no_endpoint"
    """It was removed."""
    GIVEN_UP = "given_up"


def rest_of(failing_since: datetime, now: datetime) -> timedelta:
    """How long all of an endpoint wait where nobody was there: as long again as it has failed already."""
    return min(max(now - failing_since, _SHORTEST_REST), _LONGEST_REST)


def check_replay(*, active: bool, paused: bool) -> None:
    """What is sent again to who hears nothing would only be noted as missed again. Raises EndpointNotListening."""
    if paused or not active:
        raise EndpointNotListening(EndpointSilenced())


def check_tries(before: int) -> None:
    """`before`: test events and replays within TRIES_WITHIN. Raises EndpointTriedOften."""
    if before >= MOST_TRIES:
        raise EndpointTriedOften(EndpointTried(most=MOST_TRIES))


def is_left_alone(failing_since: datetime, failures: int, now: datetime) -> bool:
    """Has it failed, without one success in between, so often and for so long that nobody is there?"""
    return failures >= _FAILURES and now - failing_since >= PAUSED_AFTER
