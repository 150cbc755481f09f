"""Recorded histories still replay: a worker with this code can take over the reservations of the last one."""

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from runtime.temporal import DATA_CONVERTER
from tests.workflows.record_histories import HISTORIES, PATHS
from workflows.engine.sandbox import runner
from workflows.reservation.workflow import ReservationWorkflow

RECORDED = sorted(HISTORIES.glob("*.json"))


def test_every_main_path_is_recorded() -> None:
    assert {path.stem for path in RECORDED} >= {getattr(path, "__name__", "") for path in PATHS}


@pytest.mark.parametrize("name", [path.stem for path in RECORDED])
async def test_a_recorded_history_replays(name: str) -> None:
    text = (HISTORIES / f"{name}.json").read_text()
    replayer = Replayer(
        workflows=[ReservationWorkflow], data_converter=DATA_CONVERTER, workflow_runner=runner()
    )
    await replayer.replay_workflow(WorkflowHistory.from_json(f"reservation-{name}", text))
