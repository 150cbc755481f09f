"""The page about booking is true: each of its examples is decided by the rules that decide bookings."""

import math
import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import pytest

from api.v1.schemas.access_rules import AccessRulesIn
from api.v1.schemas.price_rules import PriceRulesIn
from db.queries.place.opening import is_holiday, is_open, opens_after
from domain.errors import StayTooLong, WeeklyHoursUsed
from domain.facts import price_reasons as why
from domain.facts.refused_people import StaysTooLong, WeekFull
from domain.money.amount import Money
from domain.place.admission import Admission
from domain.place.closures import Hours
from domain.place.energy import EnergyAsked, fitting_wh, reckon
from domain.queue.order import MOST_GAINED, Place, gained, waited
from domain.reservation.recurrence import Every, Recurrence, slots_of
from domain.terms.access_flaws import Known, access_flaws
from domain.terms.access_rules import Caller, Spot
from domain.terms.fair_use import FairUse, NoShowRules, Used, check_fair_use
from domain.terms.policy import CancellationTier, Policy, SlotRules
from domain.terms.price_flaws import price_flaws
from domain.terms.priced import Asked, priced
from domain.terms.tiered import applied
from domain.terms.tiers import Tier
from tests.docs.booking_pages import PAGE, WEEKDAYS, ZONE, Row, document, rows, shown, span
from tests.docs.pages import REPOSITORY
from tests.factories.policies import make_policy, make_slot_rules, make_tariff

_MOST_WORDS = 2300
_SERIES = re.compile(
    r"(?:each week|every (\d) weeks) on ([\w ]+) from ([\d-]+)"
    r"(?:, (\d) times)?(?:, until ([\d-]+))?(?:, without ([\d-]+))?"
)


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


def test_it_can_be_read_in_one_sitting() -> None:
    """Three printed pages; more of it belongs into `docs/places.md`."""
    page = (REPOSITORY / "docs/booking.md").read_text()
    assert len(re.findall(r"[^\s|]*\w[^\s|]*", page)) <= _MOST_WORDS


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


TIERS = {
    "everybody": None,
    "free cancellation 2 h ahead": Tier(name="t", free_cancellation_ahead=timedelta(hours=2)),
    "horizon 30 days, concurrent 5, grace 25 min, fees 50 %": Tier(
        name="t", horizon=timedelta(days=30), concurrent=5, grace=timedelta(minutes=25), fee_percent=50
    ),
}


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
