"""What a slot costs by a site's price rules: each step told, one price for each instant, the site's clock."""

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.facts import price_reasons as why
from domain.money.amount import Money
from domain.money.price import Price
from domain.settlement.price_list import Belonging, Belongings, PriceList
from domain.terms.price_flaws import price_flaws
from domain.terms.price_rules import (
    Band,
    Bounds,
    Dates,
    LeadStep,
    NamedFactor,
    OccupancyStep,
    PriceRules,
    WeeklySpan,
)
from domain.terms.priced import Asked, priced
from domain.terms.tariff import Tariff
from tests.factories import make_terms

BERLIN = "Europe/Berlin"
MONDAY = datetime(2026, 11, 30, tzinfo=UTC)


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


TARIFF = Tariff(currency="EUR", energy_per_kwh=eur(50), time_per_minute=eur(2), session_fee=eur(0))
FEE = eur(300)


def asked(start: datetime = MONDAY, **more: object) -> Asked:
    return Asked(**({"start": start, "zone": BERLIN, "lead": timedelta(days=3)} | more))  # type: ignore[arg-type]


def energy(rules: PriceRules, who: Asked) -> int:
    return priced(TARIFF, FEE, rules, who).tariff.energy_per_kwh.minor


def test_without_rules_the_tariff_stands() -> None:
    found = priced(TARIFF, FEE, None, asked())
    assert (found.tariff, found.reservation_fee, found.reasons) == (TARIFF, FEE, ())


def test_each_step_is_told_with_the_price_after_it() -> None:
    rules = PriceRules(
        currency="EUR",
        bands=(
            Band(name="evening", weekly=(WeeklySpan(start=time(17), end=time(21)),), energy_per_kwh=eur(60)),
        ),
        occupancy=(
            OccupancyStep(from_percent=50, factor_percent=110),
            OccupancyStep(from_percent=80, factor_percent=130),
        ),
        lead=(LeadStep(within=timedelta(hours=1), factor_percent=120),),
        tiers=(NamedFactor(name="gold", factor_percent=90),),
        bounds=(Bounds(price=Price.ENERGY, cap=eur(80)),),
    )
    evening = MONDAY.replace(hour=17)  # 18:00 in Berlin
    found = priced(
        TARIFF,
        FEE,
        rules,
        asked(evening, lead=timedelta(minutes=59), occupied_percent=85, tier="gold"),
    )
    told = [(type(reason), reason.amount.minor) for reason in found.reasons]
    assert told == [
        (why.BandPrice, 60),
        (why.BusyTime, 78),
        (why.BookedWithin, 94),  # 93.6
        (why.TierPrice, 85),  # 84.6
        (why.PriceCap, 80),
    ]
    assert found.tariff.energy_per_kwh == eur(80)
    assert (found.tariff.time_per_minute, found.reservation_fee) == (eur(2), FEE)


def test_a_band_is_on_the_sites_clock_also_where_that_changes() -> None:
    night = Band(name="night", weekly=(WeeklySpan(start=time(22), end=time(6)),), energy_per_kwh=eur(30))
    rules = PriceRules(currency="EUR", bands=(night,))
    assert energy(rules, asked(datetime(2026, 11, 30, 20, 59, tzinfo=UTC))) == 50
    assert energy(rules, asked(datetime(2026, 11, 30, 21, 0, tzinfo=UTC))) == 30
    assert (
        energy(rules, asked(datetime(2026, 10, 25, 4, 59, tzinfo=UTC))) == 30
    )  # 05:59, an hour after the change
    assert energy(rules, asked(datetime(2026, 10, 25, 5, 0, tzinfo=UTC))) == 50
    assert energy(rules, asked(datetime(2026, 10, 24, 4, 0, tzinfo=UTC))) == 50


