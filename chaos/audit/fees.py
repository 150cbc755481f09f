"""I5: no fee with a cause of ours, and none for not coming for who charged or presented their card in time."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from chaos.audit.evidence import Evidence, Seen, Violation
from chaos.beliefs import Authorised, Beliefs, Told, Trip
from domain.causes import Cause
from domain.money.lines import FEES, LineKind

_I = "I5"
_MOVED = frozenset({LineKind.NO_SHOW, LineKind.CANCELLATION, LineKind.CHANGE, LineKind.RESERVATION_FEE})
"""What a driver who was moved by us does not owe."""


def no_fee_with_our_cause(evidence: Evidence) -> Iterator[Violation]:
    for code, one in sorted(evidence.listed.items()):
        seen = one.stands
        fees = [line for line in seen.lines if line.kind in FEES]
        ours = sorted({line.kind for line in fees if line.cause != Cause.DRIVER})
        if ours:
            yield Violation(invariant=_I, what="fee_with_our_cause", about=code, detail=ours)
        if fees and seen.ended_by not in ("", Cause.DRIVER):
            detail = {"ended_by": seen.ended_by, "fees": sorted(line.kind for line in fees)}
            yield Violation(invariant=_I, what="fee_after_our_end", about=code, detail=detail)
        for_moved = sorted({line.kind for line in fees if line.kind in _MOVED})
        if _was_moved(seen) and for_moved:
            yield Violation(invariant=_I, what="fee_although_moved", about=code, detail=for_moved)


def no_fee_for_who_came(evidence: Evidence) -> Iterator[Violation]:
    energy: dict[str, int] = defaultdict(int)
    for session in evidence.sessions:
        energy[session.code] += session.meter_last_wh - session.meter_start_wh
    for code, one in sorted(evidence.listed.items()):
        if all(line.kind != LineKind.NO_SHOW for line in one.stands.lines):
            continue
        if energy[code] > 0:
            detail = {"energy_wh": energy[code]}
            yield Violation(invariant=_I, what="no_show_fee_although_charged", about=code, detail=detail)
        trip = evidence.beliefs.trips.get(code)
        if trip is not None:
            yield from _came(evidence.beliefs, trip)


def _came(beliefs: Beliefs, trip: Trip) -> Iterator[Violation]:
    for shown in beliefs.authorised:
        if shown.accepted and shown.card == trip.card and presented_in_time(beliefs, trip, shown):
            detail = {"charger": shown.charger_id, "at": shown.at.isoformat()}
            yield Violation(
                invariant=_I, what="no_show_fee_although_presented", about=trip.code, detail=detail
            )
            break
    arrived = [act for act in trip.acts if act.verb in ("check-in", "start") and act.status == 200]
    if arrived:
        detail = {"at": arrived[0].at.isoformat(), "charger": ""}
        yield Violation(invariant=_I, what="no_show_fee_although_checked_in", about=trip.code, detail=detail)


def presented_in_time(beliefs: Beliefs, trip: Trip, shown: Authorised) -> bool:
    """At the bay that the app last named, within its window, and not for another trip of the same driver."""
    told = _last_told(trip, shown.at)
    if told is None or not _is_within(trip, told, shown):
        return False
    others = (one for one in beliefs.trips.values() if one.card == trip.card and one.code != trip.code)
    for other in others:
        also = _last_told(other, shown.at)
        if also is not None and _is_within(other, also, shown):
            return False
    return True


def _is_within(trip: Trip, told: Told, shown: Authorised) -> bool:
    opens = told.start - timedelta(seconds=trip.opens_before_s)
    closes = told.arrive_by or told.end
    return told.charger_id == shown.charger_id and opens <= shown.at <= closes


def _last_told(trip: Trip, at: datetime) -> Told | None:
    before = [told for told in trip.told if told.at <= at]
    return before[-1] if before else None


def _was_moved(seen: Seen) -> bool:
    return any(moved.get("cause") != Cause.DRIVER for moved in seen.told_of("moved"))
