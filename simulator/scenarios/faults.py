"""Chargers that break: before the driver arrives, while charging, and when nothing else is free."""

from simulator.scenarios.arrivals import TEN_KWH_BILL, TEN_KWH_PAID
from simulator.scenarios.bay import Bay
from simulator.scenarios.expectation import expect, expect_equal
from simulator.scenarios.place import (
    COMPENSATION,
    PER_KWH,
    PER_SESSION,
    ChargerPlan,
    Place,
    rules,
    seconds,
    taxed,
)
from simulator.scenarios.stage import Scenario, Stage
from simulator.scenarios.trip import Trip


async def before_arrival(s: Stage) -> None:
    trip = await s.book("iris", starts_in=5, lasts=25)
    await trip.reaches("LOCKED")
    old = await trip.holds_one()
    broken = s.bay_at(old.charger_id)
    await broken.was_reserved(old.id, s.card("iris"))

    s.say(f"{broken.id} breaks before iris arrives")
    await broken.charger.fault(1)
    new_bay = await _moved(s, trip, broken)
    holds = await trip.holds()
    new = await trip.holds_one()
    expect_equal("releases", [hold.release_reason for hold in holds], ["rerouted", None])
    expect_equal("sites", {hold.charger_id for hold in holds}, {"north-1", "north-2"})
    await broken.holds_nothing()
    await new_bay.was_reserved(new.id, s.card("iris"))

    s.say(f"iris finds {new_bay.id} locked for her")
    await new_bay.accepts(s.card("iris"))
    await new_bay.plug_in()
    await trip.reaches("CHARGING")
    await new_bay.charge(10)
    await new_bay.unplug()
    await trip.ends("COMPLETED")
    await trip.told(
        "locked", "fault_reported status=faulted", "looking_for_another", "moved", "arrived", "settled"
    )
    await trip.holds_nothing("rerouted", "completed")
    net = 10 * PER_KWH + PER_SESSION
    await trip.bill(session_fee=PER_SESSION, energy=10 * PER_KWH, tax=taxed(net) - net)
    await trip.paid(taxed(net))


async def mid_charge(s: Stage) -> None:
    trip = await s.book("jona", starts_in=4, lasts=25)
    await trip.reaches("LOCKED")
    old = await trip.holds_one()
    broken = s.bay_at(old.charger_id)
    await broken.accepts(s.card("jona"))
    await broken.plug_in()
    await trip.reaches("CHARGING")
    await broken.charge(4)

    s.say(f"{broken.id} breaks while jona charges")
    await broken.charger.fault(1)
    new_bay = await _moved(s, trip, broken)
    new = await trip.holds_one()
    await new_bay.was_reserved(new.id, s.card("jona"))
    await broken.unplug()

    s.say(f"jona goes on at {new_bay.id}, at the site next door")
    await new_bay.accepts(s.card("jona"))
    await new_bay.plug_in()
    await trip.reaches("CHARGING")
    await new_bay.charge(6)
    await new_bay.unplug()
    done = await trip.ends("COMPLETED")
    expect_equal("energy in Wh", done["energy_wh"], 10_000)
    delivered = [line["amount_minor"] for line in done["money"]["lines"] if line["kind"] == "energy"]
    expect_equal("energy lines", delivered, [4 * PER_KWH, 6 * PER_KWH])
    await trip.told(
        "charging_started", "looking_for_another", "moved", "arrived", "charging_started", "settled"
    )
    await trip.holds_nothing("rerouted", "completed")
    net = 10 * PER_KWH + PER_SESSION
    await trip.bill(session_fee=PER_SESSION, energy=10 * PER_KWH, tax=taxed(net) - net)
    await trip.paid(taxed(net))


