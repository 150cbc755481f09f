"""Rules that meet: bays that differ, slot lengths of a pool, prices by demand, tiers, and what an operator names."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from activities.holds.activities import HoldActivities
from contracts.holds import LockHold
from db.engine import Sessions
from db.seed import BaySeed, ChargerSeed, ConnectorSeed, PoolSeed
from db.seed.plan import Seed
from db.tables import Driver, Membership
from domain.place.fit import Needs
from domain.terms.fair_use import FairUse
from domain.terms.figures import policy_flaws
from domain.terms.policy import SlotLengths
from domain.terms.tiers import Tier
from tests.activities.holds.hold_desk import NOW, connector_of, refusal_of, replacement
from tests.activities.holds.test_prices import BUSY, in_force
from tests.factories import (
    NOON,
    make_booking,
    make_policy,
    make_seed,
    make_site,
    make_slot,
    make_slot_rules,
    make_terms,
    plant,
)

HALF = timedelta(minutes=30)
NIGHT = SlotLengths(
    pool_id="north-hgv",
    shortest=timedelta(minutes=45),
    longest=timedelta(hours=11),
    step=timedelta(minutes=15),
)


def rest_stop(*, cars: int = 2, lorries: int = 4, **policy: Any) -> Seed:
    """A pool of bays for cars, on a grid of half an hour, and one for lorries, with lengths of its own."""
    pools = (PoolSeed(id="north-dc", name="Cars"), PoolSeed(id="north-hgv", name="Lorries", power_w=350_000))
    names = ["north-dc"] * cars + ["north-hgv"] * lorries
    chargers = tuple(
        ChargerSeed(id=f"NORTH-{n}", connectors=(ConnectorSeed(pool_id=pool, bay=f"Bay {n}"),))
        for n, pool in enumerate(names, 1)
    )
    slots = make_slot_rules(step=HALF, shortest=HALF, longest=timedelta(hours=2), pools=(NIGHT,))
    site = make_site(zone="UTC", policy=make_policy(slots=slots, **policy))
    return make_seed(replace(site, pools=pools, chargers=chargers))


async def test_a_bay_that_an_operator_named_is_not_broken_for_being_too_short(
    holds: HoldActivities, sessions: Sessions
) -> None:
    bays = (BaySeed(label="Bay 1", length_cm=600), BaySeed(label="Bay 2", length_cm=500))
    ids = await plant(sessions, make_seed(make_site(chargers=2, zone="UTC", bays=bays)))
    placed = await holds.place_hold(make_booking(needs=Needs(length_cm=520)))
    assert connector_of(placed) == ids["NORTH-1", 1]
    short = ids["NORTH-2", 1]
    named = await holds.hold_replacement(replacement(only_connector_id=short, now=NOW, instead=True))
    assert named.held is not None
    assert connector_of(named) == short
    locked = await holds.lock_hold(
        LockHold(
            code=make_booking().code,
            hold_id=named.held.assignment.hold_id,
            now=NOON - timedelta(minutes=15),
            terms=make_terms(),
        )
    )
    assert not locked.faulted


async def test_a_lost_attempt_is_priced_by_the_pools_that_take_the_slot(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, rest_stop())
    await in_force(sessions, BUSY)
    one, two = (make_booking(name, pool_id=None, slot=make_slot(0, 30)) for name in ("one", "two"))
    await holds.place_hold(one)
    prices = []
    for _ in range(2):
        terms = (await holds.place_hold(two)).terms
        assert terms is not None
        prices.append(terms.tariff.energy_per_kwh)
    assert prices[0] == prices[1]


async def test_members_are_offered_slots_of_the_pools_own_lengths(
    holds: HoldActivities, sessions: Sessions
) -> None:
    gold = Tier(name="gold", horizon=timedelta(days=20))
    await plant(sessions, rest_stop(cars=1, lorries=1, tiers=(gold,)))
    member = {"driver_id": "driver-member", "site_id": "north", "tier": "gold"}
    async with sessions.begin() as session:
        session.add(Driver(id="driver-member", created_at=NOW))
        await session.flush()
        session.add(Membership(**member, valid_from=NOW, given_at=NOW, given_by="o", key="k"))
    slot = make_slot(0, 45)
    assert (await holds.place_hold(make_booking("x", pool_id=None, slot=slot))).held
    offered = []
    for name in ("plain", "member"):
        ask = make_booking(name, driver_id=f"driver-{name}", pool_id=None, slot=slot)
        assert refusal_of(await holds.place_hold(ask)) == "slot_unavailable"
        offered.append([(one.pool_id, one.slot) for one in (await holds.find_alternatives(ask)).found])
    assert offered[0]
    assert offered[0] == offered[1]


def test_fair_use_leaves_room_for_the_longest_slot_of_each_pool() -> None:
    slots = make_slot_rules(shortest=HALF, longest=timedelta(hours=2), pools=(NIGHT,))
    fair = FairUse(longest_stay=timedelta(hours=4), weekly=timedelta(minutes=40))
    found = {flaw.path for flaw in policy_flaws(make_policy(slots=slots, fair_use=fair))}
    assert found == {"fair_use.longest_stay", "fair_use.weekly"}
