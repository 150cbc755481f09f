"""What chargers in the field do: their words contradict each other, and the driver must not pay for it."""

from datetime import UTC, datetime, timedelta

from simulator.scenarios.arrivals import TEN_KWH_BILL, TEN_KWH_PAID
from simulator.scenarios.caller import expect_problem
from simulator.scenarios.expectation import expect, expect_equal
from simulator.scenarios.place import ChargerPlan, Place, rules
from simulator.scenarios.stage import Scenario, Stage

CCS, CHADEMO = "IEC_62196_T2_COMBO", "CHADEMO"


async def power_cut(s: Stage) -> None:
    trip = await s.book("ugo", starts_in=3, lasts=25)
    await trip.reaches("LOCKED")
    await s.bay.was_reserved((await trip.holds_one()).id, s.card("ugo"))
    await s.bay.accepts(s.card("ugo"))
    await s.bay.plug_in()
    await trip.reaches("CHARGING")
    await s.bay.charge(4)

    s.say("the power is cut: the charger forgets what ran, and its end is never told")
    s.bay.knobs.forget_transactions_on_reboot = True
    await s.bay.charger.reboot()
    await s.bay.unplug()
    await s.bay.shows("Available")
    if s.bay.charger.version == "1.6":
        s.bay.never_told("StopTransaction")
    else:
        await s.bay.was_asked("GetTransactionStatus")

    s.say("ugo presents the card again")
    await s.bay.accepts(s.card("ugo"))
    await s.bay.plug_in()
    await s.bay.until_charging()
    await s.bay.charge(6)
    await s.bay.unplug()
    done = await trip.ends("COMPLETED")
    expect_equal("energy in Wh", done["energy_wh"], 10_000)
    await trip.charged(times=2)
    await trip.told("charging_started again=False", "back_online", "charging_started again=True", "settled")
    await trip.holds_nothing("completed")
    await trip.bill(**TEN_KWH_BILL)
    await trip.paid(TEN_KWH_PAID)


async def stuck_lock(s: Stage) -> None:
    trip = await s.book("vera", starts_in=3, lasts=9)
    await trip.reaches("LOCKED")
    await s.bay.accepts(s.card("vera"))
    await s.bay.plug_in()
    await trip.reaches("CHARGING")
    await s.bay.charge(10)
    await s.bay.charger.stop_by_card(1, s.card("vera"))

    s.say("vera stops in time, but the lock keeps her cable until long after her slot")
    await s.bay.charger.fault(1, "ConnectorLockFailure")
    await trip.slot_ends(plus=2.5)
    s.say("the lock opens")
    await s.bay.charger.recover(1)
    await s.bay.unplug()
    await trip.ends("COMPLETED")
    await trip.told("charging_ended", "fault_reported status=faulted", "overstayed", "stay_over", "settled")
    await trip.holds_nothing("completed")
    await trip.bill(**TEN_KWH_BILL)
    await trip.paid(TEN_KWH_PAID)


async def early_driver(s: Stage) -> None:
    trip = await s.book("yuri", starts_in=10)
    await trip.reaches("CONFIRMED")

    s.say("yuri comes before she is expected, and charges like anybody")
    await s.bay.accepts(s.card("yuri"))
    await s.bay.plug_in()
    await s.bay.until_charging()
    await trip.charged(times=0)
    await s.bay.charge(4)

    s.say("her slot comes: it finds her where she stands")
    await trip.reaches("CHARGING")
    await trip.charged(times=1)
    await s.bay.charge(6)
    await s.bay.unplug()
    await trip.ends("COMPLETED")
    await trip.told("confirmed", "found_charging", "arrived sign=charging_started", "settled")
    await trip.holds_nothing("completed")
    await trip.bill(**TEN_KWH_BILL)
    await trip.paid(TEN_KWH_PAID)


