"""Two drivers exchange their slots, by a code that one hands to the other."""

from datetime import datetime
from typing import Any

from simulator.scenarios.arrivals import TEN_KWH_BILL, TEN_KWH_PAID
from simulator.scenarios.expectation import expect_equal
from simulator.scenarios.place import ChargerPlan, Place, rules
from simulator.scenarios.stage import Scenario, Stage


async def swap(s: Stage) -> None:
    romy = await s.book("romy", starts_in=20, lasts=15)
    moritz = await s.book("moritz", starts_in=70, lasts=15)
    early, late = _slot(await romy.view()), _slot(await moritz.view())

    s.say("romy would rather have his slot; she offers hers for it, and tells him the code")
    wants = {"start": late[0].isoformat(), "end": late[1].isoformat()}
    offer = await s.app("romy").post(f"/v1/reservations/{romy.code}/swap-offers", wants)
    s.say("moritz looks at it, and takes it")
    shown = await s.app("moritz").get(f"/v1/swap-offers/{offer['offer']}")
    expect_equal("what he would get", _slot(shown["gives"]), early)
    await s.app("moritz").act(moritz.code, "swap", {"offer": offer["offer"]})
    for trip, slot in ((moritz, early), (romy, late)):
        await trip.notices(1, "slot_swapped")
        expect_equal(f"the slot of {trip.code}", _slot(await trip.view()), slot)
        await trip.holds_one()

    s.say("moritz comes in what was her slot, and charges; she does not")
    await moritz.reaches("LOCKED")
    await s.bay.refuses(s.card("romy"))
    await s.bay.accepts(s.card("moritz"))
    await s.bay.plug_in()
    await moritz.reaches("CHARGING")
    await s.bay.charge(10)
    await s.bay.charger.stop_by_card(1, s.card("moritz"))
    await s.bay.unplug()
    await moritz.ends("COMPLETED")
    await moritz.bill(**TEN_KWH_BILL)
    await moritz.paid(TEN_KWH_PAID)

    s.say("her plans change, too: in good time for the slot that she has now")
    await romy.cancel()
    await romy.ends("CANCELLED")
    await romy.holds_nothing("cancelled")
    await romy.paid(0)


def _slot(told: dict[str, Any]) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(told["start"]), datetime.fromisoformat(told["end"])


SCENARIOS = (
    Scenario(
        id="swap",
        title="Two drivers swap their slots by a code, and one charges in what was the other's",
        places=(
            Place(
                id="smithy",
                name="Smithy",
                chargers=(ChargerPlan(id="smithy-1", version="2.0.1"),),
                policy=rules(),
                latitude=19.5,
            ),
        ),
        cards={"romy": "CARD-ROMY", "moritz": "CARD-MORITZ"},
        begins_in=3,
        tell=swap,
    ),
)
