"""Drivers who come and charge: by card, by app, and late."""

from simulator.scenarios.expectation import expect, expect_equal
from simulator.scenarios.place import (
    PER_KWH,
    PER_SESSION,
    RESERVATION_FEE,
    ChargerPlan,
    Place,
    rules,
    seconds,
    taxed,
)
from simulator.scenarios.stage import Scenario, Stage

TEN_KWH = 10 * PER_KWH
TEN_KWH_PAID = taxed(TEN_KWH + PER_SESSION)
TEN_KWH_BILL = {
    "reservation_fee": RESERVATION_FEE,
    "fee_credit": -RESERVATION_FEE,
    "session_fee": PER_SESSION,
    "energy": TEN_KWH,
    "tax": TEN_KWH_PAID - TEN_KWH - PER_SESSION,
}


async def by_card(s: Stage) -> None:
    trip = await s.book("ana")
    locked = await trip.reaches("LOCKED")
    hold = await trip.holds_one()
    expect(hold.locked_at is not None, "the connector to be fixed", hold)
    expect_equal("the promise", locked["enforcement"], "hard")
    await s.bay.was_reserved(hold.id, s.card("ana"))

    s.say("ana presents her card and plugs in")
    await s.bay.accepts(s.card("ana"))
    await trip.reaches("ARRIVED")
    await s.bay.plug_in()
    await trip.reaches("CHARGING")
    await s.bay.charge(10)
    await s.bay.charger.stop_by_card(1, s.card("ana"))
    await s.bay.unplug()

    done = await trip.ends("COMPLETED")
    expect_equal("energy in Wh", done["energy_wh"], 10_000)
    await trip.told(
        "confirmed",
        "locked",
        "arrived sign=card_presented",
        "charging_started",
        "charging_ended",
        "stay_over",
        "settled",
    )
    start = await s.bay.charger.wait_for_message("StartTransaction", direction="out", kind="call")
    expect_equal("reservationId in StartTransaction", start.payload.get("reservationId"), hold.id)
    await trip.holds_nothing("completed")
    await trip.bill(**TEN_KWH_BILL)
    await trip.paid(TEN_KWH_PAID)


async def by_app(s: Stage) -> None:
    trip = await s.book("ben")
    locked = await trip.reaches("LOCKED")
    await s.bay.was_reserved((await trip.holds_one()).id, locked["id_tag"])

    s.say("ben scans the QR code, plugs in and starts from the app")
    await trip.check_in()
    await trip.reaches("ARRIVED")
    await s.bay.plug_in()
    await trip.start()
    await s.bay.was_started_remotely(locked["id_tag"])
    await trip.reaches("CHARGING")
    await s.bay.charge(10)

    s.say("ben stops from the app")
    await trip.stop()
    await s.bay.was_stopped_remotely()
    await s.bay.until_stopped()
    await s.bay.unplug()

    await trip.ends("COMPLETED")
    await trip.told(
        "locked",
        "arrived sign=checked_in",
        "start_asked outcome=accepted",
        "charging_started",
        "stop_asked outcome=accepted",
    )
    await trip.holds_nothing("completed")
    await trip.bill(**TEN_KWH_BILL)
    await trip.paid(TEN_KWH_PAID)


async def late(s: Stage) -> None:
    trip = await s.book("cleo", starts_in=3)
    await trip.reaches("NO_SHOW")
    await trip.holds_nothing("no_show")
    await s.bay.holds_nothing()

    s.say("cleo comes late; nobody has taken the connector")
    await s.bay.accepts(s.card("cleo"))
    await trip.reaches("ARRIVED")
    again = await trip.holds_one()
    expect_equal("the charger of the new hold", again.charger_id, s.bay.id)
    await s.bay.plug_in()
    await trip.reaches("CHARGING")
    await s.bay.charge(10)
    await s.bay.unplug()

    await trip.ends("COMPLETED")
    await trip.told(
        "not_arrived", "welcomed_late", "arrived sign=card_presented", "charging_started", "settled"
    )
    await trip.holds_nothing("no_show", "completed")
    await trip.bill(**TEN_KWH_BILL)
    await trip.paid(TEN_KWH_PAID)


SCENARIOS = (
    Scenario(
        id="rfid",
        title="RFID card on OCPP 1.6: held, arrived, charged, paid",
        places=(
            Place(
                id="harbour",
                name="Harbour Yard",
                chargers=(ChargerPlan(id="harbour-1", version="1.6"),),
                policy=rules(),
                latitude=40.0,
            ),
        ),
        cards={"ana": "CARD-ANA"},
        tell=by_card,
    ),
    Scenario(
        id="app",
        title="QR code and app with remote start on OCPP 2.0.1",
        places=(
            Place(
                id="museum",
                name="Museum Garage",
                chargers=(ChargerPlan(id="museum-1", version="2.0.1"),),
                policy=rules(),
                latitude=41.0,
            ),
        ),
        drivers=("ben",),
        tell=by_app,
    ),
    Scenario(
        id="late",
        title="Late, but the connector is still free: welcome, no fee",
        places=(
            Place(
                id="lakeside",
                name="Lakeside",
                chargers=(ChargerPlan(id="lakeside-1", version="1.6"),),
                policy=rules(grace=seconds(2)),
                latitude=42.0,
            ),
        ),
        cards={"cleo": "CARD-CLEO"},
        tell=late,
    ),
)
