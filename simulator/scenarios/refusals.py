"""Bookings that come to nothing, and must leave nothing behind."""

from simulator.scenarios.caller import expect_problem
from simulator.scenarios.expectation import expect, expect_equal
from simulator.scenarios.place import DEPOSIT, ChargerPlan, Place, rules
from simulator.scenarios.stage import DECLINED_CARD, Scenario, Stage


async def taken(s: Stage) -> None:
    first = await s.book("lena", starts_in=30, lasts=10)
    await first.reaches("CONFIRMED")

    refusal = await s.is_refused("mika", starts_in=31, lasts=10, saying="wants the same slot")
    expect_problem(refusal, 409, "slot_unavailable")
    alternatives = refusal.problem.document.get("alternatives") or []
    expect(bool(alternatives), "alternatives to be offered", refusal.problem.document)
    for trip in await s.trips_of("mika"):
        expect_equal("the state", (await trip.view())["state"], "DECLINED")
        expect_equal("holds", await trip.holds(), [])
        await trip.paid(0, authorised=0)

    s.say("lena's booking stands; she cancels in good time")
    await first.holds_one()
    await first.cancel()
    await first.ends("CANCELLED")
    await first.holds_nothing("cancelled")
    await first.paid(0)


async def declined(s: Stage) -> None:
    refusal = await s.is_refused("nora", payment_method=DECLINED_CARD)
    expect_problem(refusal, 402, "payment_declined")
    trips = await s.trips_of("nora")
    expect(len(trips) == 1, "one declined reservation in the list", [trip.code for trip in trips])
    expect_equal("the state", (await trips[0].view())["state"], "DECLINED")
    await trips[0].told("declined")
    await trips[0].holds_nothing("declined")
    s.bay.never_asked("ReserveNow")
    await trips[0].paid(0, authorised=0)


async def never_paid(s: Stage) -> None:
    trip = await s.book("otto", starts_in=30, payment_method=None)
    waiting = await trip.reaches("AWAITING_PAYMENT")
    expect_equal("the deposit", waiting["money"]["deposit_minor"], DEPOSIT)
    await trip.holds_one()

    s.say("otto never enters a card")
    await trip.ends("EXPIRED")
    await trip.told("held_for_payment", "payment_expired")
    await trip.holds_nothing("expired")
    await trip.bill()
    await trip.paid(0, authorised=0)


SCENARIOS = (
    Scenario(
        id="taken",
        title="Second booking of the same slot: declined with alternatives",
        places=(
            Place(
                id="mill",
                name="Old Mill",
                chargers=(ChargerPlan(id="mill-1", version="2.0.1"),),
                policy=rules(),
                latitude=50.0,
            ),
        ),
        cards={"lena": "CARD-LENA", "mika": "CARD-MIKA"},
        tell=taken,
    ),
    Scenario(
        id="declined",
        title="Card declined: nothing held, nothing authorised",
        places=(
            Place(
                id="school",
                name="School Yard",
                chargers=(ChargerPlan(id="school-1", version="1.6"),),
                policy=rules(),
                latitude=51.0,
            ),
        ),
        cards={"nora": "CARD-NORA"},
        tell=declined,
    ),
    Scenario(
        id="unpaid",
        title="Payment never completed: expired, hold released",
        places=(
            Place(
                id="bakery",
                name="Bakery",
                chargers=(ChargerPlan(id="bakery-1", version="2.0.1"),),
                policy=rules(),
                latitude=52.0,
            ),
        ),
        drivers=("otto",),
        tell=never_paid,
    ),
)
