"""The bench runs from start to end and its report names every part. Times are not asserted."""

from bench.report import lines
from bench.run import PARTS, run
from bench.sizes import SMOKE


async def test_every_part_is_measured_and_reported() -> None:
    said: list[str] = []

    results = await run(SMOKE, PARTS, said.append)

    assert set(results) == {"about", *PARTS}
    assert said[-1] == "stopping"
    latency = results["bookings"]["latency"]["2"]
    assert latency["bare workflow"]["p50_ratio"] == 1
    assert set(results["bookings"]["postgres"]) == set(latency)
    asked = results["bookings"]["postgres"]["booking, no deposit"]
    assert (
        asked["by_activity"]["place_hold"]["statements"] <= 9
    )  # each is a round trip while others wait for the pool
    assert asked["round_trips"] <= 14, asked["by_activity"]
    assert [phase["until"] for phase in results["events"]["by_phase"]] == [
        "CONFIRMED",
        "LOCKED",
        "ARRIVED",
        "CHARGING",
        "COMPLETED",
    ]
    assert list(results["availability"]) == ["0", "100"]
    assert any("ordinary reservation" in line for line in lines(results))
