"""Bays as they are: a booking gets one that takes its car, keeps it through changes, and is told what there is else."""

from dataclasses import replace
from datetime import timedelta

import pytest

from activities.holds.activities import HoldActivities
from contracts.holds import MoveHold
from db.engine import Sessions
from db.queries.place.availability import availability
from db.seed import BaySeed, ChargerSeed, ConnectorSeed, PoolSeed, Seed
from domain.errors import SlotInvalid
from domain.place.fit import Needs
from domain.place.slots import Slot
from domain.terms.policy import SlotLengths
from tests.activities.holds.hold_desk import NOW, connector_of, hold_row, refusal_of, replacement, set_status
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

BREAK = timedelta(minutes=45)
"""Of lorry drivers, after four and a half hours."""
WHEELCHAIR, LORRY = Needs(accessible=True), Needs(length_cm=1200, trailer=True)
BAYS = (
    BaySeed(label="Bay 1", accessible=True),
    BaySeed(label="Bay 2", length_cm=1800, trailer=True, drive_through=True),
    BaySeed(label="Bay 3", length_cm=500, height_cm=200),
)


async def planted(sessions: Sessions) -> list[int]:
    ids = await plant(sessions, make_seed(make_site(chargers=3, zone="UTC", bays=BAYS)))
    return [ids[f"NORTH-{n}", 1] for n in (1, 2, 3)]


async def test_each_gets_a_bay_that_fits_and_whoever_fits_elsewhere_makes_way(
    holds: HoldActivities, sessions: Sessions
) -> None:
    accessible, long, short = await planted(sessions)
    high = await holds.place_hold(make_booking("high", needs=Needs(height_cm=190)))
    assert connector_of(high) == short
    car = await holds.place_hold(make_booking("car"))
    assert connector_of(car) == long
    refused = await holds.place_hold(make_booking("other"))
    assert refusal_of(refused) == "slot_unavailable"
    assert refused.refusal is not None
    assert refused.refusal.why.code == "kept_accessible"
    assert refused.refusal.why.written == {"opens": (NOON - timedelta(hours=1)).isoformat()}
    chair = await holds.place_hold(make_booking("chair", needs=WHEELCHAIR))
    assert connector_of(chair) == accessible
    assert (await hold_row(sessions, chair)).needs is not None


async def test_what_was_asked_of_the_bay_is_kept_through_moves_and_replacements(
    holds: HoldActivities, sessions: Sessions
) -> None:
    _, long, _ = await planted(sessions)
    placed = await holds.place_hold(make_booking(needs=LORRY))
    assert connector_of(placed) == long
    assert placed.held is not None
    ask = MoveHold(
        code=make_booking().code,
        hold_id=placed.held.assignment.hold_id,
        slot=make_slot(60, 60),
        keep_connector=False,
        now=NOW,
        terms=make_terms(),
    )
    assert connector_of(await holds.move_hold(ask)) == long
    await set_status(sessions, long, "faulted")
    instead = await holds.hold_replacement(
        replacement(exclude_connectors=(long,), now=NOON - timedelta(minutes=15))
    )
    assert refusal_of(instead) == "slot_unavailable"


async def test_a_slot_later_than_the_hour_before_is_open_to_all_and_shown_so(
    holds: HoldActivities, sessions: Sessions
) -> None:
    accessible, *_ = await planted(sessions)
    for name in ("one", "two"):
        assert (await holds.place_hold(make_booking(name))).held is not None
    late = NOON - timedelta(hours=1)

    async def free(needs: Needs, now: object = NOW) -> int:
        async with sessions() as session:
            found = await availability(
                session,
                site_id="north",
                start=NOON,
                end=NOON + timedelta(minutes=15),
                now=late if now is late else NOW,
                length=timedelta(hours=1),
                needs=needs,
            )
        return found.pools[0].windows[0].free

    assert (await free(Needs()), await free(WHEELCHAIR), await free(Needs(), late)) == (0, 1, 1)
    assert connector_of(await holds.place_hold(make_booking("three", now=late))) == accessible


async def test_who_fits_nowhere_is_told_why_and_what_else_there_is(
    holds: HoldActivities, sessions: Sessions
) -> None:
    near = make_site(site_id="quay", chargers=1, zone="UTC", longitude=13.406)
    tight = (BaySeed(label="Bay 1", height_cm=200), BaySeed(label="Bay 2", height_cm=230))
    await plant(sessions, make_seed(make_site(zone="UTC", bays=tight), near))
    van = make_booking(pool_id=None, needs=Needs(height_cm=280))
    refused = await holds.place_hold(van)
    assert refusal_of(refused) == "no_fit"
    assert refused.refusal is not None
    assert refused.refusal.why.written == {"misfits": ["height"], "largest": "– × – × 230"}
    assert refused.refusal.asks_for_others
    assert [one.site_id for one in (await holds.find_alternatives(van)).found] == ["quay"]


