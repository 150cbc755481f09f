"""Who waits for a place, and who gets it when it becomes free."""

import asyncio
from collections.abc import Callable
from typing import Any

from domain.terms.tiers import Tier
from domain.terms.waiting import WaitingRules
from simulator.scenarios.arrivals import TEN_KWH_PAID
from simulator.scenarios.caller import expect_problem
from simulator.scenarios.expectation import Unmet, expect_equal
from simulator.scenarios.place import ChargerPlan, Place, rules, seconds
from simulator.scenarios.stage import GOOD_CARD, Scenario, Stage
from simulator.scenarios.trip import PATIENCE_S

_ENTRIES = "/v1/waiting-list-entries"
_POLL_S = 0.1


async def waiting_list(s: Stage) -> None:
    full = await s.book("otto", starts_in=35, lasts=60)
    booked = await full.reaches("CONFIRMED")
    refusal = await s.is_refused("nils", starts_in=35, lasts=60, saying="finds nothing free then")
    expect_problem(refusal, 409, "slot_unavailable")

    s.say("nils waits for it, and after him maja, whose time counts tenfold as a gold member")
    member = {"driver_id": s.scenario.driver_id("maja"), "site_id": s.scenario.places[0].id, "tier": "gold"}
    await s.operator("manager").post("/v1/operations/memberships", member, key="maja-gold")
    nils, maja = [await _joins(s, name, booked) for name in ("nils", "maja")]
    await _shows(s, "maja", maja, "to be first in line", lambda entry: entry["standing"]["place"] == 1)

    s.say("otto cancels: the place is kept for maja, who is asked first")
    await full.cancel()
    await full.ends("CANCELLED")
    offered = await _shows(s, "maja", maja, "to be offered the place", _has_offer)
    expect_equal("what nils is offered meanwhile", (await _entry(s, "nils", nils))["offer"], None)

    s.say("she declines, and nils is asked at once")
    await _says(s, "maja", offered, "decline")
    offered = await _shows(s, "nils", nils, "to be offered the place", _has_offer)
    code = offered["offer"]["code"]
    answer = await _says(s, "nils", offered, "accept")
    expect_equal("his reservation", answer["reservation"]["code"], code)
    over = (await _entry(s, "maja", maja))["state"], (await _entry(s, "nils", nils))["state"]
    expect_equal("what became of both", over, ("declined", "booked"))

    s.say("nils comes and charges like anybody who has booked")
    trip = next(one for one in await s.trips_of("nils") if one.code == code)
    await trip.reaches("LOCKED", within=2 * PATIENCE_S)
    await s.bay.accepts(s.card("nils"))
    await trip.reaches("ARRIVED")
    await s.bay.plug_in()
    await trip.reaches("CHARGING")
    await s.bay.charge(10)
    await s.bay.charger.stop_by_card(1, s.card("nils"))
    await s.bay.unplug()
    await trip.ends("COMPLETED")
    await trip.holds_nothing("completed")
    await trip.paid(TEN_KWH_PAID)


async def _joins(s: Stage, name: str, wanted: dict[str, Any]) -> str:
    body = {
        "site_id": s.scenario.places[0].id,
        "start": wanted["start"],
        "end": wanted["end"],
        "lasts_minutes": max(1, int(s.scenario.pace)),
        "payment_method": GOOD_CARD,
    }
    return str((await s.app(name).post(_ENTRIES, body, key=f"{name}-waits"))["id"])


async def _entry(s: Stage, name: str, entry_id: str) -> dict[str, Any]:
    return await s.app(name).get(f"{_ENTRIES}/{entry_id}")


async def _shows(
    s: Stage, name: str, entry_id: str, expected: str, condition: Callable[[dict[str, Any]], bool]
) -> dict[str, Any]:
    """Wait until `condition` holds of the entry."""
    entry: dict[str, Any] = {}
    try:
        async with asyncio.timeout(PATIENCE_S * s.scenario.pace):
            while not condition(entry := await _entry(s, name, entry_id)):  # noqa: ASYNC110 - as of a trip
                await asyncio.sleep(_POLL_S)
    except TimeoutError:
        raise Unmet(f"{name} {expected}", entry) from None
    return entry


def _has_offer(entry: dict[str, Any]) -> bool:
    return entry["offer"] is not None


async def _says(s: Stage, name: str, entry: dict[str, Any], word: str) -> dict[str, Any]:
    body = {"offer": entry["offer"]["code"]}
    return await s.app(name).post(f"{_ENTRIES}/{entry['id']}/{word}", body, pending=word == "accept")


SCENARIOS = (
    Scenario(
        id="waiting-list",
        title="A place that becomes free is offered to who waits: a member first, and the next when they decline",
        places=(
            Place(
                id="quay",
                name="Quay",
                chargers=(ChargerPlan(id="quay-1", version="1.6"),),
                policy=rules(
                    tiers=(Tier(name="gold", queue_weight=10),), waiting=WaitingRules(patience=seconds(8))
                ),
                latitude=22.0,
            ),
        ),
        cards={"nils": "CARD-NILS"},
        drivers=("otto", "maja"),
        tell=waiting_list,
    ),
)
