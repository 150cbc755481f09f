"""The bench of booking at size runs from start to end and its report names every part. Times are not asserted."""

import pytest

from bench.booking.availability import ALIKE, PARTICULAR
from bench.booking.goals import GOALS
from bench.booking.report import lines
from bench.booking.run import PARTS, run
from bench.booking.sizes import SMOKE
from bench.requests import WITHOUT_DEPOSIT, WITHOUT_DEPOSIT_RICH


@pytest.mark.timeout(400)
async def test_every_part_is_measured_and_reported() -> None:
    results = await run(SMOKE, PARTS, lambda _said: None)

    assert set(results) == {"about", "figures", *PARTS}
    smaller, bigger = results["availability"].values()
    assert smaller[ALIKE]["windows"] == 4 * 2 * 24
    assert smaller[PARTICULAR]["windows"] == 2 * 4 * 2 * 24  # there are two types of plug in each pool
    # What others have booked is neither seen nor asked for.
    for question, asked in smaller.items():
        assert (asked["free"], asked["statements"]) == (
            bigger[question]["free"],
            bigger[question]["statements"],
        )
    moved = {name: case["moves"] for name, case in results["repacking"].items()}
    assert {0, 1, 50} <= set(moved.values())
    bookings = results["bookings"]["postgres"]
    for variant in (WITHOUT_DEPOSIT, WITHOUT_DEPOSIT_RICH):
        assert bookings[variant]["round_trips"] <= 14, bookings[variant]["by_activity"]
    late = results["late_choice"]
    assert (late["by_fragmentation"], late["gain"] > 0) == (0, True)
    race = results["race"]
    lost = race["clients"] - race["seats"]
    assert (race["winners"], race["held"], race["losers_with_alternatives"]) == (8, 8, lost)
    assert race["refused_with"] == {"slot_unavailable": lost}
    assert race["deadlocks"] == 0
    assert race["asked_again"].keys() <= {"overloaded", "pending"}
    text = "\n".join(lines(results))
    assert all(goal.name in text for goal in GOALS)
    # The smoke run asks how long a booking takes at other concurrencies than the goals name.
    unmeasured = {name for name, figure in results["figures"].items() if figure["value"] is None}
    assert all(name.startswith("booking_p50") for name in unmeasured)


def test_a_client_who_waited_in_vain_for_a_connection_misses_the_goal() -> None:
    (goal,) = (goal for goal in GOALS if goal.name == "race_answers_of_an_exhausted_pool")
    asked_again = {"overloaded": 40, "pending": 7}
    assert goal.read({"race": {"asked_again": asked_again}}) == 0
    assert goal.read({"race": {"asked_again": {**asked_again, "database_unavailable": 2}}}) == 2
