"""Whether gate and workflow decided alike: who was let in, who was refused, and what came of each start."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from chaos.audit.evidence import Violation
from days.found import Found, leg_told, wrong
from days.people import Guest
from days.promises import reserved
from days.truth import Answer, Leg
from domain.charging.access_reasons import AccessReason
from domain.facts.fact import code_of
from domain.facts.timeline import Confirmed
from domain.reservation.lifecycle import State

_AWAITED = (State.LOCKED, State.ARRIVED)
_CONCURRENT = "ConcurrentTx"
_ACCEPTED = "Accepted"
_ASKS = "Authorize"


def the_gates_word_is_kept(found: Found) -> Iterator[Violation]:
    """Whose card was taken at their own bay in their time is not refused when they start there."""
    rows = {id(leg): row for leg, row in found.matched}
    for guest, _ in reserved(found):
        for one in found.truth.tries:
            if one.visit != guest.name or not (one.own and one.let_in) or one.state not in _AWAITED:
                continue
            for leg in found.truth.legs:
                row = rows[id(leg)]
                theirs = (leg.visit, leg.charger, leg.connector) == (guest.name, one.charger, one.connector)
                soon = one.at <= leg.began <= one.at + found.day.calendar.span(2)
                if not theirs or not soon or row is None:
                    continue
                if not row.authorised or row.reservation_code not in (guest.code, *_of_same(found, guest)):
                    detail = {**leg_told(found, leg), "for": row.refused_for, "code": row.reservation_code}
                    yield wrong("let_in_and_then_not", guest.code, {**detail, "state": one.state})


def _of_same(found: Found, guest: Guest) -> list[str]:
    """The driver's other reservations: two slots that follow each other are one session."""
    return [other.code for other in found.day.guests.values() if other.driver == guest.driver]


def nobody_is_refused_whom_the_workflow_would_admit(found: Found) -> Iterator[Violation]:
    """In time, paid, and nobody else's turn there: neither when they start nor when they show their card."""
    for leg, row in found.matched:
        if row is None or row.authorised or row.refused_for in ("", AccessReason.CONCURRENT):
            continue  # without a reason it waited for a card that nobody showed
        codes = _open_to(found, leg.driver, leg.began, leg.charger, leg.connector)
        if codes:
            detail = {**leg_told(found, leg), "for": row.refused_for, "basis": row.started_basis}
            yield wrong("start_refused_although_theirs", codes[0], detail)
    for answer in found.truth.answers:
        if answer.action != _ASKS or answer.status in (_ACCEPTED, _CONCURRENT):
            continue
        driver = _driver_of(found, answer.card)
        codes = _open_to(found, driver, answer.at, answer.charger) if driver else []
        if codes:
            yield wrong("card_refused_although_theirs", codes[0], _told(found, answer))


def concurrent_only_where_forbidden(found: Found) -> Iterator[Violation]:
    """By the policy, and only to who charges elsewhere, as far as anybody can know."""
    for answer in found.truth.answers:
        if answer.status != _CONCURRENT:
            continue
        if not found.day.policy.one_session_a_driver:
            yield wrong("concurrent_although_allowed", answer.card, _told(found, answer))
            continue
        driver = _driver_of(found, answer.card)
        if driver and not any(_may_run(found, row, driver, answer.at) for row in found.sessions):
            yield wrong("concurrent_with_nothing", answer.card, _told(found, answer))


def who_is_refused_is_stopped(found: Found) -> Iterator[Violation]:
    """Once their charger can be reached: what nobody pays for does not flow on."""
    patience = found.day.calendar.span(5) + found.day.stage.tolerance
    for leg, row in found.matched:
        if row is None or row.authorised or not (row.refused_for or leg.wh):
            continue
        since = _reached(found, leg, patience)
        if since is not None and (leg.ended is None or leg.ended > since + patience):
            yield wrong(
                "refused_and_not_stopped", leg.visit, {**leg_told(found, leg), "for": row.refused_for}
            )


