"""The page about places is true: each of its examples is decided by the rules that decide bookings."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from api.errors import KINDS
from domain.charging.enforcement import EnforcementLevel
from domain.place.bay_by_name import named_bay
from domain.place.berth_rates import BerthRecord, Seen, rates_of
from domain.place.certainty import certainty, overbooked
from domain.place.choice import Choice
from domain.place.choosing import for_booking
from domain.place.closures import Closure, ClosureCause
from domain.place.fit import BayShape, Needs, Shapes, fits
from domain.place.forecast import Forecast, ForecastSource, RunningSession, forecast
from domain.place.holds import times_of
from domain.place.slots import Slot, occupied_window
from domain.queue.offers import answer_by
from domain.terms.certainty import Risk
from tests.docs.booking_pages import BERLIN, rows, shown, span
from tests.domain.place.pools import NOW, make_connector, make_hold, make_pool
from tests.factories.policies import make_policy, make_slot_rules


@pytest.mark.parametrize(("slot", "other", "answer"), rows("slot", "other bay", "answer"))
def test_maintenance(slot: str, other: str, answer: str) -> None:
    asked, closed = span(slot), span("Mon 2026-12-14 10:00–12:00")
    policy = make_policy(slots=make_slot_rules(buffer=timedelta(minutes=5)))
    window = Closure(span=closed, cause=ClosureCause.MAINTENANCE, connector_ids=frozenset({1}))
    promised = (make_hold(1, 2, occupied_window(asked, policy.slots.buffer)),) if other == "promised" else ()
    long_before = closed.start - timedelta(days=3)
    pool = make_pool(holds=promised, closures=(window,), policy=policy, now=long_before)
    found = for_booking([pool], asked, "7F3K-2QVM-X9TA")
    if isinstance(found, Choice):
        when = "before" if asked.start < closed.start else "after"
        assert answer == ("the other bay" if found.connector_id == 2 else f"the maintained bay, {when}")
    else:
        assert found.ends_at is not None
        assert answer == f"under maintenance until {shown(found.ends_at)}"


def features(said: str) -> dict[str, Any]:
    """`length 500, trailer` → length_cm=500, trailer=True."""
    found: dict[str, Any] = {}
    for one in () if said == "nothing" else said.split(", "):
        name, _, size = one.partition(" ")
        found[f"{name}_cm" if size else name.replace("-", "_")] = int(size) if size else True
    return found


@pytest.mark.parametrize(("bay", "needs", "answer"), rows("bay", "needs", "answer"))
def test_what_fits(bay: str, needs: str, answer: str) -> None:
    misfits = fits(Needs(**features(needs)), BayShape(**features(bay)))
    assert answer == (f"no: {', '.join(one.kind for one in misfits)}" if misfits else "fits")


class Accessible:
    id, bay, shape = 1, None, BayShape(accessible=True)


@pytest.mark.parametrize(
    ("begins", "asked_at", "needs", "answer"), rows("slot begins", "asked at", "needs", "accessible bay")
)
def test_accessible_bays_are_kept(begins: str, asked_at: str, needs: str, answer: str) -> None:
    day = date(2026, 11, 30)
    now, start = (datetime.combine(day, time.fromisoformat(at), UTC) for at in (asked_at, begins))
    kept_until = make_slot_rules().accessible_kept_until
    kept = Shapes([Accessible()], kept_until=kept_until, now=now).kept(Needs(**features(needs)), start)
    free = "free to all" if needs == "nothing" else "free to them"
    assert answer == ("kept" if kept else free)


@pytest.mark.parametrize(
    ("who", "started", "slot", "lasted", "asked", "free", "by"),
    rows("who", "started", "slot", "last sessions there", "asked at", "free at", "by"),
)
def test_who_is_there(who: str, started: str, slot: str, lasted: str, asked: str, free: str, by: str) -> None:
    def at(clock: str) -> datetime:
        return span(f"Mon 2026-11-30 {clock}").start

    session = RunningSession(
        code="BOOKED" if who == "a reservation" else "",
        started_at=at(started),
        slot_end=at(slot.removeprefix("until ")) if slot else None,
        lasted=tuple(timedelta(minutes=int(one)) for one in re.findall(r"\d+", lasted)),
    )
    found = forecast([session], at(asked))
    if free == "nobody knows":
        assert found is None
    else:
        assert found == Forecast(until=at(free), source=ForecastSource(by))


_BAY = ("bay", "charger", "bookings", "faults", "driver before", "strangers", "taken back", "certainty")


_RISKS = (Risk.FAULT, Risk.OVERRUN, Risk.TAKEN, Risk.WITHDRAWN)


def test_how_sure_a_bay_is() -> None:
    table = rows(*_BAY)
    records = [
        BerthRecord(
            berth_id=n,
            site_id="here",
            level=EnforcementLevel(charger),
            seen=Seen(of=int(of), bad=dict(zip(_RISKS, map(int, bad), strict=True))),
        )
        for n, (_bay, charger, of, *bad, _told) in enumerate(table)
    ]
    found = rates_of(records)
    told = [f"{certainty(found[n]).kept * 100:.1f} %" for n in range(len(table))]
    assert told == [row[-1] for row in table]


@pytest.mark.parametrize(
    ("promised", "working", "ahead", "told"),
    rows("promised then", "bays that work now", "starts in", "certainty times"),
)
def test_what_counts_on_repairs(promised: str, working: str, ahead: str, told: str) -> None:
    number, unit = ahead.split()
    starts_in = timedelta(hours=int(number) * (1 if unit == "h" else 24))
    assert told == f"{100 * (1 - overbooked(int(promised), int(working), starts_in)):.1f} %"


def _at_bay(text: str) -> tuple[int, Slot]:
    """`bay 2, 16:00–18:00`, on the day of the tests' pools."""
    number, start, end = re.fullmatch(r"bay (\d), (\d\d:\d\d)–(\d\d:\d\d)", text).groups()  # type: ignore[union-attr]
    begins, ends = (datetime.combine(NOW, time.fromisoformat(at), UTC) for at in (start, end))
    return int(number), Slot(begins, ends)


