"""Reading the clocks of chargers: no zone means UTC, and a clock that is plainly wrong does not count."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from ocpp_gateway.wire.problems import MessageProblem, OcppProblem

TOO_FAR_AHEAD = timedelta(hours=15)
"""Local time marked as UTC is up to 14 hours ahead. What it means is for `duties.event_times` to say."""
TOO_LONG_AGO = timedelta(days=30)
"""Beyond this a clock was never set (1970, 2000); within it, messages queued offline keep their own time."""

_TOO_LONG_AGO = -TOO_LONG_AGO
_SHORTEST_TIME = 13
_LONGEST_TIME = 64
"""Any number of decimals is a valid second, but it becomes part of an event's identity."""
_EPOCH = re.compile(r"\d{10}|\d{13}")
"""Seconds or milliseconds since 1970, of this century's years in which there are chargers."""
_COMPACT = re.compile(r"(\d{8})(\d{6})(Z?)")
_DATE_ALONE = re.compile(r"\d{4}-?\d\d-?\d\d|\d{4}-?W\d\d(?:-?\d)?")
_SLASHES = re.compile(r"(\d{4})/(\d\d)/(\d\d)(?=[T ])")
_ZONE_NAMED = re.compile(r" ?(?:UTC|GMT)$")
_ZONE_SHORT = re.compile(r"(?<=:\d\d)([+-])(\d)$")
_LEAP_SECOND = re.compile(r"(?<=:\d\d):60")


def read_time(text: str | None, received_at: datetime) -> datetime:
    """The instant a charger names, or `received_at` when it names none or an absurd one.

    Raises OcppProblem WRONG_VALUE when the text is no date-time (RFC 3339, zone optional).
    """
    if text is None:
        return received_at
    if len(text) > _LONGEST_TIME or (len(text) < _SHORTEST_TIME and _DATE_ALONE.fullmatch(text.strip())):
        raise _not_a_time()  # a date alone names no instant, midnight least of all
    if text[:9].isdigit():
        raise _not_a_time()  # Python would take the ninth digit for what separates date and time
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = _read_unusual(text)
    return plausible(moment if moment.tzinfo else moment.replace(tzinfo=UTC), received_at)


def newest_of(values: Sequence[Any], received_at: datetime) -> datetime:
    """Of a list of what has a `timestamp`, told oldest first or newest first. Raises OcppProblem."""
    if not values:
        return received_at
    last = read_time(values[-1].timestamp, received_at)
    if len(values) == 1:
        return last
    first = read_time(values[0].timestamp, received_at)
    return last if first == received_at else max(first, last)


def is_time(text: str) -> bool:
    """Is it a date-time at all?"""
    try:
        read_time(text, datetime(2000, 1, 1, tzinfo=UTC))
    except OcppProblem:
        return False
    return True


def _read_unusual(text: str) -> datetime:
    """What RFC 3339 §5.6 allows and Python does not read: small letters, a leap second."""
    try:
        return datetime.fromisoformat(_LEAP_SECOND.sub(":59", text.strip().upper()))
    except ValueError as error:
        raise _not_a_time() from error


def meant_time(text: str) -> str | None:
    """A text that is no date-time and can mean but one instant, as a date-time; None for any other.

    Seconds or milliseconds since 1970, a zone by its name or in one digit, slashes between year, month and day.
    """
    bare = _LEAP_SECOND.sub(":59", text.strip().upper())
    if len(text) > _LONGEST_TIME or not text.isascii():
        return None
    if _EPOCH.fullmatch(bare):
        return datetime.fromtimestamp(int(bare) / (1000 if len(bare) == 13 else 1), UTC).isoformat()
    bare = _SLASHES.sub(r"\1-\2-\3", _COMPACT.sub(r"\1T\2\3", bare))
    bare = _ZONE_SHORT.sub(r"\g<1>0\2:00", _ZONE_NAMED.sub("Z", bare))
    return bare if is_time(bare) else None


def _not_a_time() -> OcppProblem:
    return OcppProblem(MessageProblem.WRONG_VALUE, "the timestamp is not a date and time")


def plausible(moment: datetime, received_at: datetime) -> datetime:
    if not _TOO_LONG_AGO <= moment - received_at <= TOO_FAR_AHEAD:
        return received_at
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


def write_time(moment: datetime) -> str:
    """Millisecond UTC with `Z`, which every charger reads."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
