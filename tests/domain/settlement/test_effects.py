"""What becomes another price is said window by window, as each is priced alone; each band has its slot."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from domain.money.amount import Money
from domain.settlement.effects import EVERYBODY, Audience, Posted, audiences, price_changes, samples
from domain.terms.price_rules import Band, NamedFactor, OccupancyStep, PriceRules, WeeklySpan
from domain.terms.tiers import Tier
from tests.factories.policies import make_policy, make_terms

NOW = datetime(2026, 11, 22, 12, 7, tzinfo=UTC)
HOURS = st.integers(0, 23)
BANDS = st.lists(st.tuples(HOURS, HOURS, st.integers(20, 90)), max_size=3, unique_by=lambda one: one[2]).map(
    lambda said: tuple(
        Band(
            name=f"at {price}",
            priority=place,
            weekly=(WeeklySpan(start=time(begin), end=time(end)),),
            energy_per_kwh=Money(price, "EUR"),
        )
        for place, (begin, end, price) in enumerate(said)
    )
)
RULES = st.none() | st.builds(
    PriceRules,
    currency=st.just("EUR"),
    bands=BANDS,
    occupancy=st.sampled_from([(), (OccupancyStep(from_percent=50, factor_percent=150),)]),
    tiers=st.sampled_from([(), (NamedFactor(name="gold", factor_percent=80),)]),
    groups=st.sampled_from([(), (NamedFactor(name="staff", factor_percent=50),)]),
)
POLICY = make_policy(tiers=(Tier(name="gold", reservation_fee=Money(0, "EUR")),))


def posted(rules: PriceRules | None) -> Posted:
    terms = make_terms(policy=POLICY)
    return Posted(terms=terms, rules=rules, now=NOW, is_holiday=lambda _: False)


@given(before=RULES, after=RULES, gone=st.lists(st.integers(0, 100), min_size=1, max_size=60))
def test_each_window_that_changes_is_in_one_change_and_no_other_is(
    before: PriceRules | None, after: PriceRules | None, gone: list[int]
) -> None:
    windows = {NOW + timedelta(minutes=45 * place): percent for place, percent in enumerate(gone)}
    old, new = posted(before), posted(after)
    for whom in audiences(old, new):
        alone = {
            start: (old.price_of(whom)(start, percent), new.price_of(whom)(start, percent))
            for start, percent in windows.items()
        }
        told = price_changes(old.price_of(whom), new.price_of(whom), windows)
        for start, (was, is_now) in alone.items():
            covering = [one for one in told if one.first <= start <= one.last]
            if was.energy_per_kwh == is_now.energy_per_kwh and was.reservation_fee == is_now.reservation_fee:
                assert covering == []
                continue
            (change,) = covering
            assert (change.before.energy_per_kwh, change.after.energy_per_kwh) == (
                was.energy_per_kwh,
                is_now.energy_per_kwh,
            )
            assert change.dearer == (is_now.energy_per_kwh > was.energy_per_kwh)
        assert sum(one.windows for one in told) == sum(
            any(one.first <= start <= one.last for one in told) for start in windows
        )


@given(rules=RULES)
def test_a_band_is_shown_by_the_next_slot_that_it_decides(rules: PriceRules | None) -> None:
    found = posted(rules)
    zone = ZoneInfo(found.terms.site_zone)
    told = {one.band: one.start for one in samples(found)}
    steps = [
        datetime(2026, 11, 22, 12, 15, tzinfo=UTC) + timedelta(minutes=15 * n) for n in range(14 * 96 - 1)
    ]
    first: dict[str, datetime] = {}
    for start in steps:
        covering = [
            b for b in (rules.bands if rules else ()) if b.covers(start.astimezone(zone), holiday=False)
        ]
        deciding = max(covering, key=lambda band: band.priority, default=None)
        first.setdefault("" if deciding is None else deciding.name, start)
    assert told == first


def test_audiences_are_everybody_each_tier_and_each_group_that_has_prices() -> None:
    rules = PriceRules(currency="EUR", groups=(NamedFactor(name="staff", factor_percent=50),))
    found = audiences(posted(None), posted(rules))
    assert found == (EVERYBODY, Audience(tier="gold"), Audience(group="staff"))
