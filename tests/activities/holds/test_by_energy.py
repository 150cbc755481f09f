"""Asked for by energy: what is shown as free is bookable by the same energy, and long enough where it is given."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from activities.holds.activities import HoldActivities
from contracts.holds import ReleaseHolds
from db.engine import Sessions
from db.queries.place.availability import availability
from db.queries.place.by_energy import AskedByEnergy, SlotByEnergy, slot_by_energy
from db.queries.place.pool_facts import fitting_pools
from db.seed import ChargerSeed, ConnectorSeed, PoolSeed, SiteSeed
from domain.errors import EnergyBeyondSlot
from domain.place.energy import EnergyWanted, reckon
from domain.place.slots import Slot
from domain.reservation.release import ReleaseReason
from tests.activities.holds.hold_desk import NOW, refusal_of
from tests.factories import NOON, make_booking, make_policy, make_seed, make_site, make_slot, plant

CCS, TYPE2 = "IEC_62196_T2_COMBO", "IEC_62196_T2"
POLICY = make_policy(open_reservations_per_driver=1000)


def two_kinds() -> SiteSeed:
    """Two connectors of 150 kW, one of 22 kW."""
    pools = (
        PoolSeed(id="north-dc", name="DC", power_w=150_000, walk_in_connectors=0, connector_type=CCS),
        PoolSeed(id="north-ac", name="AC", power_w=22_000, walk_in_connectors=0, connector_type=TYPE2),
    )
    chargers = tuple(
        ChargerSeed(id=f"NORTH-{n}", password="pw", connectors=(ConnectorSeed(pool_id=pool, number=1),))
        for n, pool in enumerate(("north-dc", "north-dc", "north-ac"), start=1)
    )
    return replace(make_site(zone="UTC"), pools=pools, chargers=chargers)


async def slot_of(
    sessions: Sessions, wanted: EnergyWanted, slot: Slot, pool_id: str | None = None
) -> SlotByEnergy:
    async with sessions() as session:
        pools = await fitting_pools(session, "north", pool_id=pool_id, connector_type=None)
        ask = AskedByEnergy(wanted=wanted, start=slot.start, pools=pools, driver_id="driver-x")
        return await slot_by_energy(session, ask, POLICY, NOW)


@pytest.mark.parametrize("seed", range(2))
async def test_a_window_offered_by_energy_is_bookable_by_the_same_energy(
    holds: HoldActivities, sessions: Sessions, seed: int
) -> None:
    random = Random(seed)
    await plant(sessions, make_seed(two_kinds(), policy=POLICY))
    for n in range(8):
        slot = make_slot(15 * random.randrange(0, 8), 15 * random.randrange(2, 9))
        pool = random.choice(["north-dc", "north-ac"])
        await holds.place_hold(make_booking(f"before-{n}", slot=slot, pool_id=pool))
    wanted = EnergyWanted(energy_wh=random.randrange(5_000, 60_000), max_ac_w=11_000)
    async with sessions() as session:
        shown = await availability(
            session, site_id="north", start=NOON, end=NOON + timedelta(hours=2), now=NOW, energy=wanted
        )
    free = {(one.pool.id, window.slot): window.free > 0 for one in shown.pools for window in one.windows}
    assert {*free.values()} == {True, False}
    power = {one.pool.id: (one.pool.connector_type, one.pool.power_w) for one in shown.pools}
    for (pool_id, slot), is_free in sorted(free.items(), key=lambda one: one[0][1].start):
        named = await slot_of(sessions, wanted, slot, pool_id)
        assert (named.slot, named.pool_id) == (slot, None)
        any_pool = await slot_of(sessions, wanted, slot)
        anywhere = any(yes for (_, window), yes in free.items() if window.start == slot.start)
        given = any_pool.pool_id or "north-dc"
        assert any_pool.slot.length >= reckon(wanted, *power[given], POLICY.slots).exact
        for ask, accepted in ((named, is_free), (any_pool, anywhere)):
            booking = make_booking(
                f"{seed}-{pool_id}-{slot.start:%H%M}-{ask is named}",
                slot=ask.slot,
                pool_id=pool_id if ask is named else ask.pool_id,
            )
            decision = await holds.place_hold(booking)
            assert (decision.held is not None) == accepted
            await holds.release_holds(
                ReleaseHolds(code=booking.code, reason=ReleaseReason.CANCELLED, now=NOW)
            )


async def test_without_a_pool_it_is_as_long_as_where_there_is_a_place(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(two_kinds(), policy=POLICY))
    wanted, start = EnergyWanted(energy_wh=22_000), make_slot()
    found = await slot_of(sessions, wanted, start)
    assert (found.pool_id, found.slot.length) == ("north-dc", timedelta(minutes=15))
    for name in ("one", "two"):
        assert (await holds.place_hold(make_booking(name))).held is not None
    slower = await slot_of(sessions, wanted, start)
    assert (slower.pool_id, slower.slot.length) == ("north-ac", timedelta(hours=1))
    assert (await holds.place_hold(make_booking("three", pool_id="north-ac", slot=slower.slot))).held
    full = await slot_of(sessions, wanted, start)
    assert full == found
    refused = await holds.place_hold(make_booking("four", slot=full.slot))
    assert refusal_of(refused) == "slot_unavailable"


async def test_who_needs_more_than_a_slot_gives_anywhere_is_told_what_would_fit(sessions: Sessions) -> None:
    policy = replace(POLICY, slots=replace(POLICY.slots, longest=timedelta(hours=1)))
    await plant(sessions, make_seed(two_kinds(), policy=policy))
    slow = EnergyWanted(energy_wh=40_000)
    async with sessions() as session:
        pools = await fitting_pools(session, "north", pool_id=None, connector_type=None)
        ask = AskedByEnergy(wanted=slow, start=NOON, pools=pools, driver_id="driver-x")
        found = await slot_by_energy(session, ask, policy, NOW)
        assert found.pool_id == "north-dc"  # at 22 kW no slot would do
        with pytest.raises(EnergyBeyondSlot):
            await slot_by_energy(session, replace(ask, wanted=replace(slow, energy_wh=151_000)), policy, NOW)
