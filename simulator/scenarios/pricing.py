"""Prices that vary: what was shown is charged, whatever becomes of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from simulator.scenarios.arrivals import TEN_KWH_BILL, TEN_KWH_PAID
from simulator.scenarios.expectation import expect, expect_equal
from simulator.scenarios.place import CURRENCY, PER_KWH, ChargerPlan, Place, rules
from simulator.scenarios.stage import Scenario, Stage

_RUSH = 3 * PER_KWH


async def price_kept(s: Stage) -> None:
    site, app = s.scenario.places[0].id, s.app("xenia")
    start = datetime.now(UTC) + timedelta(seconds=8 * s.scenario.pace)
    wanted = {
        "site_id": site,
        "start": start.isoformat(),
        "end": (start + timedelta(seconds=25 * s.scenario.pace)).isoformat(),
    }
    s.say("xenia asks what her slot would cost")
    shown = await app.post("/v1/quotes", wanted)
    expect_equal("the price shown", shown["terms"]["energy_per_kwh"]["minor"], PER_KWH)

    s.say("then the operator lets the price rise, at any time of the week")
    band = {"name": "Rush", "energy_per_kwh": _RUSH}
    prices = {"rules": {"currency": CURRENCY, "bands": [band]}, "reason": "Trade fair"}
    await s.operator("piet").post(f"/v1/operations/sites/{site}/price-rules", prices)
    risen = (await app.post("/v1/quotes", wanted))["terms"]
    expect_equal("the price now", risen["energy_per_kwh"]["minor"], _RUSH)
    s.say(f"who asks now is told: {risen['price_reasons'][0]['text']}")

    trip = await s.book_quoted("xenia", shown)
    booked = await trip.reaches("LOCKED")
    expect_equal("the price booked", booked["terms"]["energy_per_kwh"]["minor"], PER_KWH)
    await s.bay.accepts(s.card("xenia"))
    await s.bay.plug_in()
    await trip.reaches("CHARGING")
    await s.bay.charge(10)
    await s.bay.charger.stop_by_card(1, s.card("xenia"))
    await s.bay.unplug()
    await trip.ends("COMPLETED")
    s.say("she pays what she was shown")
    await trip.bill(**TEN_KWH_BILL)
    await trip.paid(TEN_KWH_PAID)


async def by_energy(s: Stage) -> None:
    site, app = s.scenario.places[0].id, s.app("bert")
    s.say("bert names no end: 30 kWh for a car that takes 120 kW, on a battery that shall be full")
    start = datetime.now(UTC) + timedelta(seconds=8 * s.scenario.pace)
    battery = {"battery_wh": 60_000, "soc_now": 50, "soc_target": 100, "max_dc_w": 120_000}
    told = await app.post("/v1/quotes", {"site_id": site, "start": start.isoformat(), "energy": battery})
    reckoned = told["reckoned"]
    expect_equal("the energy", (reckoned["energy_wh"], reckoned["tapered_wh"]), (30_000, 12_000))
    expect_equal("the limit", (reckoned["power_w"], reckoned["limited_by"]), (120_000, "vehicle"))
    # 18 kWh at 120 kW take 9 minutes, the last 12 at a third of that a good 18.
    length = datetime.fromisoformat(told["end"]) - datetime.fromisoformat(told["start"])
    expect(timedelta(minutes=27) <= length < timedelta(minutes=28), "a slot of 27 minutes", length)
    s.say(f"his slot is {length.total_seconds() / 60:.0f} minutes long: {told['estimate']['text']}")

    trip = await s.book_quoted("bert", told, energy=battery)
    booked = datetime.fromisoformat((await trip.reaches("LOCKED"))["end"])
    expect_equal("the end that was reckoned", booked, datetime.fromisoformat(told["end"]))
    await s.bay.accepts(s.card("bert"))
    await s.bay.plug_in()
    await trip.reaches("CHARGING")
    await s.bay.charge(10)
    await s.bay.charger.stop_by_card(1, s.card("bert"))
    await s.bay.unplug()
    await trip.ends("COMPLETED")
    await trip.paid(TEN_KWH_PAID)


SCENARIOS = (
    Scenario(
        id="price-kept",
        title="A price that was shown is charged, though it rose before the booking",
        places=(
            Place(
                id="arcade",
                name="Arcade",
                chargers=(ChargerPlan(id="arcade-1", version="1.6"),),
                policy=rules(),
                latitude=21.5,
            ),
        ),
        cards={"xenia": "CARD-XENIA"},
        begins_in=3,
        tell=price_kept,
    ),
    Scenario(
        id="by-energy",
        title="A slot is asked for and booked by energy: as long as the car takes for it, and why",
        places=(
            Place(
                id="basin",
                name="Basin",
                chargers=(ChargerPlan(id="basin-1", version="1.6"),),
                policy=rules(slots=replace(rules().slots, longest=timedelta(hours=1))),
                latitude=20.5,
            ),
        ),
        cards={"bert": "CARD-BERT"},
        begins_in=3,
        tell=by_energy,
    ),
)
