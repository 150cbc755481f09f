"""What chargers in the field do: their words contradict each other, and the driver must not pay for it."""

from simulator.scenarios.arrivals import TEN_KWH_BILL, TEN_KWH_PAID
from simulator.scenarios.expectation import expect_equal
from simulator.scenarios.place import ChargerPlan, Place, rules
from simulator.scenarios.stage import Scenario, Stage


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
    s.bay.never_told("StopTransaction")

    s.say("ugo presents the card again")
    await s.bay.accepts(s.card("ugo"))
    await s.bay.plug_in()
    await s.bay.until_charging()
    await s.bay.charge(6)
    await s.bay.unplug()
    done = await trip.ends("COMPLETED")
    expect_equal("energy in Wh", done["energy_wh"], 10_000)
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
)