def _reached(found: Found, leg: Leg, patience: timedelta) -> datetime | None:
    """From when on its charger was there for so long; None: it was not."""
    since = leg.began
    for outage in sorted(found.truth.outages, key=lambda one: one.began):
        if outage.charger == leg.charger and not outage.connector and outage.began < since + patience:
            if outage.ended is None:
                return None
            since = max(since, outage.ended)
    return since


def _open_to(found: Found, driver: str, at: datetime, charger: str, number: int | None = None) -> list[str]:
    """Theirs, or of their group, whose turn it is at that place (None: anywhere at the charger), and paid."""
    slack = found.day.calendar.span(1) + found.day.stage.tolerance
    mine = []
    for hold in _holds_at(found, charger, number, at, slack):
        inside = hold.opens_at + slack <= at <= hold.slot_end - slack
        if (
            not _is_for(found, driver, hold)
            or not inside
            or not _is_paid(found, hold.reservation_code, at - slack)
        ):
            continue
        others = _holds_at(found, *found.day.places[hold.connector_id], at, -slack)
        before = [
            one for one in others if not _is_for(found, driver, one) and one.slot_start < hold.slot_start
        ]
        waits = any(one.opens_at - slack <= at < one.slot_end + slack for one in before)
        if not waits and not _is_taken(found, driver, *found.day.places[hold.connector_id], at):
            mine.append(hold.reservation_code)
    return mine


def _is_for(found: Found, driver: str, hold: Any) -> bool:
    group = found.day.script.drivers[int(driver.removeprefix("driver-")) - 1].group
    return hold.driver_id == driver or (bool(group) and hold.group_id == group)


def _holds_at(
    found: Found, charger: str, number: int | None, at: datetime, slack: timedelta
) -> Iterator[Any]:
    shared = next(one.plan.shared for one in found.day.chargers.values() if one.id == charger)
    for hold in found.holds:
        where, place = found.day.places[hold.connector_id]
        here = where == charger and (number is None or shared or place == number)
        if (
            here
            and hold.placed_at + slack <= at
            and (hold.released_at is None or at <= hold.released_at - slack)
        ):
            yield hold


def _is_paid(found: Found, code: str, at: datetime) -> bool:
    view = found.views.get(code)
    return view is not None and any(
        entry.code == code_of(Confirmed) and entry.at <= at for entry in view.timeline
    )


def _is_taken(found: Found, driver: str, charger: str, number: int, at: datetime) -> bool:
    """By somebody else's car, or broken."""
    shared = next(one.plan.shared for one in found.day.chargers.values() if one.id == charger)
    slack = found.day.calendar.span(1)
    cars = any(
        where == charger
        and (shared or place == number)
        and found.day.guests[name].driver != driver
        and came - slack <= at <= (left or at) + slack
        for name, where, place, came, left in found.truth.parked
    )
    return cars or any(
        outage.charger == charger
        and outage.connector in (0, number)
        and outage.began - slack <= at <= (outage.ended or at) + slack
        for outage in found.truth.outages
    )


def _may_run(found: Found, row: Any, driver: str, at: datetime) -> bool:
    """Could we have thought so then? An end that nobody told, or told late, was not known."""
    slack = found.day.calendar.span(1)
    known = row.ended_basis == "now" and not row.end_inferred
    begun = row.driver_id == driver and row.started_at - slack <= at
    return begun and (not known or row.ended_at is None or at <= row.ended_at + slack)


def _driver_of(found: Found, card: str) -> str:
    return next((guest.driver for guest in found.day.guests.values() if guest.card == card), "")


def _told(found: Found, answer: Answer) -> dict[str, str]:
    return {
        "where": answer.charger,
        "card": answer.card,
        "status": answer.status,
        "at": found.day.calendar.told(answer.at),
    }


GATE: tuple[Callable[[Found], Iterator[Violation]], ...] = (
    the_gates_word_is_kept,
    nobody_is_refused_whom_the_workflow_would_admit,
    concurrent_only_where_forbidden,
    who_is_refused_is_stopped,
)
