"""Strangers, forgetful chargers and crashed processes: the promise is kept all the same."""

from simulator.scenarios.arrivals import TEN_KWH_BILL, TEN_KWH_PAID
from simulator.scenarios.expectation import expect, expect_equal
from simulator.scenarios.place import ChargerPlan, Place, rules, seconds
from simulator.scenarios.stage import Scenario, Stage


async def stranger(s: Stage) -> None:
    trip = await s.book("pia", starts_in=4, lasts=25)
    await trip.reaches("LOCKED")
    hold = await trip.holds_one()
    await s.bay.was_reserved(hold.id, s.card("pia"))

    s.say("a stranger presents a card: refused")
    await s.bay.refuses(s.card("quentin"))

    s.say("the charger starts the stranger all the same: stopped")
    s.bay.knobs.ignore_token = True
    s.bay.knobs.stop_when_refused = False
    await s.bay.charger.swipe(1, s.card("quentin"))
    await s.bay.plug_in()
    await s.bay.was_stopped_remotely()
    await s.bay.until_stopped()
    await s.bay.unplug()
    await trip.tells("stranger_started")
    expect((await trip.holds_one()).id == hold.id, "pia's hold to stand", hold)

    s.say("pia comes and charges")
    s.bay.knobs.ignore_token = False
    s.bay.knobs.stop_when_refused = True
    await s.bay.accepts(s.card("pia"))
    await s.bay.plug_in()
    await trip.reaches("CHARGING")
    await s.bay.charge(10)
    await s.bay.unplug()
    await trip.ends("COMPLETED")
    await trip.told("locked", "stranger_", "arrived", "charging_started", "settled")
    await trip.holds_nothing("completed")
    await trip.bill(**TEN_KWH_BILL)
    await trip.paid(TEN_KWH_PAID)


async def reboot(s: Stage) -> None:
    trip = await s.book("rosa", starts_in=5, lasts=25)
    await trip.reaches("LOCKED")
    hold = await trip.holds_one()
    await s.bay.was_reserved(hold.id, s.card("rosa"))

    s.say("the charger reboots and forgets its hold")
    s.bay.knobs.forget_holds_on_reboot = True
    await s.bay.charger.reboot()
    await s.bay.was_reserved(hold.id, s.card("rosa"), times=2)
    await s.bay.until("the hold to be back", lambda state: state.hold is not None)
    await trip.tells("hold_pushed_again reason=rebooted outcome=accepted")

    await s.bay.accepts(s.card("rosa"))
    await s.bay.plug_in()
    await trip.reaches("CHARGING")
    await s.bay.charge(10)
    await s.bay.unplug()
    await trip.ends("COMPLETED")
    await trip.holds_nothing("completed")
    await trip.bill(**TEN_KWH_BILL)
    await trip.paid(TEN_KWH_PAID)


async def worker_killed(s: Stage) -> None:
    charging, waiting = await s.book("sam", lasts=90), await s.book("tess", lasts=90)
    await charging.reaches("LOCKED")
    await waiting.reaches("LOCKED")
    first, second = await charging.holds_one(), await waiting.holds_one()
    sams, tesss = s.bay_at(first.charger_id), s.bay_at(second.charger_id)
    await sams.accepts(s.card("sam"))
    await sams.plug_in()
    await charging.reaches("CHARGING")
    await sams.charge(10)

    s.say("sam charges, tess is expected; waiting for the other stories")
    await s.world.others_done()
    s.say("the worker is killed; sam leaves and tess arrives meanwhile")
    await s.world.kill_worker()
    await sams.unplug()
    await tesss.accepts(s.card("tess"))
    await tesss.plug_in()
    await tesss.until_charging()
    expect_equal("sam's reservation", (await charging.view())["state"], "CHARGING")
    s.say("the worker is started again")
    await s.world.start_worker()

    await charging.ends("COMPLETED")
    await waiting.reaches("CHARGING")
    await tesss.charge(10)
    await tesss.unplug()
    await waiting.ends("COMPLETED")
    for trip in (charging, waiting):
        await trip.told(
            "locked", "arrived sign=card_presented", "charging_started", "charging_ended", "settled"
        )
        await trip.holds_nothing("completed")
        await trip.bill(**TEN_KWH_BILL)
        await trip.paid(TEN_KWH_PAID)


SCENARIOS = (
    Scenario(
        id="stranger",
        title="A stranger's card: refused, and stopped when the charger starts it anyway",
        places=(
            Place(
                id="quarry",
                name="Quarry Road",
                chargers=(ChargerPlan(id="quarry-1", version="1.6"),),
                policy=rules(grace=seconds(20)),
                latitude=53.0,
            ),
        ),
        cards={"pia": "CARD-PIA", "quentin": "CARD-QUENTIN"},
        tell=stranger,
    ),
    Scenario(
        id="reboot",
        title="Charger reboots and forgets its hold: pushed again",
        places=(
            Place(
                id="summit",
                name="Summit",
                chargers=(ChargerPlan(id="summit-1", version="2.0.1"),),
                policy=rules(grace=seconds(20)),
                latitude=54.0,
            ),
        ),
        cards={"rosa": "CARD-ROSA"},
        tell=reboot,
    ),
    Scenario(
        id="worker",
        title="Worker killed mid-reservation and started again: completes",
        places=(
            Place(
                id="valley",
                name="Valley",
                chargers=(
                    ChargerPlan(id="valley-1", version="1.6"),
                    ChargerPlan(id="valley-2", version="2.0.1"),
                ),
                policy=rules(grace=seconds(80)),
                latitude=55.0,
            ),
        ),
        cards={"sam": "CARD-SAM", "tess": "CARD-TESS"},
        tell=worker_killed,
        harms_the_worker=True,
    ),
)
