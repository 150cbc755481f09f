"""Bookings on the spot: that connector, from this moment, or an offer that can be booked from afar."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from activities.holds.activities import HoldActivities
from contracts.holds import PlaceHold
from db.engine import Sessions
from domain.place.slots import Slot
from tests.activities.holds.hold_desk import (
    connector_of,
    hold_row,
    place_at,
    refusal_of,
    refused_with,
    start_walk_in,
)
from tests.factories import NOON, make_booking, make_seed, make_site, make_slot, plant

HERE = NOON + timedelta(minutes=7, seconds=12)


def here(connector_id: int, name: str = "here", until: int = 60, **over: Any) -> PlaceHold:
    slot = Slot(HERE, NOON + timedelta(minutes=until))
    return make_booking(name, slot=slot, now=HERE, connector_id=connector_id, **over)


async def test_who_has_booked_for_later_makes_way_at_the_bay_where_somebody_stands(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(make_site(chargers=2)))
    soon = await place_at(sessions, make_booking("soon", slot=make_slot(45)))
    taken = connector_of(soon)
    decision = await holds.place_hold(here(taken))
    assert connector_of(decision) == taken
    assert (await hold_row(sessions, soon)).connector_id != taken
    row = await hold_row(sessions, decision)
    assert (row.slot_start, row.slot_end) == (HERE, NOON + timedelta(hours=1))
    assert await holds.place_hold(here(taken)) == decision


async def test_one_that_somebody_is_on_is_refused_with_what_can_be_booked_instead(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed(make_site(chargers=2)))
    await start_walk_in(sessions, 1)
    offers = await refused_with(holds, here(1))
    assert offers
    offer = offers[0]
    ask = replace(here(1, "again"), slot=offer.slot, connector_id=None)
    assert connector_of(await holds.place_hold(ask)) == 2


async def test_its_end_is_on_the_grid_and_its_length_as_of_any_other(
    holds: HoldActivities, sessions: Sessions
) -> None:
    await plant(sessions, make_seed())
    for name, until in (("off", 61), ("short", 15), ("long", 600)):
        assert refusal_of(await holds.place_hold(here(1, name, until))) == "slot_invalid"
    assert refusal_of(await holds.place_hold(replace(here(1, "afar"), connector_id=None))) == "slot_invalid"
