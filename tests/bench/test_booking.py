"""The bench of booking at size runs from start to end and its report names every part. Times are not asserted."""

import pytest

from bench.booking.report import lines
from bench.booking.run import PARTS, run
from bench.booking.sizes import SMOKE


@pytest.mark.timeout(400)
async def test_every_part_is_measured_and_reported() -> None:
    results = await run(SMOKE, PARTS, lambda _said: None)

    assert set(results) == {"about", *PARTS}
    smaller, bigger = results["availability"].values()
    assert smaller["windows"] == 4 * 14 * 24
    # What others have booked is neither seen nor asked for.
    asked = [(level["free"], level["statements"]) for level in (smaller, bigger)]
    assert asked[0] == asked[1]
    late = results["late_choice"]
    assert (late["by_fragmentation"], late["gain"] > 0) == (0, True)
    race = results["race"]
    lost = race["clients"] - race["seats"]
    assert (race["winners"], race["held"], race["losers_with_alternatives"]) == (8, 8, lost)
    assert race["refused_with"] == {"slot_unavailable": lost}
    assert race["deadlocks"] == 0
    assert race["asked_again"].keys() <= {"overloaded", "pending"}
    assert any("Packing" in line for line in lines(results))
