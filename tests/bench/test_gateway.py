"""The gateway's bench runs from start to end and reports every figure. What it measures is not asserted."""

import pytest

from bench.gateway import outage
from bench.gateway.goals import GOALS, figures
from bench.gateway.report import lines
from bench.gateway.run import PARTS, run
from bench.gateway.servers import OCPP_PYTHON, OCPP_RPC, OURS
from bench.gateway.sizes import SMOKE


@pytest.mark.timeout(300)  # it starts six gateways and two peers
async def test_every_part_is_measured_and_every_goal_reported() -> None:
    said: list[str] = []

    results = await run(SMOKE, tuple(PARTS), said.append)

    assert results["failed"] == {}
    assert set(results["parts"]) == set(PARTS)
    assert said[-1] == "stopping"
    calls = results["parts"]["calls"]
    assert {OURS, OCPP_PYTHON} <= set(calls["servers"])
    assert (OCPP_RPC in calls["servers"]) != (calls["skipped"] is not None)
    assert results["parts"]["status_changes"]["database"]["missing"] == 0
    assert set(results["parts"]["outage"]) == set(outage.OUTAGES)
    unmeasured = {name for name, figure in results["figures"].items() if figure["value"] is None}
    assert unmeasured <= ({"calls_per_core_vs_ocpp_rpc_strict"} if calls["skipped"] else set())
    text = "\n".join(lines(results))
    assert all(goal.name in text for goal in GOALS)


@pytest.mark.parametrize(("value", "met"), [(15.0, True), (15.1, False)])
def test_a_missed_goal_says_its_true_value_and_what_holds_it_back(value: float, met: bool) -> None:
    figure = figures({"authorize": {"p99_ms": value}})["authorize_p99_ms"]

    assert (figure["value"], figure["met"]) == (value, met)
    assert bool(figure["note"]) != met


def test_a_peer_left_out_is_no_failure_and_says_why() -> None:
    calls = {"ratios": {OCPP_PYTHON: 9.0}, "skipped": "npm is not installed"}

    figure = figures({"calls": calls})["calls_per_core_vs_ocpp_rpc_strict"]

    assert (figure["value"], figure["met"], figure["note"]) == (None, None, "npm is not installed")