async def nothing_free(s: Stage) -> None:
    trip = await s.book("kim", starts_in=5)
    await trip.reaches("LOCKED")
    await s.bay.was_reserved((await trip.holds_one()).id, s.card("kim"))

    s.say("the only charger breaks")
    await s.bay.charger.fault(1)
    done = await trip.ends("UNFULFILLED")
    expect_equal("the cause", done["ended_by"], "charger_fault")
    await trip.told("locked", "fault_reported status=faulted", "looking_for_another", "unfulfilled")
    await trip.holds_nothing("unfulfilled")
    await trip.bill(compensation=-COMPENSATION)
    await trip.paid(0, credit=COMPENSATION)

    s.say("it works again, and kim comes back: the credit pays")
    await s.bay.charger.recover(1)
    await s.bay.shows("Available")
    again = await s.book("kim", saying="books again")
    await again.reaches("LOCKED")
    await s.bay.accepts(s.card("kim"))
    await s.bay.plug_in()
    await again.reaches("CHARGING")
    await s.bay.charge(10)
    await s.bay.unplug()
    await again.ends("COMPLETED")
    bill = await again.bill(**TEN_KWH_BILL)
    spent = [
        (one["amount_minor"], one["origin"], one["reservation"]) for one in bill["money"]["credits_spent"]
    ]
    expect_equal("what paid the bill", spent, [(TEN_KWH_PAID, "unfulfilled", trip.code)])
    await again.paid(0, credit=-TEN_KWH_PAID)
    (credit,) = (await s.app("kim").get("/v1/credits"))["items"]
    origin = (credit["origin"], credit["cause"], credit["reservation"])
    expect_equal("what the credit was given for", origin, ("unfulfilled", "charger_fault", trip.code))
    expect_equal("what is left of it", credit["left_minor"], COMPENSATION - TEN_KWH_PAID)
    uses = [(one["reservation"], one["amount_minor"]) for one in credit["uses"]]
    expect_equal("what it paid", uses, [(again.code, TEN_KWH_PAID)])
    s.say(f"{credit['left_minor'] / 100:.2f} are left, given for {credit['text']}")


async def _moved(s: Stage, trip: Trip, broken: Bay) -> Bay:
    await trip.tells("moved")
    view = await trip.reaches("LOCKED")
    place = view["bay"]["charger_id"]
    expect(place != broken.id, "another charger than the broken one", place)
    s.say(f"moved from {broken.id} to {place}")
    return s.bay_at(place)


SCENARIOS = (
    Scenario(
        id="fault-before",
        title="Charger breaks before arrival: rerouted at the same site, no fee",
        places=(
            Place(
                id="north",
                name="North Park",
                chargers=(
                    ChargerPlan(id="north-1", version="1.6"),
                    ChargerPlan(id="north-2", version="2.0.1"),
                ),
                policy=rules(),
                latitude=47.0,
            ),
        ),
        cards={"iris": "CARD-IRIS"},
        tell=before_arrival,
    ),
    Scenario(
        id="fault-mid",
        title="Charger breaks mid-charge: delivered energy paid, the rest next door",
        places=(
            Place(
                id="east",
                name="East Gate",
                chargers=(ChargerPlan(id="east-1", version="1.6"),),
                policy=rules(departure_wait=seconds(10)),
                latitude=48.0,
            ),
            Place(
                id="east-annex",
                name="East Gate Annex",
                chargers=(ChargerPlan(id="annex-1", version="2.0.1"),),
                policy=rules(departure_wait=seconds(10)),
                latitude=48.003,
            ),
        ),
        cards={"jona": "CARD-JONA"},
        tell=mid_charge,
    ),
    Scenario(
        id="fault-alone",
        title="Charger breaks and nothing is free: deposit back, and a credit that pays the next visit",
        places=(
            Place(
                id="island",
                name="Island Ferry",
                chargers=(ChargerPlan(id="island-1", version="2.0.1"),),
                policy=rules(),
                latitude=49.0,
            ),
        ),
        cards={"kim": "CARD-KIM"},
        tell=nothing_free,
    ),
)
