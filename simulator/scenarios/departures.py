"""Drivers who cancel, do not come, or do not leave."""

from simulator.scenarios.expectation import expect, expect_equal
from simulator.scenarios.place import (
    LATE_CANCELLATION_FEE,
    NO_SHOW_FEE,
    OVERSTAY_CAP,
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


async def free_cancellation(s: Stage) -> None:
    trip = await s.book("dora", starts_in=30)
    await trip.reaches("CONFIRMED")
    await trip.holds_one()

    s.say("dora cancels in good time")
    await trip.cancel()
    await trip.ends("CANCELLED")
    await trip.told("confirmed", "cancelled by=driver reason=plans changed", "settled")
    await trip.holds_nothing("cancelled")
    s.bay.never_asked("ReserveNow")
    await trip.bill()
    await trip.paid(0)


async def late_cancellation(s: Stage) -> None:
    trip = await s.book("emil", starts_in=5)
    await trip.reaches("LOCKED")
    hold = await trip.holds_one()
    await s.bay.was_reserved(hold.id, s.card("emil"))

    s.say("emil cancels at the last moment")
    await trip.cancel()
    await trip.ends("CANCELLED")
    await s.bay.was_released(hold.id)
    await trip.told("confirmed", "locked", "cancelled by=driver", "settled")
    await trip.holds_nothing("cancelled")
    await trip.bill(cancellation=LATE_CANCELLATION_FEE)
    await trip.paid(LATE_CANCELLATION_FEE)


async def no_show(s: Stage) -> None:
    missed = await s.book("finn", starts_in=3, lasts=19)
    await missed.reaches("LOCKED")
    hold = await missed.holds_one()
    await s.bay.was_reserved(hold.id, s.card("finn"))
    await missed.reaches("NO_SHOW")
    await missed.holds_nothing("no_show")
    await s.bay.holds_nothing()

    taken = await s.book("gita", starts_in=1, lasts=9, saying="books the rest of the slot that finn gave up")
    await taken.reaches("LOCKED")
    rest = await taken.holds_one()
    expect_equal("the connector of the second booking", rest.charger_id, hold.charger_id)
    await s.bay.was_reserved(rest.id, s.card("gita"))
    await s.bay.accepts(s.card("gita"))
    await s.bay.plug_in()
    await taken.reaches("CHARGING")
    await s.bay.charge(2)
    await s.bay.unplug()
    await taken.ends("COMPLETED")
    await taken.holds_nothing("completed")
    await taken.paid(taxed(max(2 * PER_KWH + PER_SESSION, RESERVATION_FEE)))

    await missed.ends("NO_SHOW")
    await missed.told("confirmed", "locked", "not_arrived", "settled")
    await missed.bill(no_show=NO_SHOW_FEE)
    await missed.paid(NO_SHOW_FEE)


async def overstay(s: Stage) -> None:
    trip = await s.book("hugo", starts_in=3, lasts=11)
    await trip.reaches("LOCKED")
    await s.bay.was_reserved((await trip.holds_one()).id, s.card("hugo"))
    await s.bay.accepts(s.card("hugo"))
    await s.bay.plug_in()
    await trip.reaches("CHARGING")
    await s.bay.charge(10)
    await trip.reaches("OVERSTAYING")

    s.say("hugo's slot is over, but his car stays")
    await trip.slot_ends(plus=2)
    await s.bay.charger.stop_by_card(1, s.card("hugo"))
    s.say("charging has ended, but hugo's cable is still in")
    await trip.slot_ends(plus=8)
    await s.bay.unplug()
    done = await trip.ends("COMPLETED")
    await trip.told("charging_started", "overstayed", "charging_ended", "stay_over", "settled")
    await trip.holds_nothing("completed")
    fees = [line for line in done["money"]["lines"] if line["kind"] == "overstay"]
    expect(bool(fees) and "capped" in fees[0]["text"], "a capped overstay fee", done["money"]["lines"])
    net = 10 * PER_KWH + PER_SESSION + OVERSTAY_CAP
    await trip.bill(
        reservation_fee=RESERVATION_FEE,
        fee_credit=-RESERVATION_FEE,
        session_fee=PER_SESSION,
        energy=10 * PER_KWH,
        overstay=OVERSTAY_CAP,
        tax=taxed(net) - net,
    )
    await trip.paid(taxed(net))


SCENARIOS = (
    Scenario(
        id="cancel-free",
        title="Cancelled in good time: free",
        places=(
            Place(
                id="station",
                name="Station Square",
                chargers=(ChargerPlan(id="station-1", version="2.0.1"),),
                policy=rules(),
                latitude=43.0,
            ),
        ),
        cards={"dora": "CARD-DORA"},
        tell=free_cancellation,
    ),
    Scenario(
        id="cancel-late",
        title="Cancelled at the last moment: fee, hold on the charger given up",
        places=(
            Place(
                id="market",
                name="Market Hall",
                chargers=(ChargerPlan(id="market-1", version="1.6"),),
                policy=rules(),
                latitude=44.0,
            ),
        ),
        cards={"emil": "CARD-EMIL"},
        tell=late_cancellation,
    ),
    Scenario(
        id="no-show",
        title="Nobody came: fee, hold released and booked again",
        places=(
            Place(
                id="stadium",
                name="Stadium",
                chargers=(ChargerPlan(id="stadium-1", version="1.6"),),
                policy=rules(grace=seconds(5)),
                latitude=45.0,
            ),
        ),
        cards={"finn": "CARD-FINN", "gita": "CARD-GITA"},
        tell=no_show,
    ),
    Scenario(
        id="overstay",
        title="Stayed too long: overstay fee up to its cap",
        places=(
            Place(
                id="theatre",
                name="Theatre",
                chargers=(ChargerPlan(id="theatre-1", version="2.0.1"),),
                policy=rules(),
                latitude=46.0,
            ),
        ),
        cards={"hugo": "CARD-HUGO"},
        tell=overstay,
    ),
)