async def two_plugs(s: Stage) -> None:
    first = await s.book("zoe", starts_in=3, plug=CCS, saying="books the CCS plug")
    refusal = await s.is_refused(
        "abel", starts_in=3, plug=CHADEMO, saying="wants the CHAdeMO plug of the bay"
    )
    expect_problem(refusal, 409, "slot_unavailable")
    document = refusal.problem.document
    expect(bool(document.get("alternatives")), "alternatives to be offered", document)
    for trip in await s.trips_of("abel"):
        expect_equal("holds", await trip.holds(), [])
        await trip.paid(0, authorised=0)

    s.say("zoe has the whole bay")
    await first.reaches("LOCKED")
    await s.bay.accepts(s.card("zoe"))
    await s.bay.plug_in()
    await first.reaches("CHARGING")
    await s.bay.charge(10)
    await s.bay.unplug()
    await first.ends("COMPLETED")
    await first.holds_nothing("completed")
    await first.bill(**TEN_KWH_BILL)
    await first.paid(TEN_KWH_PAID)


async def local_clock(s: Stage) -> None:
    s.bay.knobs.clock_offset = -timedelta(hours=5)
    trip = await s.book("wim", starts_in=3)
    await trip.reaches("LOCKED")
    hold = await trip.holds_one()
    await s.bay.was_reserved(hold.id, s.card("wim"))

    s.say("a charger whose clock shows local time was away for a moment, and wim starts")
    away_at = datetime.now(UTC)
    await s.bay.charger.vanish()
    await s.bay.charger.come_back()
    await s.bay.accepts(s.card("wim"))
    await s.bay.plug_in()
    await trip.reaches("CHARGING")
    start = (await trip.charged(times=1))[0]
    expect_equal("whose word the time of the start is", start.basis, "now")
    expect(start.started_at >= away_at, "the start after the charger came back", start)
    await s.bay.charge(10)
    await s.bay.unplug()
    await trip.ends("COMPLETED")
    await trip.holds_nothing("completed")
    await trip.bill(**TEN_KWH_BILL)
    await trip.paid(TEN_KWH_PAID)


SCENARIOS = (
    Scenario(
        id="power-cut",
        title="Power cut mid-charge, the stop never told: the same card goes on, all paid once",
        places=(
            Place(
                id="granary",
                name="Granary",
                chargers=(ChargerPlan(id="granary-1", version="1.6"),),
                policy=rules(),
                latitude=56.0,
            ),
        ),
        cards={"ugo": "CARD-UGO"},
        tell=power_cut,
    ),
    Scenario(
        id="power-cut-asked",
        title="The same at a 2.0.1 charger: it is asked whether the transaction goes on, and it does not",
        places=(
            Place(
                id="malthouse",
                name="Malthouse",
                chargers=(ChargerPlan(id="malthouse-1", version="2.0.1"),),
                policy=rules(),
                latitude=61.0,
            ),
        ),
        cards={"ugo": "CARD-UGO-2"},
        tell=power_cut,
    ),
    Scenario(
        id="stuck-lock",
        title="The lock keeps the cable after the slot: no overstay for the charger's trouble",
        places=(
            Place(
                id="foundry",
                name="Foundry",
                chargers=(ChargerPlan(id="foundry-1", version="1.6"),),
                policy=rules(),
                latitude=57.0,
            ),
        ),
        cards={"vera": "CARD-VERA"},
        tell=stuck_lock,
    ),
    Scenario(
        id="early-driver",
        title="Came before the slot and charges as a walk-in: the reservation finds its driver",
        places=(
            Place(
                id="orchard",
                name="Orchard",
                chargers=(ChargerPlan(id="orchard-1", version="1.6"),),
                policy=rules(),
                latitude=59.0,
            ),
        ),
        cards={"yuri": "CARD-YURI"},
        tell=early_driver,
    ),
    Scenario(
        id="two-plugs",
        title="Two plugs of one bay: one car at a time, the second driver is offered other times",
        places=(
            Place(
                id="brewery",
                name="Brewery",
                chargers=(ChargerPlan(id="brewery-1", version="1.6", plugs=(CCS, CHADEMO)),),
                policy=rules(),
                latitude=60.0,
            ),
        ),
        cards={"zoe": "CARD-ZOE", "abel": "CARD-ABEL"},
        tell=two_plugs,
    ),
    Scenario(
        id="local-clock",
        title="A charger whose clock is five hours off comes back: what it tells now happened now",
        places=(
            Place(
                id="observatory",
                name="Observatory",
                chargers=(ChargerPlan(id="observatory-1", version="1.6"),),
                policy=rules(),
                latitude=58.0,
            ),
        ),
        cards={"wim": "CARD-WIM"},
        tell=local_clock,
    ),
)