@pytest.mark.parametrize(
    ("booked", "asked", "free", "kept"),
    rows("booked by name", "asked for", "starts of others, if it is left to us", "if it is kept"),
)
def test_what_a_bay_takes_from_others(booked: str, asked: str, free: str, kept: str) -> None:
    number, slot = _at_bay(asked)
    pool = make_pool(make_connector(1), make_connector(2), needs=Needs(bay=f"Bay {number}"))
    before = [] if booked == "nothing" else [_at_bay(one) for one in booked.split("; ")]
    holds = [
        replace(make_hold(id_, bay, span), needs=Needs(bay=f"Bay {bay}"))
        for id_, (bay, span) in enumerate(before, 1)
    ]
    pool = replace(pool, holds=tuple(pool.ground.narrowed(hold) for hold in holds))
    choice = for_booking([pool], slot, "")
    assert isinstance(choice, Choice)
    told = named_bay(pool, times_of(slot, pool.policy), "", choice)
    assert told is not None
    assert (told.starts, told.starts - told.lost) == (int(free), int(kept))


@pytest.mark.parametrize(("begins", "at", "until"), rows("slot begins", "offered at", "stands until"))
def test_how_long_an_offer_stands(begins: str, at: str, until: str) -> None:
    start, now = (span(f"Mon 2026-11-30 {clock}–23:00").start for clock in (begins, at))
    found = answer_by(make_policy(), start, now)
    assert until == ("not offered" if found is None else f"{found.astimezone(BERLIN):%H:%M}")


def test_each_code_that_is_named_is_one() -> None:
    for code, _says, _until in rows("code", "says", "until"):
        assert code in KINDS
