"""The bench of settlements runs from start to end; what each asks of the provider is known. Times are not asserted."""

from bench.money.report import lines
from bench.money.run import BARE, SMOKE, run


async def test_every_kind_of_end_is_measured_and_asks_no_more_of_the_provider_than_it_must() -> None:
    said: list[str] = []

    results = await run(SMOKE, said.append)

    assert said[-1] == "stopping"
    calls = {name: asked["provider_calls"] for name, asked in results["asked"].items()}
    assert calls == {
        BARE: 1,
        "nothing to take": 0,
        "deposit given back": 1,
        "paid from the deposit": 2,
        "more than the deposit": 3,
        "left as a debt": 2,
        "settled again, a fee waived": 3,
    }
    assert set(results["settlements"]["2"]) == set(calls)
    assert all(any(name in line for line in lines(results)) for name in calls)
