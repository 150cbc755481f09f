"""Workflows in virtual time: the real definition in the SDK's own instance, with this file in the server's part.

A server that counts seconds cannot live a day in seconds, and one that skips time has a clock for each workflow. So
activations are made here and the commands they come to are carried out: activities by the functions a worker registers,
timers by the day's clock. What comes from outside waits until the workflow task under way has ended, as it does there;
in which order activities of workers are answered is left to chance.
"""

import asyncio
import dataclasses
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, TypeVar

import temporalio.common
import temporalio.converter
import temporalio.workflow
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.bridge.proto.activity_result import ActivityResolution, Success
from temporalio.bridge.proto.activity_result import Failure as ActivityFailure
from temporalio.bridge.proto.workflow_activation import (
    DoUpdate,
    FireTimer,
    InitializeWorkflow,
    QueryWorkflow,
    ResolveActivity,
    SignalWorkflow,
    WorkflowActivation,
    WorkflowActivationJob,
)
from temporalio.bridge.proto.workflow_commands import WorkflowCommand
from temporalio.common import Priority, TypedSearchAttributes
from temporalio.exceptions import ActivityError, ApplicationError, FailureError, RetryState
from temporalio.testing import ActivityEnvironment
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails, WorkflowRunner

from days.virtual_time import Alarm, VirtualTime
from runtime.temporal import DATA_CONVERTER

Answer = TypeVar("Answer")
Implementations = Mapping[str, Callable[..., Any]]
"""Activities by the name they are registered under."""

_PAYLOADS = DATA_CONVERTER.payload_converter
_FAILURES = DATA_CONVERTER.failure_converter
_QUEUE = "reservations"
_EXTERN: dict[str, Callable[..., Any]] = {
    "__temporal_get_metric_meter": lambda: temporalio.common.MetricMeter.noop,
    "__temporal_assert_local_activity_valid": lambda _name: None,
}
"""What an instance asks of the worker around it."""


class WorkflowBroke(AssertionError):
    """A task failed, or the workflow did: never right."""


class UpdateFailed(Exception):
    """`code`: the type of the ApplicationError that refused it."""

    def __init__(self, cause: BaseException) -> None:
        super().__init__(str(cause))
        self.code = cause.type if isinstance(cause, ApplicationError) else ""


@dataclass(slots=True)
class _Asked:
    """An activity that was scheduled and not answered."""

    seq: int
    name: str
    arguments: list[Payload]
    queue: str
    at: datetime
    local: bool


@dataclass(slots=True, eq=False)
class Run:
    """One workflow, from its start to its end."""

    workflow_id: str
    run_id: str
    instance: WorkflowInstance
    history_length: int = 0
    jobs: list[WorkflowActivationJob] = field(default_factory=list)
    timers: dict[int, Alarm] = field(default_factory=dict)
    asked: list[_Asked] = field(default_factory=list)
    """Of workers; in the history."""
    updates: dict[str, asyncio.Future[Payload]] = field(default_factory=dict)
    over: bool = False
    result: Payload | None = None


