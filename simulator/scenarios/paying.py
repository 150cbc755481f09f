"""How a booking is paid for: what is held, what is taken, and when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from simulator.scenarios.expectation import expect_equal
from simulator.scenarios.place import DEPOSIT, ChargerPlan, Place, rules
from simulator.scenarios.stage import Scenario, Stage

_AHEAD = timedelta(days=10)
"""No bank holds money so long."""


async def booked_ahead(s: Stage) -> None:
    trip = await s.book("ines", starts_in=_AHEAD.total_seconds(), lasts=20)
    view = await trip.reaches("CONFIRMED")
    s.say("ten days ahead no bank would hold the deposit so long: her card is saved instead")
    expect_equal("the payment", view["money"]["payment_status"], "card_saved")
    due = datetime.fromisoformat(view["money"]["authorised_from"])
    ahead = s.scenario.places[0].policy.payments.authorise_ahead
    expect_equal("how long before", datetime.fromisoformat(view["start"]) - due, ahead)

    s.say("she moves the booking to today: now the deposit is held")
    start = datetime.now(UTC) + s.scenario.pace * timedelta(seconds=30)
    end = start + s.scenario.pace * timedelta(seconds=20)
    slot = {"start": start.isoformat(), "end": end.isoformat()}
    await s.app("ines").act(trip.code, "reschedule", slot)
    await trip.shows(lambda view: view["money"]["payment_status"] == "authorised", "the deposit to be held")

    s.say("she cancels in good time, and it is given back")
    await trip.cancel()
    await trip.ends("CANCELLED")
    await trip.holds_nothing("cancelled")
    await trip.paid(0, authorised=DEPOSIT)


SCENARIOS = (
    Scenario(
        id="booked-ahead",
        title="Booked ten days ahead: card saved, deposit held when it is near",
        places=(
            Place(
                id="lido",
                name="Lido",
                chargers=(ChargerPlan(id="lido-1", version="2.0.1"),),
                policy=rules(slots=replace(rules().slots, horizon=timedelta(days=60))),
                latitude=39.0,
            ),
        ),
        cards={"ines": "CARD-INES"},
        tell=booked_ahead,
    ),
)