def test_a_night_that_begins_on_friday_is_fridays_until_it_ends() -> None:
    friday = Band(
        name="friday",
        weekly=(WeeklySpan(weekdays=(4,), start=time(22), end=time(2)),),
        energy_per_kwh=eur(30),
    )
    rules = PriceRules(currency="EUR", bands=(friday,))
    assert energy(rules, asked(datetime(2026, 12, 5, 0, 30, tzinfo=UTC))) == 30  # Saturday 01:30
    assert energy(rules, asked(datetime(2026, 12, 4, 0, 30, tzinfo=UTC))) == 50  # Friday 01:30


def test_holidays_and_dates_count_for_the_slots_first_day_on_the_sites_calendar() -> None:
    rules = PriceRules(
        currency="EUR",
        bands=(
            Band(name="holiday", holidays=True, priority=2, energy_per_kwh=eur(40)),
            Band(
                name="fair",
                dates=(Dates(first=date(2026, 12, 1), last=date(2026, 12, 3)),),
                energy_per_kwh=eur(70),
            ),
        ),
    )
    assert price_flaws(rules) == ()
    before_midnight = datetime(2026, 11, 30, 22, 59, tzinfo=UTC)
    assert energy(rules, asked(before_midnight)) == 50
    assert energy(rules, asked(before_midnight + timedelta(minutes=1))) == 70
    assert energy(rules, asked(before_midnight + timedelta(minutes=1), holiday=True)) == 40


def test_of_tier_and_groups_the_best_alone_counts() -> None:
    rules = PriceRules(
        currency="EUR",
        tiers=(NamedFactor(name="gold", factor_percent=90),),
        groups=(NamedFactor(name="staff", factor_percent=50), NamedFactor(name="guests", factor_percent=150)),
    )
    assert energy(rules, asked(tier="gold")) == 45
    assert energy(rules, asked(tier="gold", groups=frozenset({"staff", "guests"}))) == 25
    assert energy(rules, asked(groups=frozenset({"guests"}))) == 75
    assert energy(rules, asked(tier="silver")) == 50


def test_contradictions_are_refused_with_the_lines_named() -> None:
    rules = PriceRules(
        currency="EUR",
        bands=(
            Band(
                name="a",
                weekly=(WeeklySpan(weekdays=(6,), start=time(20), end=time(4)),),
                energy_per_kwh=eur(1),
            ),
            Band(name="b", weekly=(WeeklySpan(weekdays=(0,), end=time(1)),), energy_per_kwh=eur(2)),
            Band(name="c", weekly=(WeeklySpan(weekdays=(0,), end=time(1)),), reservation_fee=eur(2)),
            Band(name="c", priority=1, energy_per_kwh=Money(2, "SEK")),
            Band(name="nothing"),
        ),
        occupancy=(
            OccupancyStep(from_percent=80, factor_percent=0),
            OccupancyStep(from_percent=80, factor_percent=1),
        ),
        bounds=(Bounds(price=Price.FEE, floor=eur(2), cap=eur(1)),),
    )
    assert {flaw.path for flaw in price_flaws(rules)} == {
        "bands[1]",
        "bands[3].name",
        "bands[3].energy_per_kwh",
        "bands[4]",
        "occupancy[0].factor_percent",
        "occupancy[1].from_percent",
        "bounds[0].price",
        "bounds[0]",
    }
    assert "bands[0]" in next(flaw.problem for flaw in price_flaws(rules) if flaw.path == "bands[1]")


hours = st.sampled_from([time(0), time(6), time(12), time(22)])
spans = st.builds(
    WeeklySpan,
    weekdays=st.sets(st.integers(0, 6), max_size=2).map(lambda s: tuple(sorted(s))),
    start=hours,
    end=hours,
)
days = st.integers(0, 20).map(lambda n: date(2026, 11, 20) + timedelta(days=n))
dates = st.tuples(days, days).map(lambda pair: Dates(first=min(pair), last=max(pair)))
bands = st.lists(
    st.builds(
        Band,
        name=st.uuids().map(str),
        priority=st.integers(0, 1),
        weekly=st.lists(spans, max_size=2).map(tuple),
        dates=st.lists(dates, max_size=1).map(tuple),
        holidays=st.sampled_from([None, True, False]),
        energy_per_kwh=st.one_of(st.none(), st.integers(1, 99).map(eur)),
        reservation_fee=st.one_of(st.none(), st.integers(0, 99).map(eur)),
    ),
    max_size=4,
).map(tuple)
starts = st.integers(0, 21 * 24 * 2).map(
    lambda n: datetime(2026, 11, 20, tzinfo=UTC) + n * timedelta(minutes=30)
)


