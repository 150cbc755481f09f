"""Bookings of more than one slot or bay: what recurs, and what belongs together."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from simulator.scenarios.caller import Refused, expect_problem
from simulator.scenarios.expectation import Unmet, expect, expect_equal
from simulator.scenarios.place import ChargerPlan, Place, rules
from simulator.scenarios.stage import GOOD_CARD, Scenario, Stage

_HOLIDAYS = ((1, 1), (5, 1), (10, 3))
"""Month and day: public holidays in all of Germany, with none right before or behind."""
_HORIZON = timedelta(days=200)
_GROUPS = "/v1/reservation-groups"


async def holiday(s: Stage) -> None:
    site = s.scenario.places[0].id
    s.say("the site is closed on public holidays")
    hours = {"opening_hours": "24/7; PH off", "country": "DE"}
    await s.operator("manager", "support").put(f"/v1/operations/sites/{site}/opening-hours", hours)
    closed = _next_holiday(datetime.now(UTC).date())
    s.say(f"ole books three days in a row; the second, {closed}, is a holiday")
    series = await s.app("ole").post(
        "/v1/reservation-series",
        {
            "site_id": site,
            "first": (closed - timedelta(days=1)).isoformat(),
            "at": "10:00",
            "lasts_minutes": 1,
            "every": "day",
            "times": 3,
            "payment_method": GOOD_CARD,
        },
        key="ole-three-days",
    )
    expect_equal("the dates", _states(series), ["booked", "skipped", "booked"])
    skipped = series["dates"][1]
    expect_equal(
        "why it was skipped", (skipped["day"], skipped["refused"]), (closed.isoformat(), "site_closed")
    )
    trips = {trip.code: trip for trip in await s.trips_of("ole")}
    (notice,) = await trips[skipped["code"]].notices(1, "date_skipped")
    expect_equal("the reason he was told", notice["parameters"]["reason"], "site_closed")
    s.say(f"he is told: {notice['text']}")
    await trips[skipped["code"]].holds_nothing()

    s.say("the other two are reservations like any other; he ends the series in good time")
    others = [trips[one["code"]] for one in series["dates"] if one["state"] == "booked"]
    for trip in others:
        await trip.reaches("CONFIRMED")
        await trip.holds_one()
    ended = await s.app("ole").delete(f"/v1/reservation-series/{series['id']}")
    expect_equal("the dates", _states(ended), ["cancelled", "skipped", "cancelled"])
    for trip in others:
        await trip.ends("CANCELLED")
        await trip.holds_nothing("cancelled")
        await trip.paid(0, authorised=0)


async def group(s: Stage) -> None:
    first = await s.book("paul", starts_in=40, lasts=10)
    await first.reaches("CONFIRMED")
    start = datetime.fromisoformat((await first.view())["start"])

    s.say("rita wants three bays at that time, together or not at all: two are left")
    refusal = await _refused(s, _wanted(s, start, "together"))
    expect_problem(refusal, 409, "slot_unavailable")
    offers = refusal.problem.document["alternatives"]
    expect(bool(offers), "times with room for all three", refusal.problem.document)
    expect_equal("reservations of rita's", await s.trips_of("rita"), [])

    s.say("she takes as many as there are")
    two = await s.app("rita").post(_GROUPS, _wanted(s, start, "as_many_as_possible"))
    got = [one for one in two["members"] if one["outcome"] == "confirmed"]
    without = [one["refused"]["code"] for one in two["members"] if one["refused"]]
    expect_equal("bays, and those without", (len(got), without), (2, ["slot_unavailable"]))
    await s.app("rita").post(f"{_GROUPS}/{two['id']}/cancel", {"reason": "we all go, or none"})

    s.say("then rather all three of them at the time that was offered")
    later = max(datetime.fromisoformat(offer["start"]) for offer in offers)
    three = await s.app("rita").post(_GROUPS, _wanted(s, later, "together"))
    expect_equal("outcomes", [one["outcome"] for one in three["members"]], ["confirmed"] * 3)
    bays = {one["reservation"]["bay"]["connector_id"] for one in three["members"]}
    expect_equal("bays", len(bays), 3)

    s.say("all plans change; everything is given back")
    await s.app("rita").post(f"{_GROUPS}/{three['id']}/cancel", {})
    await first.cancel()
    for trip in [first, *await s.trips_of("rita")]:
        await trip.ends("CANCELLED")
        await trip.holds_nothing("cancelled")
        await trip.paid(0)


def _states(series: dict[str, Any]) -> list[str]:
    return [one["state"] for one in series["dates"]]


def _next_holiday(today: date) -> date:
    """With a day before it that is not over yet."""
    days = (date(year, *day) for year in (today.year, today.year + 1) for day in _HOLIDAYS)
    return next(day for day in days if day > today + timedelta(days=3))


def _wanted(s: Stage, start: datetime, mode: str) -> dict[str, Any]:
    end = start + timedelta(seconds=10 * s.scenario.pace)
    return {
        "site_id": s.scenario.places[0].id,
        "start": start.isoformat(),
        "end": end.isoformat(),
        "members": [{}, {}, {}],
        "mode": mode,
        "payment_method": GOOD_CARD,
    }


async def _refused(s: Stage, body: dict[str, Any]) -> Refused:
    try:
        made = await s.app("rita").post(_GROUPS, body)
    except Refused as refusal:
        return refusal
    raise Unmet("the group to be refused", made)


SCENARIOS = (
    Scenario(
        id="holiday",
        title="Recurring booking over a public holiday: that date is skipped and told",
        places=(
            Place(
                id="library",
                name="Library",
                chargers=(ChargerPlan(id="library-1", version="2.0.1"),),
                policy=rules(slots=replace(rules().slots, horizon=_HORIZON)),
                latitude=32.0,
            ),
        ),
        drivers=("ole",),
        tell=holiday,
    ),
    Scenario(
        id="group",
        title="Group of three: together or not at all, then as many as there are",
        places=(
            Place(
                id="abbey",
                name="Abbey",
                chargers=(ChargerPlan(id="abbey-1", version="2.0.1", connectors=3),),
                policy=rules(),
                latitude=31.0,
            ),
        ),
        drivers=("paul", "rita"),
        tell=group,
    ),
)