class Workflows:
    """All workflows of a day. `activities`: by name; `commands`: those of chargers, whatever their queue is called."""

    def __init__(
        self,
        definition: type[Any],
        runner: WorkflowRunner,
        activities: Implementations,
        time: VirtualTime,
        random: Random,
    ) -> None:
        self._definition = temporalio.workflow._Definition.must_from_class(definition)
        self._runner = runner
        self._runner.prepare_workflow(self._definition)
        self._activities = activities
        self._time = time
        self._random = random
        self._numbers = 0
        self.runs: dict[str, Run] = {}
        self.tasks = 0

    # --- what clients do -----------------------------------------------------------------------------
    def start(self, workflow_id: str, argument: Any) -> Run:
        run_id = f"run-{workflow_id}"
        run = Run(workflow_id, run_id, self._runner.create_instance(self._details(workflow_id, run_id)))
        started = InitializeWorkflow(
            workflow_type=str(self._definition.name),
            workflow_id=workflow_id,
            arguments=_PAYLOADS.to_payloads([argument]),
            randomness_seed=self._random.getrandbits(32),
            attempt=1,
            first_execution_run_id=run_id,
        )
        started.start_time.FromDatetime(self._time.now())
        run.jobs.append(WorkflowActivationJob(initialize_workflow=started))
        self.runs[workflow_id] = run
        return run

    def signal(self, workflow_id: str, name: str, argument: Any) -> bool:
        """False: there is no such workflow any more."""
        run = self.runs.get(workflow_id)
        if run is None or run.over:
            return False
        told = SignalWorkflow(
            signal_name=name,
            input=_PAYLOADS.to_payloads([argument]),
            originating_event_id=run.history_length + len(run.jobs) + 1,
        )
        run.jobs.append(WorkflowActivationJob(signal_workflow=told))
        return True

    def ask(self, workflow_id: str, name: str, *arguments: Any) -> asyncio.Future[Payload]:
        """An update; its answer comes once workflows have been let go on. Raises LookupError."""
        run = self.runs.get(workflow_id)
        if run is None or run.over:
            raise LookupError(workflow_id)
        self._numbers += 1
        protocol_id = f"update-{self._numbers}"
        run.updates[protocol_id] = answer = asyncio.get_running_loop().create_future()
        asked = DoUpdate(
            id=protocol_id,
            protocol_instance_id=protocol_id,
            name=name,
            input=_PAYLOADS.to_payloads(list(arguments)),
            run_validator=True,
        )
        asked.meta.update_id = protocol_id
        asked.meta.identity = "day"
        run.jobs.append(WorkflowActivationJob(do_update=asked))
        return answer

    async def query(self, workflow_id: str, name: str, gives: type[Answer]) -> Answer:
        run = self.runs[workflow_id]
        asked = QueryWorkflow(query_id="query", query_type=name)
        commands = await self._activate(run, [WorkflowActivationJob(query_workflow=asked)])
        answer = next(command.respond_to_query for command in commands)
        if answer.HasField("failed"):
            raise WorkflowBroke(answer.failed.message)
        return read(answer.succeeded.response, gives)

    # --- what the server does ------------------------------------------------------------------------
    async def go_on(self) -> bool:
        """One workflow task, or one activity. False: nothing is to be done before time passes or somebody asks."""
        waiting = [run for run in self.runs.values() if run.jobs and not run.over]
        if waiting:
            await self._task(self._random.choice(waiting))
            return True
        asked = [(run, one) for run in self.runs.values() for one in run.asked if not run.over]
        if asked:
            run, one = self._random.choice(asked)
            run.asked.remove(one)
            resolution = await self._carry_out(run, one)
            run.jobs.append(_resolved(one, resolution))
            run.history_length += 2
            return True
        return False

    async def _task(self, run: Run) -> None:
        self.tasks += 1
        jobs, run.jobs = run.jobs, []
        run.history_length += 2 + len(jobs)
        local: list[_Asked] = []
        while True:
            local += self._take(run, await self._activate(run, jobs))
            if not local or run.over:
                break
            one = local.pop(0)
            jobs = [_resolved(one, await self._carry_out(run, one))]
        run.history_length += 1

    async def _activate(self, run: Run, jobs: list[WorkflowActivationJob]) -> list[WorkflowCommand]:
        activation = WorkflowActivation(run_id=run.run_id, history_length=run.history_length, jobs=jobs)
        activation.timestamp.FromDatetime(self._time.ticks())
        # The instance is an event loop of its own, which must not run inside of this one.
        completion = await asyncio.get_running_loop().run_in_executor(None, run.instance.activate, activation)
        if completion.HasField("failed"):
            raise WorkflowBroke(f"{run.workflow_id}: {_cause(completion.failed.failure)}")
        return list(completion.successful.commands)

    def _take(self, run: Run, commands: list[WorkflowCommand]) -> list[_Asked]:
        """Carry out what needs nobody else; the local activities that the task waits for."""
        local: list[_Asked] = []
        for command in commands:
            match command.WhichOneof("variant"):
                case "schedule_local_activity":
                    local.append(self._scheduled(command.schedule_local_activity, local=True))
                case "schedule_activity":
                    run.asked.append(self._scheduled(command.schedule_activity, local=False))
                case "start_timer":
                    self._start_timer(run, command)
                case "cancel_timer":
                    if (alarm := run.timers.pop(command.cancel_timer.seq, None)) is not None:
                        alarm.cancel()
                case "update_response":
                    self._answer(run, command)
                case "complete_workflow_execution":
                    run.over, run.result = True, command.complete_workflow_execution.result
                case "upsert_workflow_search_attributes" | "modify_workflow_properties":
                    pass
                case other:
                    raise WorkflowBroke(f"{run.workflow_id}: {other}: {command}")
            run.history_length += 1
        return local

    def _scheduled(self, command: Any, *, local: bool) -> _Asked:
        queue = _QUEUE if local else command.task_queue
        return _Asked(
            command.seq, command.activity_type, list(command.arguments), queue, self._time.now(), local
        )

    def _start_timer(self, run: Run, command: WorkflowCommand) -> None:
        seq = command.start_timer.seq
        delay: timedelta = command.start_timer.start_to_fire_timeout.ToTimedelta()

        async def fire() -> None:
            if run.timers.pop(seq, None) is not None and not run.over:
                run.jobs.append(WorkflowActivationJob(fire_timer=FireTimer(seq=seq)))

        run.timers[seq] = self._time.at(self._time.now() + delay, fire)

    def _answer(self, run: Run, command: WorkflowCommand) -> None:
        response = command.update_response
        future = run.updates[response.protocol_instance_id]
        if response.HasField("completed"):
            future.set_result(response.completed)
        elif response.HasField("rejected"):
            future.set_exception(UpdateFailed(_cause(response.rejected)))
            future.exception()  # who asked may have gone

    # --- what workers do -----------------------------------------------------------------------------
    async def _carry_out(self, run: Run, asked: _Asked) -> ActivityResolution:
        function = self._activities[asked.name]
        environment = ActivityEnvironment()
        environment.payload_converter = _PAYLOADS
        environment.info = dataclasses.replace(
            environment.info,
            activity_type=asked.name,
            is_local=asked.local,
            scheduled_time=asked.at,
            current_attempt_scheduled_time=asked.at,
            started_time=self._time.now(),
            task_queue=asked.queue,
            workflow_id=run.workflow_id,
            workflow_run_id=run.run_id,
            workflow_type=str(self._definition.name),
            attempt=1,
        )
        try:
            answer = await environment.run(
                function, *_PAYLOADS.from_payloads(asked.arguments, _takes(function))
            )
        except ApplicationError as error:
            return ActivityResolution(failed=ActivityFailure(failure=_failure(asked, error)))
        return ActivityResolution(completed=Success(result=_PAYLOADS.to_payloads([answer])[0]))

    def _details(self, workflow_id: str, run_id: str) -> WorkflowInstanceDetails:
        now = self._time.now()
        info = temporalio.workflow.Info(
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
            task_queue=_QUEUE,
            task_timeout=timedelta(seconds=10),
            typed_search_attributes=TypedSearchAttributes([]),
            workflow_id=workflow_id,
            workflow_type=str(self._definition.name),
            priority=Priority.default,
        )
        return WorkflowInstanceDetails(
            payload_converter_factory=lambda: _PAYLOADS,
            failure_converter_class=DATA_CONVERTER.failure_converter_class,
            interceptor_classes=[],
            defn=self._definition,
            info=info,
            randomness_seed=self._random.getrandbits(32),
            extern_functions=_EXTERN,
            disable_eager_activity_execution=False,
            worker_level_failure_exception_types=[],
            patch_activation_callback=None,
            last_completion_result=temporalio.api.common.v1.Payloads(),
            last_failure=None,
        )


def read(payload: Payload, gives: type[Answer]) -> Answer:
    value: Answer = _PAYLOADS.from_payloads([payload], [gives])[0]
    return value


def _takes(function: Callable[..., Any]) -> list[Any]:
    parameters = [name for name in inspect.signature(function).parameters if name != "self"]
    hints = inspect.get_annotations(getattr(function, "__func__", function), eval_str=True)
    return [hints[name] for name in parameters]


def _resolved(asked: _Asked, resolution: ActivityResolution) -> WorkflowActivationJob:
    return WorkflowActivationJob(
        resolve_activity=ResolveActivity(seq=asked.seq, result=resolution, is_local=asked.local)
    )


def _failure(asked: _Asked, error: ApplicationError) -> Failure:
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
            retry_state=RetryState.NON_RETRYABLE_FAILURE,
        )
        told.__cause__ = error
    failure = Failure()
    _FAILURES.to_failure(told, _PAYLOADS, failure)
    return failure


def _cause(failure: Failure) -> BaseException:
    return _FAILURES.from_failure(failure, _PAYLOADS)