@given(bands, st.lists(starts, min_size=20, max_size=40), st.booleans())
def test_rules_without_a_flaw_have_one_price_for_each_instant(
    some: tuple[Band, ...], when: list[datetime], holiday: bool
) -> None:
    rules, turned = PriceRules(currency="EUR", bands=some), PriceRules(currency="EUR", bands=some[::-1])
    if any(flaw.path.startswith("bands") and "priority" in flaw.problem for flaw in price_flaws(rules)):
        return
    for start in when:
        who = asked(start, holiday=holiday)
        assert priced(TARIFF, FEE, rules, who) == priced(TARIFF, FEE, turned, who)


@given(
    st.integers(0, 100),
    st.integers(1, 1000),
    st.integers(1, 1000),
    st.integers(0, 40),
    st.integers(41, 500),
    st.sampled_from(["", "gold"]),
)
def test_what_varies_stays_within_its_bounds_and_ends_where_its_steps_do(
    occupied: int, busy: int, late: int, floor: int, cap: int, tier: str
) -> None:
    rules = PriceRules(
        currency="EUR",
        varies=(Price.ENERGY, Price.FEE),
        occupancy=(OccupancyStep(from_percent=40, factor_percent=busy),),
        lead=(LeadStep(within=timedelta(days=4), factor_percent=late),),
        tiers=(NamedFactor(name="gold", factor_percent=70),),
        bounds=(Bounds(price=Price.ENERGY, floor=eur(floor), cap=eur(cap)),),
    )
    assert price_flaws(rules) == ()
    found = priced(TARIFF, FEE, rules, asked(occupied_percent=occupied, tier=tier))
    assert floor <= found.tariff.energy_per_kwh.minor <= cap
    for which, ends in ((Price.ENERGY, found.tariff.energy_per_kwh), (Price.FEE, found.reservation_fee)):
        own = [reason for reason in found.reasons if reason.price is which]
        assert own[-1].amount == ends
    assert found.tariff.time_per_minute == TARIFF.time_per_minute


@given(
    bands,
    st.lists(st.tuples(starts, st.integers(0, 99)), min_size=1, max_size=30),
    st.sampled_from([(), (OccupancyStep(from_percent=40, factor_percent=130),)]),
    st.sampled_from([(), (LeadStep(within=timedelta(days=3), factor_percent=110),)]),
    st.booleans(),
)
def test_a_list_of_many_slots_says_of_each_what_it_says_alone(
    some: tuple[Band, ...],
    when: list[tuple[datetime, int]],
    busy: tuple[OccupancyStep, ...],
    late: tuple[LeadStep, ...],
    grouped: bool,
) -> None:
    rules = PriceRules(
        currency="EUR",
        bands=some,
        varies=(Price.ENERGY, Price.FEE),
        occupancy=busy,
        lead=late,
        groups=(NamedFactor(name="staff", factor_percent=50),) if grouped else (),
    )
    now, until = datetime(2026, 11, 19, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
    terms = make_terms(site_zone=BERLIN)
    shown = PriceList(
        terms=terms,
        rules=rules,
        version=1,
        now=now,
        is_holiday=lambda at: at.day == 1,
        whose=Belongings(groups=(Belonging("staff", now, until),)),
    )
    for start, gone in when:
        alone = priced(
            terms.tariff,
            terms.policy.reservation_fee,
            rules,
            asked(
                start,
                lead=start - now,
                occupied_percent=gone if busy else 0,
                holiday=start.day == 1,
                groups=frozenset({"staff"} if start < until else ()),
            ),
        )
        assert shown.of(start, gone) == alone.told(1)
