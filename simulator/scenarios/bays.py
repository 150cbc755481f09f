"""Bays that are not alike: kept for who needs them, and long enough for lorries."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from domain.terms.policy import SlotLengths
from simulator.scenarios.caller import expect_problem
from simulator.scenarios.expectation import expect, expect_equal
from simulator.scenarios.place import ChargerPlan, Place, rules, seconds
from simulator.scenarios.stage import Scenario, Stage
from simulator.scenarios.trip import Trip

_KEPT_UNTIL = 20.0
"""Seconds before a slot."""
_BREAK, _NIGHT = timedelta(minutes=45), timedelta(hours=10)
_PLUG = "MCS"


async def accessible(s: Stage) -> None:
    s.say("one of the two bays is for people with disabilities")
    await _declare(s, {"label": "Bay clinic-1-1", "accessible": True, "width_cm": 350})
    other = await s.book("lars", starts_in=45, lasts=60)
    expect_equal("the bay", await _bay(other), "Bay clinic-1-2")

    s.say("edda would like one in a while: what is free then is kept")
    refusal = await s.is_refused("edda", starts_in=60, lasts=10)
    expect_problem(refusal, 409, "slot_unavailable")
    expect("opens" in refusal.problem.document, "from when on it is not", refusal.problem.document)
    s.say("not for jule, who needs it")
    needs = {"needs": {"accessible": True}}
    trip = await s.book("jule", starts_in=60, lasts=10, asks=needs)
    expect_equal("the bay", await _bay(trip), "Bay clinic-1-1")
    await trip.cancel()
    await trip.ends("CANCELLED")

    s.say("shortly before a slot it is anybody's")
    first = await s.book("lars", starts_in=_KEPT_UNTIL - 5, lasts=10)
    soon = await s.book("edda", starts_in=_KEPT_UNTIL - 5, lasts=8)
    expect_equal("the bays", [await _bay(first), await _bay(soon)], ["Bay clinic-1-2", "Bay clinic-1-1"])
    for one in (first, soon, other):
        await one.cancel()
    for one in (trip, first, soon, other):
        await one.ends("CANCELLED")
        await one.holds_nothing("cancelled")
        await one.paid(0)


async def lorry(s: Stage) -> None:
    long = {"label": "Bay autohof-2", "length_cm": 1800, "trailer": True, "drive_through": True}
    await _declare(s, long)
    s.say("bert keeps his lorry in the app, with its trailer")
    vehicle = await s.app("bert").post(
        "/v1/vehicles", {"plate": "HH SK 16", "plugs": [_PLUG], "length_cm": 1650, "trailer": True}
    )
    his = {"vehicle_id": vehicle["id"]}
    pause = await s.book(
        "bert", starts_in=40, lasts=_BREAK.total_seconds(), asks=his, saying="books his break"
    )
    night = await s.book(
        "bert", starts_in=3_000, lasts=_NIGHT.total_seconds(), asks=his, saying="and the night"
    )
    for trip in (pause, night):
        expect_equal("the bay", await _bay(trip), "Bay autohof-2")
        await trip.holds_one()

    s.say("where cars charge, nobody stays the night")
    refusal = await s.is_refused(
        "carl", starts_in=40, lasts=_NIGHT.total_seconds(), plug="IEC_62196_T2_COMBO"
    )
    expect_problem(refusal, 422, "slot_invalid")
    for trip in (pause, night):
        await trip.cancel()
        await trip.ends("CANCELLED")
        await trip.holds_nothing("cancelled")
        await trip.paid(0)


async def _declare(s: Stage, bay: dict[str, Any]) -> None:
    site = s.scenario.places[0].id
    body = {"bays": [bay], "reason": "Measured"}
    await s.operator("manager").put(f"/v1/operations/sites/{site}/bays", body)


async def _bay(trip: Trip) -> str:
    return str((await trip.view())["bay"]["label"]).split(" · ")[0]


SCENARIOS = (
    Scenario(
        id="accessible",
        title="Accessible bay: kept for who needs it, open to all shortly before",
        places=(
            Place(
                id="clinic",
                name="Clinic",
                chargers=(ChargerPlan(id="clinic-1", version="2.0.1", connectors=2),),
                policy=rules(
                    slots=replace(rules().slots, accessible_kept_until=seconds(_KEPT_UNTIL)), cancellation=()
                ),
                latitude=27.0,
            ),
        ),
        drivers=("lars", "edda", "jule"),
        tell=accessible,
    ),
    Scenario(
        id="lorry",
        title="Lorry: its break and the night, on the bay that is long enough",
        places=(
            Place(
                id="autohof",
                name="Autohof",
                chargers=(
                    ChargerPlan(id="autohof-1", version="2.0.1"),
                    ChargerPlan(id="autohof-2", version="2.0.1", plugs=(_PLUG,)),
                ),
                policy=rules(
                    slots=replace(
                        rules().slots,
                        pools=(SlotLengths(pool_id=f"autohof-pool-{_PLUG}", longest=timedelta(hours=11)),),
                    ),
                    cancellation=(),
                ),
                latitude=26.0,
            ),
        ),
        drivers=("bert", "carl"),
        tell=lorry,
    ),
)
