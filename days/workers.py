"""The workers of a day: activities are carried out by the functions a worker registers, once, as soon as asked."""

import dataclasses
import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from temporalio.activity import _Definition
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.bridge.proto.activity_result import ActivityResolution, Success
from temporalio.bridge.proto.activity_result import Failure as ActivityFailure
from temporalio.bridge.proto.workflow_activation import ResolveActivity, WorkflowActivationJob
from temporalio.exceptions import ActivityError, ApplicationError, FailureError, RetryState
from temporalio.testing import ActivityEnvironment

from days.payloads import PAYLOADS, failure_of

Implementations = Mapping[str, Callable[..., Any]]
"""Activities by the name they are registered under."""


def by_name(functions: Iterable[Callable[..., Any]]) -> Implementations:
    return {str(_Definition.must_from_callable(function).name): function for function in functions}


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """When an attempt that failed is made again. `most` 0: as often as it takes. `within` None: however long."""

    most: int
    first: timedelta
    factor: float
    longest: timedelta
    within: timedelta | None

    @classmethod
    def of(cls, command: Any) -> "Retries":
        """As a command to schedule an activity says; with the server's defaults."""
        policy = command.retry_policy
        first = policy.initial_interval.ToTimedelta() or timedelta(seconds=1)
        return cls(
            most=policy.maximum_attempts,
            first=first,
            factor=policy.backoff_coefficient or 2.0,
            longest=policy.maximum_interval.ToTimedelta() or first * 100,
            within=command.schedule_to_close_timeout.ToTimedelta() or None,
        )

    def after(self, attempt: int) -> timedelta | None:
        """How long to wait then; None: no more."""
        if self.most and attempt >= self.most:
            return None
        return min(self.first * self.factor ** min(attempt - 1, 30), self.longest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An activity that a workflow has scheduled. `seq`: the workflow's own number for it; `at`: when.

    `attempt`: the one that is `due` then.
    """

    workflow_id: str
    run_id: str
    seq: int
    name: str
    arguments: tuple[Payload, ...]
    queue: str
    at: datetime
    due: datetime
    local: bool
    retries: Retries
    attempt: int = 1

    def again(self, now: datetime) -> "Asked | None":
        """After an attempt that failed: the next one; None: it has failed for good."""
        wait = self.retries.after(self.attempt)
        if wait is None:
            return None
        if self.retries.within is not None and now + wait > self.at + self.retries.within:
            return None
        return dataclasses.replace(self, attempt=self.attempt + 1, due=now + wait)


class Workers:
    """All of a day, whatever their queues are called. `workflow_type`: whose activities they are."""

    def __init__(self, activities: Implementations, workflow_type: str) -> None:
        self._activities = activities
        self._workflow_type = workflow_type

    async def carry_out(self, asked: Asked, now: datetime) -> WorkflowActivationJob | Asked:
        """What its workflow is told of it, or the next attempt. Anything but an ApplicationError ends the day."""
        function = self._activities[asked.name]
        environment = self._environment(asked, now)
        arguments = PAYLOADS.from_payloads(asked.arguments, _takes(function))
        try:
            answer = await environment.run(function, *arguments)
        except ApplicationError as error:
            if not error.non_retryable and (again := asked.again(now)) is not None:
                return again
            return _resolved(asked, ActivityResolution(failed=ActivityFailure(failure=_told(asked, error))))
        result = PAYLOADS.to_payloads([answer])[0]
        return _resolved(asked, ActivityResolution(completed=Success(result=result)))

    def _environment(self, asked: Asked, now: datetime) -> ActivityEnvironment:
        environment = ActivityEnvironment()
        environment.payload_converter = PAYLOADS
        environment.info = dataclasses.replace(
            environment.info,
            activity_type=asked.name,
            is_local=asked.local,
            scheduled_time=asked.at,
            current_attempt_scheduled_time=asked.at,
            started_time=now,
            task_queue=asked.queue,
            workflow_id=asked.workflow_id,
            workflow_run_id=asked.run_id,
            workflow_type=self._workflow_type,
            attempt=asked.attempt,
        )
        return environment


def _takes(function: Callable[..., Any]) -> list[Any]:
    parameters = [name for name in inspect.signature(function).parameters if name != "self"]
    hints = inspect.get_annotations(getattr(function, "__func__", function), eval_str=True)
    return [hints[name] for name in parameters]


def _resolved(asked: Asked, resolution: ActivityResolution) -> WorkflowActivationJob:
    return WorkflowActivationJob(
        resolve_activity=ResolveActivity(seq=asked.seq, result=resolution, is_local=asked.local)
    )


def _ended_as(error: ApplicationError) -> RetryState:
    return RetryState.NON_RETRYABLE_FAILURE if error.non_retryable else RetryState.TIMEOUT


def _told(asked: Asked, error: ApplicationError) -> Failure:
    """As the server tells it: a worker's failure in the words of the activity, a local one bare."""
    told: FailureError = error
    if not asked.local:
        told = ActivityError(
            "activity error",
            scheduled_event_id=0,
            started_event_id=0,
            identity="day",
            activity_type=asked.name,
            activity_id=str(asked.seq),
            retry_state=_ended_as(error),
        )
        told.__cause__ = error
    return failure_of(told)
