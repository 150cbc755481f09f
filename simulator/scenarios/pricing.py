"""Prices that vary: what was shown is charged, whatever becomes of them."""

from datetime import UTC, datetime, timedelta

from simulator.scenarios.arrivals import TEN_KWH_BILL, TEN_KWH_PAID
from simulator.scenarios.expectation import expect_equal
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
)
