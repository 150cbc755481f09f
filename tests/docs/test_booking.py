"""The pages about booking and places are true: each example is decided by the rules that decide bookings."""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from api.errors import KINDS
from api.v1.schemas.access_rules import AccessRulesIn
from api.v1.schemas.price_rules import PriceRulesIn
from db.queries.place.opening import is_holiday, is_open, opens_after
from domain.charging.enforcement import EnforcementLevel
from domain.errors import StayTooLong, WeeklyHoursUsed
from domain.facts import price_reasons as why
from domain.facts.refused_people import StaysTooLong, WeekFull
from domain.money.amount import Money
from domain.place.admission import Admission
from domain.place.bay_by_name import named_bay
from domain.place.berth_rates import BerthRecord, Seen, rates_of
from domain.place.certainty import certainty, overbooked
from domain.place.choice import Choice
from domain.place.choosing import for_booking
from domain.place.closures import Closure, ClosureCause, Hours
from domain.place.energy import EnergyAsked, fitting_wh, reckon
from domain.place.fit import BayShape, Needs, Shapes, fits
from domain.place.forecast import Forecast, ForecastSource, RunningSession, forecast
from domain.place.holds import times_of
from domain.place.slots import Slot, occupied_window
from domain.queue.offers import answer_by
from domain.queue.order import MOST_GAINED, Place, gained, waited
from domain.reservation.recurrence import Every, Recurrence, slots_of
from domain.terms.access_flaws import Known, access_flaws
from domain.terms.access_rules import Caller, Spot
from domain.terms.certainty import Risk
from domain.terms.fair_use import FairUse, NoShowRules, Used, check_fair_use
from domain.terms.policy import CancellationTier, Policy, SlotRules
from domain.terms.price_flaws import price_flaws
from domain.terms.priced import Asked, priced
from domain.terms.tiered import applied
from domain.terms.tiers import Tier
from tests.docs.pages import REPOSITORY
from tests.domain.place.pools import NOW, make_connector, make_hold, make_pool
from tests.factories.policies import make_policy, make_slot_rules, make_tariff

PAGE = "\n".join((REPOSITORY / page).read_text() for page in ("docs/booking.md", "docs/places.md"))
ZONE = "Europe/Berlin"
BERLIN = ZoneInfo(ZONE)
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_SPAN = re.compile(r"(\w{3}) (\d{4}-\d{2}-\d{2}) (\d{2}:\d{2})(?:–(\d{2}:\d{2}))?")
_SERIES = re.compile(
    r"(?:each week|every (\d) weeks) on ([\w ]+) from ([\d-]+)"
    r"(?:, (\d) times)?(?:, until ([\d-]+))?(?:, without ([\d-]+))?"
)

Row = tuple[str, ...]


def rows(*header: str) -> list[Row]:
    """Of the one table that has it."""
    wanted = f"| {' | '.join(header)} |\n"
    assert PAGE.count(wanted) == 1, header
    body = PAGE.partition(wanted)[2].split("\n\n")[0].splitlines()[1:]
    return [tuple(cell.strip().strip("`") for cell in line.split("|")[1:-1]) for line in body]