async def test_a_vehicle_gets_a_plug_it_has_the_best_first(holds: HoldActivities, sessions: Sessions) -> None:
    slow = make_site(site_id="slow", chargers=1, zone="UTC", connector_type="IEC_62196_T2", latitude=50.0)
    await plant(sessions, make_seed(slow))
    car = Needs(plugs=("IEC_62196_T2_COMBO", "IEC_62196_T2"))
    placed = await holds.place_hold(make_booking(site_id="slow", pool_id=None, needs=car))
    assert placed.held is not None
    other = make_booking("two", site_id="slow", pool_id=None, needs=Needs(plugs=("CHADEMO",)))
    refused = await holds.place_hold(other)
    assert refusal_of(refused) == "no_fit"
    assert refused.refusal is not None
    assert refused.refusal.why.written == {"misfits": ["plug"], "largest": ""}


def truck_stop() -> Seed:
    """Cars for half an hour to two hours by the half hour, lorries for 45 minutes to 11 hours by the quarter."""
    cars, lorries = (
        PoolSeed(id="north-dc", name="Cars"),
        PoolSeed(id="north-hgv", name="Lorries", power_w=350_000),
    )
    chargers = tuple(
        ChargerSeed(id=f"NORTH-{n}", connectors=(ConnectorSeed(pool_id=pool, bay=f"Bay {n}"),))
        for n, pool in enumerate(("north-dc", "north-hgv"), 1)
    )
    lengths = SlotLengths(
        pool_id="north-hgv", shortest=BREAK, longest=timedelta(hours=11), step=timedelta(minutes=15)
    )
    half = timedelta(minutes=30)
    slots = make_slot_rules(step=half, shortest=half, longest=timedelta(hours=2), pools=(lengths,))
    site = make_site(
        zone="UTC",
        bays=(BaySeed(label="Bay 2", length_cm=1800, trailer=True, drive_through=True),),
        policy=make_policy(slots=slots),
    )
    return make_seed(replace(site, pools=(cars, lorries), chargers=chargers))


async def test_lorries_book_their_break_and_the_night_where_bays_are_for_them(
    holds: HoldActivities, sessions: Sessions
) -> None:
    ids = await plant(sessions, truck_stop())
    night = Slot(NOON + timedelta(hours=8, minutes=15), NOON + timedelta(hours=19))
    lorry = await holds.place_hold(make_booking("night", pool_id=None, needs=LORRY, slot=night))
    assert connector_of(lorry) == ids["NORTH-2", 1]
    assert lorry.terms is not None
    slots = lorry.terms.policy.slots
    assert (slots.longest, slots.step, slots.pools) == (timedelta(hours=11), timedelta(minutes=15), ())
    pause = await holds.place_hold(make_booking("break", pool_id=None, needs=LORRY, slot=make_slot(0, 45)))
    assert connector_of(pause) == ids["NORTH-2", 1]
    for name, slot in (("night", night), ("break", make_slot(0, 45))):
        car = make_booking(f"car-{name}", slot=slot)
        assert refusal_of(await holds.place_hold(car)) == "slot_invalid"
    elsewhere = make_booking("any", pool_id=None, connector_type="IEC_62196_T2_COMBO", slot=make_slot(0, 60))
    assert connector_of(await holds.place_hold(elsewhere)) == ids["NORTH-1", 1]


async def test_each_pool_shows_what_its_own_slots_allow(sessions: Sessions) -> None:
    await plant(sessions, truck_stop())

    async def starts(length: timedelta) -> dict[str, list[int]]:
        async with sessions() as session:
            found = await availability(
                session,
                site_id="north",
                start=NOON,
                end=NOON + timedelta(hours=1),
                now=NOW,
                length=length,
            )
        return {one.pool.id: [w.slot.start.minute for w in one.windows] for one in found.pools}

    assert await starts(timedelta(minutes=60)) == {"north-dc": [0, 30], "north-hgv": [0, 15, 30, 45]}
    assert await starts(BREAK) == {"north-dc": [], "north-hgv": [0, 15, 30, 45]}
    assert await starts(timedelta(hours=11)) == {"north-dc": [], "north-hgv": [0, 15, 30, 45]}
    with pytest.raises(SlotInvalid):
        await starts(timedelta(hours=12))
