"""Workflows as a worker keeps them in memory: the SDK's own instance of a definition, made without a server.

The SDK has no public way to it; whatever of its inside that takes is on this page.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import temporalio.api.common.v1
import temporalio.common
import temporalio.workflow
from temporalio.common import Priority, TypedSearchAttributes
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails, WorkflowRunner

from days.payloads import PAYLOADS
from runtime.temporal import DATA_CONVERTER

QUEUE = "reservations"
_EXTERN: dict[str, Callable[..., Any]] = {
    "__temporal_get_metric_meter": lambda: temporalio.common.MetricMeter.noop,
    "__temporal_assert_local_activity_valid": lambda _name: None,
}
"""What an instance asks of the worker around it."""


class Instances:
    """Of one workflow definition, made by the runner that the product's workers have."""

    def __init__(self, definition: type[Any], runner: WorkflowRunner) -> None:
        self._definition = temporalio.workflow._Definition.must_from_class(definition)
        self._runner = runner
        self._runner.prepare_workflow(self._definition)

    @property
    def workflow_type(self) -> str:
        return str(self._definition.name)

    def create(self, workflow_id: str, run_id: str, *, now: datetime, seed: int) -> WorkflowInstance:
        """`seed`: of the chance that the workflow may draw."""
        return self._runner.create_instance(
            WorkflowInstanceDetails(
                payload_converter_factory=lambda: PAYLOADS,
                failure_converter_class=DATA_CONVERTER.failure_converter_class,
                interceptor_classes=[],
                defn=self._definition,
                info=self._info(workflow_id, run_id, now),
                randomness_seed=seed,
                extern_functions=_EXTERN,
                disable_eager_activity_execution=False,
                worker_level_failure_exception_types=[],
                patch_activation_callback=None,
                last_completion_result=temporalio.api.common.v1.Payloads(),
                last_failure=None,
            )
        )

    def _info(self, workflow_id: str, run_id: str, now: datetime) -> temporalio.workflow.Info:
        return temporalio.workflow.Info(
            attempt=1,
            continued_run_id=None,
            cron_schedule=None,
            execution_timeout=None,
            first_execution_run_id=run_id,
            headers={},
            namespace="default",
            original_execution_run_id=run_id,
            parent=None,
            root=None,
            raw_memo={},
            retry_policy=None,
            run_id=run_id,
            run_timeout=None,
            search_attributes={},
            start_time=now,
            workflow_start_time=now,
            task_queue=QUEUE,
            task_timeout=timedelta(seconds=10),
            typed_search_attributes=TypedSearchAttributes([]),
            workflow_id=workflow_id,
            workflow_type=self.workflow_type,
            priority=Priority.default,
        )
