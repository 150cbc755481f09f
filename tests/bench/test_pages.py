"""The bench of pages runs from start to end, and its report names every figure. Times are not asserted."""

import shutil

import pytest

from bench.goals import figures
from bench.pages.goals import GOALS
from bench.pages.report import lines
from bench.pages.run import PARTS, run
from bench.pages.sizes import SMOKE


@pytest.mark.timeout(240)
async def test_every_part_is_measured_and_reported() -> None:
    said: list[str] = []

    results = await run(SMOKE, PARTS, said.append)

    assert set(results) == {"about", *PARTS}
    assert said[-1] == "stopping"
    assert set(results["weight"]) < set(results["making"])
    assert max(results["weight"].values()) <= 60
    assert (results["painting"] == {}) == (shutil.which("chromium") is None)
    looking = results["looking"]
    assert (looking["subscribers"], looking["complete"], looking["missed"]) == (10, True, 0)
    assert set(figures(GOALS, results)) == {goal.name for goal in GOALS}
    assert all(any(goal.name in line for line in lines(results)) for goal in GOALS)
