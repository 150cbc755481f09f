"""What is offered instead to who asked by energy gives them that energy: one driver, and each of a group."""

from dataclasses import replace
from datetime import timedelta

import pytest

from activities.holds.activities import HoldActivities
from activities.holds.grouping import group_alternatives
from contracts.holds import HoldStep
from db.engine import Sessions
from db.seed import ChargerSeed, ConnectorSeed, PoolSeed, SiteSeed
from domain.money.amount import Money
from domain.place.energy import EnergyWanted, reckon, slot_for
from domain.place.slots import Slot
from tests.activities.holds.group_desk import asks, group, held, placed
from tests.activities.holds.hold_desk import place_at, refused_with, start_walk_in
from tests.activities.holds.test_prices import BUSY, in_force
from tests.factories import NOON, make_booking, make_policy, make_seed, make_site, make_slot, plant

FAST, SLOW = "north-fast", "north-slow"
ENERGY = EnergyWanted(energy_wh=50_000)
SLOT = make_slot(minutes=30)
"""50 kWh take 20 minutes in a fast pool, an hour in a slow one."""


def site(*pools: str, site_id: str = "north", latitude: float = 52.52) -> SiteSeed:
    """A connector for each that is named."""
    power = {FAST: 150_000, SLOW: 50_000}
    chargers = tuple(
        ChargerSeed(
            id=f"{site_id}-{n}",
            password="pw",
            connectors=(ConnectorSeed(pool_id=pool.replace("north", site_id), number=1),),
        )
        for n, pool in enumerate(pools)
    )
    plain = make_site(site_id=site_id, latitude=latitude, zone="UTC")
    kinds = tuple(
        PoolSeed(id=one.replace("north", site_id), name=one, power_w=power[one], walk_in_connectors=0)
        for one in dict.fromkeys(pools)
    )
    return replace(plain, pools=kinds, chargers=chargers)


async def test_a_slower_pool_is_no_alternative_to_who_would_not_be_full_there(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(site(FAST, SLOW), site(SLOW, site_id="south", latitude=52.53)))
    assert (await place_at(sessions, make_booking("first", slot=SLOT, pool_id=FAST))).held
    refused = make_booking("second", slot=SLOT, pool_id=FAST)
    anything = {one.pool_id for one in await refused_with(holds, refused)}
    assert {SLOW, "south-slow"} <= anything
    assert {one.pool_id for one in await refused_with(holds, replace(refused, energy=ENERGY))} == {FAST}


@pytest.mark.parametrize("came", [0, 1, 7, 14])
async def test_who_stands_there_is_offered_what_gives_their_energy_from_the_next_start_on(
    holds: HoldActivities, sessions: Sessions, came: int
) -> None:
    """It ends on the grid, and begins whenever they came."""
    await plant(sessions, make_seed(site(SLOW, SLOW)))
    await start_walk_in(sessions, 1)
    here, rules = NOON + timedelta(minutes=came), make_policy().slots
    wanted = EnergyWanted(energy_wh=45_000)
    takes = reckon(wanted, "IEC_62196_T2_COMBO", 50_000, rules)
    slot = slot_for(takes, here, rules, on_the_spot=True)
    ask = make_booking("here", slot=slot, now=here, pool_id=SLOW, connector_id=1, energy=wanted)
    offer = (await refused_with(holds, ask))[0]
    assert (offer.pool_id, offer.slot.start) == (SLOW, make_slot(15 if came else 0).start)
    assert offer.slot.length >= takes.exact


async def test_a_price_is_compared_with_that_of_the_wanted_slot_also_where_that_gives_too_little(
    holds: HoldActivities, sessions: Sessions
) -> None:
    """Nobody has booked anything: it costs the same everywhere, though the car takes longer by now than the slot is."""
    await plant(sessions, make_seed(site(FAST, SLOW, SLOW)))
    await in_force(sessions, BUSY)
    await start_walk_in(sessions, 2)
    slot = Slot(NOON, NOON + timedelta(minutes=30))
    ask = make_booking("here", slot=slot, now=NOON, pool_id=SLOW, connector_id=2, energy=ENERGY)
    offer = (await refused_with(holds, ask))[0]
    assert (offer.pool_id, offer.price_difference) == (FAST, Money(0, "EUR"))


async def test_each_of_a_group_is_offered_a_pool_that_gives_its_energy_and_books_it(
    sessions: Sessions,
) -> None:
    """One wants energy, the other only a place: who is served first takes no fast one from who needs it."""
    await plant(sessions, make_seed(site(FAST, SLOW), policy=make_policy(open_reservations_per_driver=9)))
    assert (await place_at(sessions, make_booking("first", slot=SLOT, pool_id=FAST))).held
    eager, other = asks("a", "b", slot=SLOT, pool_id=None)
    two = await group(sessions, "g", (replace(eager, energy=ENERGY), other))
    async with sessions.begin() as session:
        offers = await group_alternatives(session, two)
    assert offers
    assert {one.pools for one in offers} == {(FAST, None)}
    offer = offers[0]
    again = tuple(
        replace(one, slot=offer.slot, pool_id=pool, connector_type=plug, quote=quote)
        for one, plug, quote, pool in zip(two.asks, offer.plugs, offer.quotes, offer.pools, strict=True)
    )
    assert await placed(sessions, await group(sessions, "g2", again)) == {}
    given = {one.reservation_code: one.pool_id for one in await held(sessions) if one.step == HoldStep.BOOK}
    assert (given[eager.code], given[other.code]) == (FAST, SLOW)


async def test_a_group_finds_no_offer_where_none_gives_all_of_them_their_energy(sessions: Sessions) -> None:
    await plant(sessions, make_seed(site(FAST, SLOW)))
    assert (await place_at(sessions, make_booking("first", slot=SLOT, pool_id=FAST))).held
    two = await group(
        sessions, "g", tuple(replace(one, energy=ENERGY) for one in asks("a", "b", slot=SLOT, pool_id=None))
    )
    async with sessions.begin() as session:
        assert await group_alternatives(session, two) == ()
