"""When a connector fails the driver gets an equal or better one, here before nearby."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from activities.holds.activities import HoldActivities
from contracts.holds import ReleaseHolds
from db.engine import Sessions
from db.seed import ChargerSeed, ConnectorSeed, PoolSeed
from db.tables import Pool
from domain.reservation.release import ReleaseReason
from domain.whereabouts import Whereabouts
from tests.activities.holds.hold_desk import connector_of, hold_row, refusal_of, replacement, set_status
from tests.factories import (
    NOON,
    make_booking,
    make_seed,
    make_site,
    plant,
)

_TWINS = tuple(ConnectorSeed(pool_id="north-dc", number=number, bay="Bay 1") for number in (1, 2))
TWIN_PLUGS = replace(
    make_site(),
    pools=(PoolSeed(id="north-dc", name="CCS"),),
    chargers=(
        ChargerSeed(id="N-1", connectors=_TWINS),
        ChargerSeed(id="N-2", connectors=(ConnectorSeed(pool_id="north-dc", number=1, bay="Bay 2"),)),
    ),
)
"""Of two bays the first has two plugs of one type."""


async def test_a_replacement_is_a_second_locked_hold_and_repeatable(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(make_site(chargers=2, walk_in=1)))
    booked = await holds.place_hold(make_booking())
    ask = replacement(exclude_connectors=(connector_of(booked),), now=NOON + timedelta(minutes=10))
    second = await holds.hold_replacement(ask)
    assert connector_of(second) != connector_of(booked)  # the walk-in share does not apply
    assert await holds.hold_replacement(ask) == second
    row = await hold_row(sessions, second)
    assert (row.during.lower, row.during.upper) == (ask.now, NOON + timedelta(minutes=65))
    assert row.locked_at == ask.now
    assert (await hold_row(sessions, booked)).released_at is None


async def test_a_replacement_goes_nearby_only_when_the_site_has_nothing(
    holds: HoldActivities, sessions: Sessions
) -> None:
    weak = make_site(site_id="weak", power_w=22_000, latitude=52.521)
    other_plug = make_site(site_id="plug", connector_type="CHADEMO", latitude=52.522)
    near = make_site(site_id="near", latitude=52.55)
    nearer = make_site(site_id="nearer", latitude=52.53, address="Nearer Street 1")
    ids = await plant(sessions, make_seed(make_site(chargers=1), weak, other_plug, near, nearer))
    booked = await holds.place_hold(make_booking())
    second = await holds.hold_replacement(replacement(exclude_connectors=(connector_of(booked),)))
    assert second.held is not None
    assert second.held.assignment.site_id == "nearer"
    assert second.site == Whereabouts(
        site_id="nearer", name="Site nearer", address="Nearer Street 1", distance_m=1_112
    )
    everything = tuple(ids.values())
    nothing = await holds.hold_replacement(replacement(step="reroute-2", exclude_connectors=everything))
    assert refusal_of(nothing) == "slot_unavailable"


async def test_a_late_driver_gets_the_old_connector_back_when_it_is_free(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(make_site(chargers=3)))
    booked = await holds.place_hold(make_booking())
    await holds.release_holds(ReleaseHolds(code=make_booking().code, reason=ReleaseReason.NO_SHOW, now=NOON))
    again = await holds.hold_replacement(replacement(step="late-1", prefer_connector_id=connector_of(booked)))
    assert connector_of(again) == connector_of(booked)


async def test_an_operator_names_the_connector(holds: HoldActivities, sessions: Sessions) -> None:
    ids = await plant(sessions, make_seed(make_site(chargers=3)))
    await holds.place_hold(make_booking())
    named = replacement(only_connector_id=ids["NORTH-3", 1], exclude_connectors=(ids["NORTH-1", 1],))
    assert connector_of(await holds.hold_replacement(named)) == ids["NORTH-3", 1]
    await set_status(sessions, ids["NORTH-2", 1], "faulted")
    broken = replacement(step="reroute-2", only_connector_id=ids["NORTH-2", 1])
    assert refusal_of(await holds.hold_replacement(broken)) == "slot_unavailable"


async def test_a_place_instead_of_another_gives_that_back_with_it(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(make_site(chargers=2)))
    booked = await holds.place_hold(make_booking())
    ask = replacement(exclude_connectors=(connector_of(booked),), instead=True)
    moved = await holds.hold_replacement(ask)
    assert await holds.hold_replacement(ask) == moved
    former = await hold_row(sessions, booked)
    assert (former.released_at, former.release_reason) == (NOON, ReleaseReason.REROUTED)
    assert (await hold_row(sessions, moved)).released_at is None
    assert (await holds.place_hold(make_booking("next"))).held is not None


async def test_a_place_instead_of_another_that_is_not_found_leaves_that_as_it_was(
    holds: HoldActivities, sessions: Sessions
) -> None:
    ids = await plant(sessions, make_seed(make_site(chargers=2)))
    booked = await holds.place_hold(make_booking())
    nothing = await holds.hold_replacement(replacement(exclude_connectors=tuple(ids.values()), instead=True))
    assert refusal_of(nothing) == "slot_unavailable"
    assert (await hold_row(sessions, booked)).released_at is None


@pytest.mark.parametrize("instead", [False, True])
@pytest.mark.parametrize("named", [False, True])
async def test_the_other_plug_of_the_own_bay_is_the_nearest_replacement(
    holds: HoldActivities, sessions: Sessions, *, named: bool, instead: bool
) -> None:
    """The same hold goes there, so that nobody is promised the bay in between."""
    ids = await plant(sessions, make_seed(TWIN_PLUGS))
    booked = await holds.place_hold(make_booking())
    own = connector_of(booked)
    (other,) = (ids["N-1", number] for number in (1, 2) if ids["N-1", number] != own)
    await set_status(sessions, own, "faulted")
    ask = replacement(exclude_connectors=(own,), instead=instead, only_connector_id=other if named else None)
    moved = await holds.hold_replacement(ask)
    assert connector_of(moved) == other
    assert await holds.hold_replacement(ask) == moved
    row = await hold_row(sessions, moved)
    assert (row.released_at, row.id) == (None, (await hold_row(sessions, booked)).id)
    again = await holds.hold_replacement(replacement(step="reroute-2", exclude_connectors=(own, other)))
    assert connector_of(again) == ids["N-2", 1]


@pytest.mark.parametrize(
    ("status", "beside_too"), [("charging", True), ("faulted", True), ("available", False)]
)
async def test_another_bay_replaces_one_whose_other_plug_will_not_do(
    holds: HoldActivities, sessions: Sessions, status: str, *, beside_too: bool
) -> None:
    ids = await plant(sessions, make_seed(TWIN_PLUGS))
    own = connector_of(await holds.place_hold(make_booking()))
    (other,) = (ids["N-1", number] for number in (1, 2) if ids["N-1", number] != own)
    await set_status(sessions, own, "faulted")
    await set_status(sessions, other, status)
    ask = replacement(exclude_connectors=(own,), beside_too=beside_too)
    assert connector_of(await holds.hold_replacement(ask)) == ids["N-2", 1]


async def test_who_finds_a_place_at_the_site_waits_for_nobody_elsewhere(
    holds: HoldActivities, sessions: Sessions
) -> None:
    near = make_site(site_id="near", latitude=52.53)
    ids = await plant(sessions, make_seed(make_site(chargers=2), near))
    booked = await holds.place_hold(make_booking())
    async with sessions.begin() as elsewhere:
        await elsewhere.execute(select(Pool).where(Pool.site_id == "near").with_for_update())
        async with asyncio.timeout(20):
            here = await holds.hold_replacement(replacement(exclude_connectors=(connector_of(booked),)))
            named = replacement(step="reroute-2", only_connector_id=ids["NORTH-1", 1])
            assert refusal_of(await holds.hold_replacement(named)) == "slot_unavailable"
    assert here.held is not None
    assert here.held.assignment.site_id == "north"


async def test_the_booking_stays_the_yardstick_after_a_move_to_less(
    holds: HoldActivities, sessions: Sessions
) -> None:
    """An operator moved the driver to a weak one; when that fails the driver is owed what was booked, not the like."""
    weak = make_site(site_id="weak", chargers=2, power_w=22_000, latitude=52.521)
    near = make_site(site_id="near", latitude=52.55)
    ids = await plant(sessions, make_seed(make_site(chargers=1), weak, near))
    booked = await holds.place_hold(make_booking())
    await set_status(sessions, connector_of(booked), "faulted")
    named = replacement(only_connector_id=ids["WEAK-1", 1], instead=True)
    assert connector_of(await holds.hold_replacement(named)) == ids["WEAK-1", 1]
    again = replacement(
        step="reroute-2", site_id="weak", power_w=22_000, exclude_connectors=(ids["WEAK-1", 1],)
    )
    moved = await holds.hold_replacement(again)
    assert moved.held is not None
    assert moved.held.assignment.site_id == "near"
    assert moved.site is not None
    assert moved.site.distance_m == 3_336  # from the site that was booked, not from `weak`
