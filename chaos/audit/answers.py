"""I6: one reservation a key, every answer documented, and none taken back."""

from collections.abc import Iterator
from datetime import datetime

from chaos.audit.evidence import Evidence, Violation
from chaos.beliefs import Act, Trip
from domain.reservation.lifecycle import State

_I = "I6"
_DONE = 200


def one_reservation_a_key(evidence: Evidence) -> Iterator[Violation]:
    for booking in evidence.beliefs.bookings.values():
        if len(booking.codes) > 1:
            yield _violation("two_codes", booking.key, sorted(booking.codes))
        if len(booking.outcomes) > 1:
            yield _violation("two_answers", booking.key, sorted(booking.outcomes))
        if booking.answered_in_the_calm is False:
            yield _violation("never_answered", booking.key, sorted(booking.codes))
        known = evidence.key_records.get(booking.key)
        if known is not None and booking.codes and booking.codes != {known}:
            yield _violation("recorded_otherwise", booking.key, [known, *sorted(booking.codes)])
        for code in sorted(booking.codes - evidence.listed.keys()):
            yield _violation("told_but_not_listed", code, sorted(booking.outcomes))


def answers_are_documented(evidence: Evidence) -> Iterator[Violation]:
    for call in evidence.beliefs.undocumented:
        detail = {"at": call.at.isoformat(), "status": call.status, "code": call.code, "text": call.text}
        yield _violation("undocumented_answer", f"{call.method} {call.route}", detail)


def answers_stand(evidence: Evidence) -> Iterator[Violation]:
    """A booking that was confirmed was never declined; what a driver was told is done has been done."""
    beliefs = evidence.beliefs
    for booking in beliefs.bookings.values():
        for code in booking.codes & evidence.listed.keys():
            state = evidence.listed[code].seen.state
            if booking.outcomes & {"confirmed", "payment_required"} and state == State.DECLINED:
                yield _violation("promise_taken_back", code, sorted(booking.outcomes))
            if "confirmed" in booking.outcomes and state == State.EXPIRED:
                yield _violation("promise_taken_back", code, sorted(booking.outcomes))
    for trip in beliefs.trips.values():
        if trip.code in evidence.listed:
            yield from _acts_stand(evidence, trip)


def _acts_stand(evidence: Evidence, trip: Trip) -> Iterator[Violation]:
    seen = evidence.listed[trip.code].seen
    done = [act for act in trip.acts if act.status == _DONE]
    if any(act.verb == "cancel" for act in done) and seen.state != State.CANCELLED:
        yield _violation("cancellation_undone", trip.code, seen.state)
    moves = [act for act in done if act.verb in ("reschedule", "extend")]
    if moves and all(act.status is not None for act in trip.acts) and not _stands(moves[-1], seen.end):
        detail = {"asked": moves[-1].end, "is": seen.end.isoformat()}
        yield _violation("slot_moved_back", trip.code, detail)


def _stands(act: Act, end: datetime) -> bool:
    """A slot may since have been extended by the site itself, never shortened."""
    return end >= datetime.fromisoformat(act.end)


def _violation(what: str, about: str, detail: object) -> Violation:
    return Violation(invariant=_I, what=what, about=about, detail=detail)
