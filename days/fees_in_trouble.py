"""No fee where the place was not in order: neither for not coming, nor for cancelling."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from chaos.audit.evidence import Seen, Violation
from days.fairness import in_order
from days.found import Found, wrong
from days.promises import reserved
from domain.money.lines import LineKind
from domain.reservation.release import ReleaseReason

_NOTICED = 2
"""So many minutes of an outage may pass before we know of it, and so short a one need not count."""


def grace_is_given_whole(found: Found) -> Iterator[Violation]:
    """Who pays for not coming had all of it at a place that worked and could be reached, however often it did not."""
    policy = found.day.policy
    for code, seen, hold in _given_back(found, LineKind.NO_SHOW, ReleaseReason.NO_SHOW):
        place = found.day.places[hold.connector_id]
        begins = max(seen.start, hold.placed_at)
        worked = in_order(found, place, begins, hold.released_at, silent=True)
        outages = _outages(found, place, begins, hold.released_at)
        unnoticed = found.day.stage.tolerance + len(outages) * found.day.calendar.span(_NOTICED)
        if worked < min(policy.grace, seen.end - begins) - unnoticed:
            yield wrong("no_show_fee_in_trouble", code, {"worked": str(worked), "place": place})


def cancelling_in_trouble_is_free(found: Found) -> Iterator[Violation]:
    """At most so long before the slot as a fault is watched for; long before, it may be repaired in time."""
    policy, tolerance = found.day.policy, found.day.stage.tolerance
    for code, seen, hold in _given_back(found, LineKind.CANCELLATION, ReleaseReason.CANCELLED):
        at, place = hold.released_at, found.day.places[hold.connector_id]
        if at < seen.start - policy.fault_watch + tolerance:
            continue
        for outage in _outages(found, place, at - tolerance, at + tolerance):
            noticed = max(outage.began, hold.placed_at) + found.day.calendar.span(_NOTICED)
            if noticed < at and (outage.ended is None or outage.ended > at + tolerance):
                yield wrong("cancellation_fee_in_trouble", code, {"place": place, "since": str(outage.began)})


def _given_back(found: Found, kind: LineKind, why: ReleaseReason) -> Iterator[tuple[str, Seen, Any]]:
    """(code, as its money stands, hold) of those that paid a fee of that kind."""
    holds = {
        hold.reservation_code: hold for hold in found.holds if hold.release_reason == why and hold.released_at
    }
    for guest, seen in reserved(found):
        if guest.code in holds and any(line.kind == kind and line.minor for line in seen.lines):
            yield guest.code, seen, holds[guest.code]


def _outages(found: Found, place: tuple[str, int], since: datetime, until: datetime) -> list[Any]:
    return [
        outage
        for outage in found.truth.outages
        if outage.charger == place[0]
        and outage.connector in (0, place[1])
        and outage.began < until
        and (outage.ended or until) > since
    ]


FEES_IN_TROUBLE: tuple[Callable[[Found], Iterator[Violation]], ...] = (
    grace_is_given_whole,
    cancelling_in_trouble_is_free,
)
