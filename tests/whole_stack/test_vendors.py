"""A reservation at a charger of each vendor ends well, and its driver pays for what the car took in."""

import asyncio

import pytest

from db.tables import Charger
from simulator.charge_point import VirtualChargePoint
from simulator.vendors import VENDORS, Vendor, Version
from tests.factories.visits import arrive, known_since_yesterday
from tests.whole_stack.place import Place, new_place
from tests.whole_stack.stack import Stack

ENERGY_WH = 9000
AT_ONCE = 5
OCCASIONS = sorted({vendor.occasion for vendor in VENDORS.values()})
"""When peculiarities show."""


@pytest.mark.timeout(240)
@pytest.mark.parametrize("occasion", OCCASIONS)
async def test_a_reservation_at_each_vendors_charger(stack: Stack, occasion: str) -> None:
    """Each in one version, in turn; `tests/ocpp_gateway/exchange/test_vendors.py` has a visit in all of them.

    Side by side, at a site of its own each: every failure is told, with the name of its vendor.
    """
    turns = asyncio.Semaphore(AT_ONCE)
    of_all = enumerate(VENDORS.values())
    plans = [
        (one, one.versions[n % len(one.versions)], turns) for n, one in of_all if one.occasion == occasion
    ]
    ends = await asyncio.gather(*(visit(stack, *plan) for plan in plans), return_exceptions=True)
    for end, (vendor, version, _) in zip(ends, plans, strict=True):
        if end is not None:
            end.add_note(f"at {vendor.name}, {version}")
    failures = [end for end in ends if end is not None]
    if failures:
        raise BaseExceptionGroup(occasion, failures)


async def visit(stack: Stack, vendor: Vendor, version: Version, turns: asyncio.Semaphore) -> None:
    async with turns, new_place(stack) as place:
        await reservation(vendor, version, place)


async def reservation(vendor: Vendor, version: Version, place: Place) -> None:
    await known_since_yesterday(place.stack.sessions, Charger.site_id == place.site_id)
    charger = await place.charger(version, profile=vendor)
    trip = await place.booked(10, 1800)
    await trip.until("LOCKED")
    await arrive(charger, place.card())
    await charger.charge(1, ENERGY_WH // 3)
    await trip.until("CHARGING")
    await happens(vendor, charger, place)
    await charger.charge(1, ENERGY_WH // 3)
    await charger.charge(1, ENERGY_WH // 3)
    await charger.stop_by_card(1, place.card())
    await charger.unplug(1)
    view = await trip.closed()
    assert (view["state"], view["energy_wh"]) == ("COMPLETED", ENERGY_WH)
    assert await trip.money() == [("succeeded", 536)]


async def happens(vendor: Vendor, charger: VirtualChargePoint, place: Place) -> None:
    """What it takes for the profile to show."""
    match vendor.occasion:
        case "coverage":
            await charger.vanish()
            await charger.charge(1, 0)
            await charger.come_back()
        case "power":
            await charger.reboot()
            await charger.unplug(1)
            await arrive(charger, place.card())
        case "fault":
            await charger.fault(0)
            await charger.recover(0)
            await charger.unplug(1)
            await arrive(charger, place.card())
        case "always":
            pass
