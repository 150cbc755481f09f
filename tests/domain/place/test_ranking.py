"""One order for all that is offered instead, whoever asks: what is refused, what is lost."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.place.alternatives import offered, offers_here, offers_nearby, times_instead
from domain.place.pool_facts import PoolFacts
from domain.place.ranking import Yardstick, in_turns
from domain.place.reasons import OfferReason
from domain.place.replacing import equal_or_better, lost_place
from tests.domain.builders import at, window
from tests.domain.place.pools import NOW, make_connector, make_facts, make_pool

WANTED = window(60, 120)
AWAY = {"near": 700, "on-the-way": -300, "far": 8_000}
HERE = make_facts("booked", site_id="home", power_w=100_000)

sites = st.sampled_from(["home", *AWAY])
powers = st.sampled_from([22_000, 50_000, 100_000, 150_000, 300_000])


@st.composite
def places(draw: st.DrawFn) -> list[PoolFacts]:
    """Pools around the booked one, which is among them or not."""
    others = draw(st.lists(st.tuples(sites, powers, st.sampled_from(["CCS2", "CHADEMO"])), max_size=8))
    found = [
        make_facts(f"pool-{n}", site_id=site, power_w=power, connector_type=plug)
        for n, (site, power, plug) in enumerate(others)
    ]
    return draw(st.permutations([*found, *([HERE] if draw(st.booleans()) else [])]))


@settings(max_examples=200)
@given(places())
def test_what_is_refused_and_what_is_lost_is_replaced_in_one_order(around: list[PoolFacts]) -> None:
    lost = lost_place(WANTED, "home", HERE, HERE.power_w, booked=HERE, away=AWAY)
    moved_to = equal_or_better(around, lost)
    pools = [make_pool(make_connector(n), facts=facts) for n, facts in enumerate(around, 1)]
    at_home = [pool for pool in pools if pool.facts.site_id == "home"]
    elsewhere = [pool for pool in pools if pool.facts.site_id != "home"]
    there = [*offers_here(at_home, lost), *offers_nearby(elsewhere, lost)]
    told = sorted(there, key=lambda one: lost.rank(one.pool.facts, one.slot, opens=one.opens))
    same_time = [one.pool.facts for one in told if one.slot == WANTED]
    both = set(same_time) & set(moved_to)
    assert [facts for facts in same_time if facts in both] == [facts for facts in moved_to if facts in both]
    assert {facts.site_id for facts in moved_to} <= {facts.site_id for facts in same_time}


@settings(max_examples=100)
@given(places())
def test_another_time_for_who_loses_theirs_is_the_first_that_a_refusal_offers(
    around: list[PoolFacts],
) -> None:
    lost = lost_place(WANTED, "home", HERE, HERE.power_w, booked=HERE, away=AWAY)
    here = [facts for facts in equal_or_better(around, lost) if facts.site_id == "home"]
    pools = [make_pool(make_connector(n), facts=facts) for n, facts in enumerate(here, 1)]
    times = times_instead(pools, WANTED, exclude=(), earliest=NOW)
    refused = [one for one in offers_here(pools, lost) if one.reason is OfferReason.OTHER_TIME_HERE]
    assert [(one.pool.facts, one.slot) for one in times] == [(one.pool.facts, one.slot) for one in refused]


def test_power_is_enough_before_it_is_much_and_the_most_where_none_is_enough() -> None:
    pools = [make_facts(f"{kw}", power_w=kw * 1000) for kw in (22, 50, 150, 300)]
    wanted = Yardstick(slot=WANTED, site_id="north", power_w=100_000)
    assert [pool.id for pool in wanted.ranked(pools)] == ["150", "300", "50", "22"]
    assert [pool.id for pool in replace(wanted, power_w=None).ranked(pools)] == ["300", "150", "50", "22"]


def test_of_equal_power_the_cheaper_then_the_surer_place_comes_first() -> None:
    wanted = Yardstick(slot=WANTED, site_id="north")
    facts = make_facts("any")
    told = [(0, 0.99), (-100, 0.5), (-100, 0.9)]
    ranked = sorted(told, key=lambda one: wanted.rank(facts, WANTED, price=one[0], kept=one[1]))
    assert ranked == [(-100, 0.9), (-100, 0.5), (0, 0.99)]


def test_what_cannot_be_booked_yet_comes_last() -> None:
    wanted = Yardstick(slot=WANTED, site_id="north", away={"far": 20_000})
    later = wanted.rank(make_facts("far", site_id="far"), WANTED.moved_to(at(60) + timedelta(hours=9)))
    assert later < wanted.rank(make_facts("kept"), WANTED, opens=NOW)


def test_many_of_one_kind_leave_room_for_the_others() -> None:
    assert [*in_turns(["a1", "a2", "a3", "b1", "c1", "c2"], lambda one: one[0])] == [
        "a1", "b1", "c1", "a2", "c2", "a3",
    ]  # fmt: skip


def test_who_takes_the_first_few_sees_each_kind() -> None:
    pools = [make_pool(make_connector(n), facts=make_facts(f"p{n}")) for n in range(1, 8)]
    wanted = Yardstick(slot=WANTED, site_id="north")
    reasons = {one.reason for one in offered(offers_here(pools, wanted), wanted)[:2]}
    assert reasons == {OfferReason.SAME_TIME_HERE, OfferReason.OTHER_TIME_HERE}
