"""What a refused driver is offered, in which order, why, and that each offer can be booked."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings

from domain.place.alternatives import MOST, Offer, is_bookable, offered, offers_here, offers_nearby
from domain.place.choice import Choice
from domain.place.choosing import for_booking
from domain.place.pool import Pool
from domain.place.ranking import Yardstick
from domain.place.reasons import OfferReason
from domain.place.slots import Slot
from tests.domain.builders import at, window
from tests.domain.place.pools import CODE, NOW, make_connector, make_facts, make_hold, make_pool, pools, slots
from tests.factories import make_policy, make_slot_rules

WANTED = window(60, 120)
FULL = make_pool(make_connector(1), holds=(make_hold(1, 1, WANTED),))
AS_WANTED = Yardstick(slot=WANTED, site_id="north", pool_id="dc", power_w=150_000)


def told(offers: Iterable[Offer], wanted: Yardstick = AS_WANTED) -> list[Offer]:
    """The first of them, as they are told when the driver may book each."""
    first = offered(offers, wanted)[:MOST]
    return sorted(first, key=lambda one: wanted.rank(one.pool.facts, one.slot, opens=one.opens))


def test_the_same_time_in_another_pool_comes_before_other_times() -> None:
    weak, strong = (
        make_pool(make_connector(n), facts=make_facts(name, power_w=power))
        for n, name, power in ((2, "ac", 22_000), (3, "hpc", 300_000))
    )
    offers = told(offers_here([weak, FULL, strong], AS_WANTED))
    assert [(o.pool.facts.id, o.slot.start, o.reason) for o in offers] == [
        ("hpc", at(60), OfferReason.SAME_TIME_HERE),
        ("ac", at(60), OfferReason.SAME_TIME_HERE),
        ("hpc", at(45), OfferReason.OTHER_TIME_HERE),
        ("hpc", at(75), OfferReason.OTHER_TIME_HERE),
        ("hpc", at(30), OfferReason.OTHER_TIME_HERE),
    ]


def test_other_times_are_the_nearest_in_the_wanted_pool_first() -> None:
    beside = make_pool(
        make_connector(2), holds=(make_hold(2, 2, WANTED),), facts=make_facts("hpc", power_w=300_000)
    )
    offers = told(offers_here([FULL, beside], AS_WANTED))
    assert [(o.pool.facts.id, o.slot) for o in offers] == [
        ("dc", window(0, 60)),
        ("dc", window(120, 180)),
        ("dc", window(135, 195)),
    ]


def test_times_may_lie_half_a_day_away_but_not_in_the_past() -> None:
    busy = make_pool(make_connector(1), holds=(make_hold(1, 1, window(0, 14 * 60 + 15)),))
    assert offers_here([busy], AS_WANTED) == []
    busy = replace(busy, holds=(make_hold(1, 1, window(0, 13 * 60)),))
    assert [o.slot for o in offers_here([busy], AS_WANTED)] == [window(13 * 60, 14 * 60)]


def test_where_any_instant_can_be_booked_the_offered_ones_are_as_round_as_on_a_list() -> None:
    """And not as far into a minute as it is when somebody asks."""
    anytime = make_policy(slots=make_slot_rules(step=timedelta(0), buffer=timedelta(0)))
    asked_at = NOW + timedelta(seconds=41)
    offers = told(offers_here([replace(FULL, policy=anytime, now=asked_at)], AS_WANTED))
    assert [one.slot for one in offers] == [window(120, 180), window(135, 195), window(150, 210)]


def at_site(site_id: str, number: int, power_w: int, pool_id: str) -> Pool:
    return make_pool(make_connector(number), facts=make_facts(pool_id, site_id=site_id, power_w=power_w))


def test_one_pool_of_each_site_nearby_is_offered_the_nearest_site_first() -> None:
    near = [at_site("near", 2, 50_000, "b"), at_site("near", 3, 300_000, "c")]
    farther = at_site("farther", 4, 150_000, "d")
    wanted = replace(AS_WANTED, away={"near": 900, "farther": 4_000})
    offers = told(offers_nearby([farther, *near], wanted), wanted)
    assert [(o.pool.facts.id, o.reason) for o in offers] == [
        ("c", OfferReason.NEARBY),
        ("d", OfferReason.NEARBY),
    ]


def test_the_wanted_time_nearby_comes_before_other_times_here_and_leaves_room_for_them() -> None:
    sites = {f"near-{n}": n * 1_000 for n in range(1, 6)}
    wanted = replace(AS_WANTED, away=sites)
    nearby = [at_site(site, 10 + n, 150_000, site) for n, site in enumerate(sites)]
    offers = told([*offers_here([FULL], wanted), *offers_nearby(nearby, wanted)], wanted)
    assert [(o.pool.facts.id, o.slot) for o in offers] == [
        ("near-1", WANTED),
        ("near-2", WANTED),
        ("near-3", WANTED),
        ("dc", window(0, 60)),
        ("dc", window(120, 180)),
    ]


def test_each_site_is_asked_by_its_own_rules() -> None:
    short = make_policy(slots=make_slot_rules(longest=timedelta(minutes=30)))
    assert not is_bookable(make_pool(policy=short), WANTED)
    assert is_bookable(make_pool(), WANTED)


@settings(max_examples=150)
@given(pools(), pools(), slots())
def test_every_offer_can_be_booked_as_it_stands(one: Pool, two: Pool, slot: Slot) -> None:
    two = replace(two, facts=replace(two.facts, id="other", power_w=50_000))
    wanted = replace(AS_WANTED, slot=slot)
    offers = offers_here([one, two], wanted)
    assert sorted(map(str, offered(offers, wanted))) == sorted(map(str, offers))
    for offer in offers:
        assert offer.slot.start >= NOW
        assert isinstance(for_booking([offer.pool], offer.slot, CODE), Choice)
