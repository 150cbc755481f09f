"""Money given back after the settlement: by an operator, by line, with a second person where it is much."""

from typing import Any

from simulator.scenarios.bay import Bay
from simulator.scenarios.caller import Caller, Refused, expect_problem
from simulator.scenarios.expectation import Unmet, expect_equal
from simulator.scenarios.place import PER_KWH, PER_SESSION, ChargerPlan, Place, rules, seconds, taxed
from simulator.scenarios.stage import Scenario, Stage
from simulator.scenarios.trip import Trip

BEFORE_KWH, AFTER_KWH = 100, 20
BILL = taxed((BEFORE_KWH + AFTER_KWH) * PER_KWH + PER_SESSION)
FIRST, MORE = 3000, 2500
"""Given back of the line of 59.50: what support gives alone for one reservation (up to 50.00), and what is beyond."""


async def partly_refunded(s: Stage) -> None:
    trip = await s.book("rolf", lasts=25)
    await _charged_at_two(s, trip)
    await trip.paid(BILL, authorised=BILL)
    await _papers(s, trip, [("receipt", BILL)])

    s.say("the first cable was too hot: an operator gives back part of that line")
    olga, boss = s.operator("olga"), s.operator("max", "manager")
    wish = {"position": await _first_energy(trip), "cause": "not_working", "reason": "The cable was hot"}
    refunds = f"/v1/operations/reservations/{trip.code}/refunds"
    given = await olga.post(refunds, {**wish, "amount_minor": FIRST})
    expect_equal("the line", (given["request"], given["refund"]["line"]), (None, "energy"))
    await _gone_back(s, trip, FIRST)

    s.say("more of it is beyond what she gives alone, and not hers to decide: a manager agrees")
    asked = (await olga.post(refunds, {**wish, "amount_minor": MORE}))["request"]
    await _may_not_decide(olga, asked)
    await boss.post(*_agreed(asked))
    await _gone_back(s, trip, FIRST + MORE)

    await trip.told("settled", "settled_after_refund", "settled_after_refund")
    s.say("rolf was told, and has a credit note for each")
    told = [one["parameters"]["given_back"]["minor"] for one in await trip.notices(2, "refunded")]
    expect_equal("what rolf was told", told, [FIRST, MORE])
    await _papers(s, trip, [("receipt", BILL), ("credit_note", -FIRST), ("credit_note", -MORE)])


async def _charged_at_two(s: Stage, trip: Trip) -> None:
    """The charger breaks in the middle, and rolf goes on at the next bay."""
    await trip.reaches("LOCKED")
    first = s.bay_at((await trip.holds_one()).charger_id)
    await _charges(s, trip, first, BEFORE_KWH)
    s.say(f"{first.id} breaks while rolf charges")
    await first.charger.fault(1)
    await trip.tells("moved")
    await trip.reaches("LOCKED")
    await first.unplug()
    second = s.bay_at((await trip.holds_one()).charger_id)
    s.say(f"rolf goes on at {second.id}")
    await _charges(s, trip, second, AFTER_KWH)
    await second.unplug()
    await trip.ends("COMPLETED")
    net = (BEFORE_KWH + AFTER_KWH) * PER_KWH + PER_SESSION
    await trip.bill(session_fee=PER_SESSION, energy=net - PER_SESSION, tax=taxed(net) - net)


async def _charges(s: Stage, trip: Trip, bay: Bay, kwh: int) -> None:
    await bay.accepts(s.card("rolf"))
    await bay.plug_in()
    await trip.reaches("CHARGING")
    await bay.charge(kwh)


async def _first_energy(trip: Trip) -> int:
    """Where it stands on the bill, from 1."""
    lines = (await trip.view())["money"]["lines"]
    return 1 + next(number for number, line in enumerate(lines) if line["kind"] == "energy")


async def _may_not_decide(caller: Caller, asked: dict[str, Any]) -> None:
    try:
        await caller.post(*_agreed(asked))
    except Refused as refusal:
        expect_problem(refusal, 403, "second_person_needed")
    else:
        raise Unmet("nobody to agree to what they ask for", "approved")


def _agreed(asked: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    reason = {"reason": "The charger's log bears it out"}
    return f"/v1/operations/money-requests/{asked['number']}/approve", reason


async def _gone_back(s: Stage, trip: Trip, minor: int) -> None:
    """All of what was decided so far; bill, ledger and provider have the rest."""
    await s.world.settle_follow_ups()
    left = BILL - minor
    await trip.shows(lambda view: view["money"]["charge_minor"] == left, f"a bill of {left / 100:.2f}")
    await trip.paid(left, authorised=BILL)


async def _papers(s: Stage, trip: Trip, wanted: list[tuple[str, int]]) -> None:
    """Documents of the reservation, oldest first: kind and what they come to. Each refers to the one before."""
    seen = await trip.documents(len(wanted))
    expect_equal("the documents", [(one["kind"], one["gross_minor"]) for one in seen], wanted)
    before = ["", *(one["number"] for one in seen[:-1])]
    expect_equal("what they change", [one["refers_to"] for one in seen], before)


SCENARIOS = (
    Scenario(
        id="refund",
        title="Part of a line given back after a fault mid-charge, a second person agreeing where it is much",
        places=(
            Place(
                id="ring",
                name="Ring Road",
                chargers=(
                    ChargerPlan(id="ring-1", version="1.6"),
                    ChargerPlan(id="ring-2", version="2.0.1"),
                ),
                policy=rules(departure_wait=seconds(10)),
                latitude=38.0,
            ),
        ),
        cards={"rolf": "CARD-ROLF"},
        begins_in=3,
        tell=partly_refunded,
    ),
)
