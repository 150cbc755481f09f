"""Price rules over stories that are told already: each line by hand, and what does not vary stays."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.money.amount import Money
from domain.money.lines import LineKind
from domain.money.price import Price
from domain.reservation.lifecycle import State
from domain.settlement.metering import ChargingLeg
from domain.settlement.price_simulation import HeldThen, Simulation, Story, promised_then
from domain.settlement.surroundings import NOWHERE
from domain.terms.price_rules import Band, OccupancyStep, PriceRules, WeeklySpan
from domain.terms.priced import Asked
from tests.domain.builders import START, at, make_leg, make_progress, window
from tests.factories.policies import make_policy, make_tariff, make_terms

DAY = timedelta(days=1)
TERMS = make_terms(
    policy=make_policy(reservation_fee=Money(300, "EUR"), fee_credited_to_session=False),
    tariff=make_tariff(
        energy_per_kwh=Money(50, "EUR"), time_per_minute=Money(0, "EUR"), tax_basis_points=1900
    ),
    site_zone="UTC",
)
NOW = WeeklySpan(weekdays=(START.weekday(),))
RUSH = Band(name="Rush", weekly=(NOW,), energy_per_kwh=Money(60, "EUR"), reservation_fee=Money(100, "EUR"))


def story(
    legs: tuple[ChargingLeg, ...] = (make_leg(),), state: State = State.SETTLING, **over: object
) -> Story:
    progress = make_progress(state, arrived_at=at(0), departed_at=at(30))
    values: dict[str, object] = {
        "progress": progress,
        "terms": TERMS,
        "legs": legs,
        "around": NOWHERE,
        "asked": Asked(start=START, zone="UTC", lead=DAY),
    }
    return Story(**(values | over))  # type: ignore[arg-type]


def test_each_line_and_the_sum_are_those_of_the_band() -> None:
    simulation = Simulation(TERMS, PriceRules(currency="EUR", bands=(RUSH,)))
    simulation.add(story())
    tomorrow = Asked(start=START + DAY, zone="UTC", lead=DAY)
    simulation.add(story((make_leg(20_000),), asked=tomorrow))
    rush, rest = simulation.by_band["Rush"], simulation.by_band[""]
    session_fee = TERMS.tariff.session_fee.minor
    # 10 kWh: 5.00 and the fee of 3.00, against 6.00 and 1.00; with 19 % tax.
    assert (rush.lines_charged[LineKind.ENERGY], rush.lines_would_be[LineKind.ENERGY]) == (500, 600)
    assert (
        rush.lines_charged[LineKind.RESERVATION_FEE],
        rush.lines_would_be[LineKind.RESERVATION_FEE],
    ) == (300, 100)
    assert rush.charged - rush.would_be == 119
    assert rush.charged == round((800 + session_fee) * 1.19)
    assert (rush.reservations, rush.dearer, rush.cheaper) == (1, 0, 1)
    assert rest.lines_would_be[LineKind.ENERGY] == 1_000
    assert (rest.charged, rest.dearer, rest.cheaper) == (rest.would_be, 0, 0)
    assert simulation.total.charged == rush.charged + rest.charged


def test_who_accepted_other_prices_is_compared_with_what_they_accepted() -> None:
    dear = replace(TERMS, tariff=replace(TERMS.tariff, energy_per_kwh=Money(80, "EUR")))
    simulation = Simulation(TERMS, PriceRules(currency="EUR"))
    simulation.add(story(terms=dear))
    assert simulation.total.lines_charged[LineKind.ENERGY] == 800
    assert simulation.total.lines_would_be[LineKind.ENERGY] == 500


def test_a_fee_for_not_coming_does_not_vary() -> None:
    simulation = Simulation(TERMS, PriceRules(currency="EUR", bands=(RUSH,)))
    missed = make_progress(State.NO_SHOW, no_show_at=at(15))
    simulation.add(story((), progress=missed))
    assert simulation.total.charged == simulation.total.would_be == TERMS.policy.no_show_fee.minor


@given(
    st.integers(1, 300),
    st.lists(st.tuples(st.integers(0, 60_000), st.integers(0, 100)), min_size=1, max_size=6),
)
def test_dearer_energy_makes_nobody_cheaper_and_the_bands_add_up(
    factor: int, stays: list[tuple[int, int]]
) -> None:
    rules = PriceRules(
        currency="EUR",
        varies=(Price.ENERGY,),
        occupancy=(OccupancyStep(from_percent=50, factor_percent=factor),),
        bands=(replace(RUSH, reservation_fee=None, energy_per_kwh=Money(50, "EUR")),),
    )
    simulation = Simulation(TERMS, rules)
    for energy_wh, gone in stays:
        asked = Asked(start=START, zone="UTC", lead=DAY, occupied_percent=gone)
        simulation.add(story((make_leg(energy_wh),), asked=asked))
    total = simulation.total
    assert total.reservations == len(stays)
    assert total.would_be == sum(sums.would_be for sums in simulation.by_band.values())
    assert not (total.cheaper if factor >= 100 else total.dearer)
    assert total.charged == sum(total.lines_charged.values())


def test_demand_is_what_was_promised_when_it_was_booked() -> None:
    mine = HeldThen(window=window(0, 60), placed_at=at(-100), until=None)
    before = HeldThen(window=window(30, 90), placed_at=at(-200), until=None)
    meanwhile = replace(before, placed_at=at(-50))
    given_back = replace(before, until=at(-150))
    given_back_later = replace(before, window=window(0, 30), until=at(-10))
    beside = replace(before, window=window(60, 90))
    assert promised_then(mine, [before, meanwhile, given_back, beside], 4) == 25
    assert promised_then(mine, [before, given_back_later], 4) == 25  # one after the other on one berth
    assert promised_then(mine, [before, replace(before, window=window(-30, 31))], 4) == 50