def document(name: str) -> Any:
    (found,) = re.findall(rf"^```json {name}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return json.loads(found)


def span(said: str) -> Slot:
    """`Mon 2026-11-30 11:30–12:30` on the site's clock; one that ends at an earlier hour ends on the next day."""
    found = _SPAN.fullmatch(said)
    assert found is not None, said
    day = date.fromisoformat(found[2])
    assert WEEKDAYS[day.weekday()] == found[1], said
    start = datetime.combine(day, time.fromisoformat(found[3]), BERLIN)
    end = datetime.combine(day, time.fromisoformat(found[4] or found[3]), BERLIN)
    if end <= start:
        end += timedelta(days=1)
    return Slot(start.astimezone(UTC), end.astimezone(UTC))


def shown(at: datetime) -> str:
    local = at.astimezone(BERLIN)
    return f"{WEEKDAYS[local.weekday()]} {local:%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(("hours", "slot", "answer"), rows("opening hours", "slot", "answer"))
def test_opening_hours(hours: str, slot: str, answer: str) -> None:
    there, asked = Hours(text=hours, zone=ZONE, country="DE"), span(slot)
    if is_open(there, asked):
        assert answer == "offered"
    else:
        opens = opens_after(there, asked)
        assert opens is not None
        assert answer == f"closed until {shown(opens)}"


@pytest.mark.parametrize(("series", "dates"), rows("series", "dates"))
def test_series(series: str, dates: str) -> None:
    found = _SERIES.fullmatch(series)
    assert found is not None, series
    rule = Recurrence(
        first=date.fromisoformat(found[3]),
        at=time(9),
        lasts=timedelta(hours=1),
        every=Every.WEEK,
        interval=int(found[1] or 1),
        weekdays=tuple(WEEKDAYS.index(name) for name in found[2].split(" and ")),
        times=int(found[4]) if found[4] else None,
        until=date.fromisoformat(found[5]) if found[5] else None,
        without=(date.fromisoformat(found[6]),) if found[6] else (),
    )
    assert [day.isoformat() for day in slots_of(rule, ZONE)] == dates.split(", ")


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


@pytest.mark.parametrize(("who", "bay", "slot", "answer"), rows("who", "bay", "slot", "answer"))
def test_access(who: str, bay: str, slot: str, answer: str) -> None:
    rules = AccessRulesIn.model_validate(document("access")).rules()
    caller = Caller(groups=frozenset() if who == "anybody" else frozenset({who}))
    admission, asked, spot = Admission(rules, caller, ZONE), span(slot), Spot(bay=bay, pool_id="p")
    if admission.may_throughout(spot, asked):
        assert answer == "may"
    else:
        at = admission.until(spot, asked.start) if admission.may(spot, asked.start) else asked.start
        assert at is not None
        assert answer == f"may not: {', '.join(admission.who_may(spot, at))}"


@pytest.mark.parametrize(("has", "asks_for", "gets"), rows("has", "asks for", "gets"))
def test_fair_use(has: str, asks_for: str, gets: str) -> None:
    rules = FairUse(weekly=timedelta(hours=8), longest_stay=timedelta(hours=4), pause=timedelta(minutes=30))
    had = () if has == "nothing" else (used(has),)
    assert fairly(rules, used(asks_for), had) == gets


def fairly(rules: FairUse, asked: Used, had: tuple[Used, ...]) -> str:
    try:
        check_fair_use(rules, asked, ZONE, had)
    except (WeeklyHoursUsed, StayTooLong) as refused:
        match refused.why:
            case WeekFull(ends_at=at) | StaysTooLong(ends_at=datetime() as at):
                return f"{refused.code} until {shown(at)}"
            case _:
                return refused.code
    return "it"


def used(said: str) -> Used:
    asked = span(said)
    return Used(site_id="s", start=asked.start, end=asked.end)


def test_the_pause_after_missed_bookings() -> None:
    figures = NoShowRules()
    missed = f"misses {figures.most} bookings within {figures.within.days} days"
    assert f"{missed} books nothing for {figures.cooling_off.days} days" in PAGE


def test_the_rules_of_the_examples_can_be_written() -> None:
    known = Known(bays=frozenset({"T1"}), groups=frozenset({"taxis", "tenants"}))
    assert access_flaws(AccessRulesIn.model_validate(document("access")).rules(), known) == ()
    assert price_flaws(PriceRulesIn.model_validate(document("prices")).rules(), known.groups) == ()


@pytest.mark.parametrize(
    ("asked", "car", "at", "takes", "slot"), rows("asked for", "car takes", "at", "takes", "slot")
)
def test_energy(asked: str, car: str, at: str, takes: str, slot: str) -> None:
    """With slots of 15 minutes to 4 hours."""
    wh = int(asked.split(" ")[0]) * 1000
    watts = int(car.split(" ")[0]) * 1000
    ends = [int(found) for found in re.findall(r"\d+", asked.partition("from")[2])]
    said = EnergyAsked(
        energy_wh=None if ends else wh,
        battery_wh=wh,
        soc_now=ends[0] if ends else None,
        soc_target=ends[1] if ends else None,
        max_ac_w=watts,
        max_dc_w=watts,
    )
    plug, power = at.split(", ")
    kind = {"CCS": "IEC_62196_T2_COMBO", "Type 2": "IEC_62196_T2"}[plug]
    found = reckon(said.wanted(), kind, int(power.split(" ")[0]) * 1000, SlotRules())
    assert takes == f"{math.ceil(found.exact / timedelta(minutes=1))} min"
    if found.length <= SlotRules().longest:
        assert slot == f"{found.length / timedelta(minutes=1):.0f} min"
    else:
        assert slot == f"no: {fitting_wh(found, SlotRules().longest) / 1000:.1f} kWh fit"


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


def because(reasons: tuple[why.PriceReason, ...]) -> Iterator[str]:
    for one in reasons:
        match one:
            case why.BandPrice():
                said = one.band
            case why.BusyTime():
                said = f"{one.factor_percent} % as {one.occupied_percent} % are gone"
            case why.BookedWithin():
                assert one.within == timedelta(hours=1)
                said = f"{one.factor_percent} % within an hour"
            case why.GroupPrice():
                said = f"{one.factor_percent} % for {one.group}"
            case why.PriceCap():
                said = "cap"
            case _:
                assert isinstance(one, why.PriceFloor)
                said = "floor"
        yield f"{said} {figure(one.amount)}"


def figure(amount: Money) -> str:
    return str(amount).partition(" ")[0]


@pytest.mark.parametrize(
    ("begins", "ahead", "gone", "who", "a_kwh", "reasons"),
    rows("slot begins", "booked ahead", "places gone", "who", "a kWh", "because"),
)
def test_prices(begins: str, ahead: str, gone: str, who: str, a_kwh: str, reasons: str) -> None:
    start = span(begins).start
    asked = Asked(
        start=start,
        zone=ZONE,
        lead={"1 day": timedelta(days=1), "30 min": timedelta(minutes=30)}[ahead],
        occupied_percent=int(gone.removesuffix(" %")),
        holiday=is_holiday(Hours(text="", zone=ZONE, country="DE"), start),
        groups=frozenset() if who == "anybody" else frozenset({who}),
    )
    tariff = make_tariff(energy_per_kwh=Money(49, "EUR"))
    found = priced(tariff, Money(0, "EUR"), PriceRulesIn.model_validate(document("prices")).rules(), asked)
    assert figure(found.tariff.energy_per_kwh) == a_kwh
    assert ", ".join(because(found.reasons)) == reasons


@pytest.mark.parametrize(("since", "weight", "counts"), rows("waits since", "weight", "counts at 12:00"))
def test_waiting_in_line(since: str, weight: str, counts: str) -> None:
    now = span("Mon 2026-11-30 12:00–13:00").start
    one = Place(id="w", joined_at=span(f"Mon 2026-11-30 {since}–23:00").start, weight=int(weight))
    assert counts == f"{(waited(one, now) + gained(one, now)) / timedelta(minutes=1):.0f} min"
    assert f"gains nobody more than {MOST_GAINED / timedelta(hours=1):.0f} hours" in PAGE


@pytest.mark.parametrize(("begins", "at", "until"), rows("slot begins", "offered at", "stands until"))
def test_how_long_an_offer_stands(begins: str, at: str, until: str) -> None:
    start, now = (span(f"Mon 2026-11-30 {clock}–23:00").start for clock in (begins, at))
    found = answer_by(make_policy(), start, now)
    assert until == ("not offered" if found is None else f"{found.astimezone(BERLIN):%H:%M}")


TIERS = {
    "everybody": None,
    "free cancellation 2 h ahead": Tier(name="t", free_cancellation_ahead=timedelta(hours=2)),
    "horizon 30 days, concurrent 5, grace 25 min, fees 50 %": Tier(
        name="t", horizon=timedelta(days=30), concurrent=5, grace=timedelta(minutes=25), fee_percent=50
    ),
}


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


@pytest.mark.parametrize(
    "row",
    rows(
        "tier", "ahead", "open at a time", "grace", "not coming",
        "cancelled 30 h before", "12 h before", "1 h before",
    ),
    ids=lambda row: row[0],
)  # fmt: skip
def test_members(row: Row) -> None:
    policy = make_policy(
        slots=make_slot_rules(horizon=timedelta(days=14)),
        no_show_fee=Money(500, "EUR"),
        grace=timedelta(minutes=15),
        open_reservations_per_driver=3,
        cancellation=(
            CancellationTier(ahead=timedelta(hours=24), fee=Money(0, "EUR")),
            CancellationTier(ahead=timedelta(0), fee=Money(300, "EUR")),
        ),
    )
    tier = TIERS[row[0]]
    own = policy if tier is None else applied(policy, tier)
    assert row[1:] == (
        f"{own.slots.horizon.days} days",
        str(own.open_reservations_per_driver),
        f"{own.grace.total_seconds() / 60:.0f} min",
        figure(own.no_show_fee),
        *(figure(cost(own, hours)) for hours in (30, 12, 1)),
    )


def cost(policy: Policy, hours: int) -> Money:
    met = [one for one in policy.cancellation if one.ahead <= timedelta(hours=hours)]
    return max(met, key=lambda one: one.ahead).fee


def test_each_code_that_is_named_is_one() -> None:
    for code, _says, _until in rows("code", "says", "until"):
        assert code in KINDS


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
