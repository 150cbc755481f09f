"""Workflows in virtual time: the real definition in the SDK's own instance (`instances`), here in the server's part.

A server that counts seconds cannot live a day in seconds, and one that skips time has a clock for each workflow. So
activations are made here and the commands they come to are carried out: activities by `workers`, timers by the day's
clock. What comes from outside waits until the workflow task under way has ended, as it does there; in which order
activities of workers are answered is left to chance.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.bridge.proto.workflow_activation import (
    DoUpdate,
    FireTimer,
    InitializeWorkflow,
    QueryWorkflow,
    SignalWorkflow,
    WorkflowActivation,
    WorkflowActivationJob,
)
from temporalio.bridge.proto.workflow_commands import WorkflowCommand
from temporalio.exceptions import ApplicationError

from days.instances import QUEUE, Instances
from days.memory import Memory, WorkflowBroke
from days.payloads import PAYLOADS, Answer, cause_of, read
from days.virtual_time import Alarm, VirtualTime
from days.workers import Asked, Implementations, Retries, Workers


class UpdateFailed(Exception):
    """`code`: the type of the ApplicationError that refused it."""

    def __init__(self, cause: BaseException) -> None:
        super().__init__(str(cause))
        self.code = cause.type if isinstance(cause, ApplicationError) else ""


@dataclass(slots=True, eq=False)
class Run:
    """One workflow, from its start to its end."""

    workflow_id: str
    run_id: str
    memory: Memory
    history_length: int = 0
    jobs: list[WorkflowActivationJob] = field(default_factory=list)
    timers: dict[int, Alarm] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    """Of workers; in the history."""
    updates: dict[str, asyncio.Future[Payload]] = field(default_factory=dict)
    over: bool = False
    result: Payload | None = None


class Workflows:
    """All workflows of a day, by id in `runs`. `tasks`: how many there were.

    `loses`: so many of the next ones are lost once they are done, with the worker's memory: they run again.
    """

    def __init__(
        self, instances: Instances, activities: Implementations, time: VirtualTime, random: Random
    ) -> None:
        self._instances = instances
        self._workers = Workers(activities, instances.workflow_type)
        self._time = time
        self._random = random
        self._numbers = 0
        self.runs: dict[str, Run] = {}
        self.tasks = 0
        self.loses = 0
        self._slow: tuple[frozenset[str], datetime] = (frozenset(), time.now())

    # --- what clients do -----------------------------------------------------------------------------
    def start(self, workflow_id: str, argument: Any) -> Run:
        run_id = f"run-{workflow_id}"
        make = partial(
            self._instances.create,
            workflow_id,
            run_id,
            now=self._time.now(),
            seed=self._random.getrandbits(32),
        )
        run = Run(workflow_id, run_id, Memory(workflow_id, make))
        started = InitializeWorkflow(
            workflow_type=self._instances.workflow_type,
            workflow_id=workflow_id,
            arguments=PAYLOADS.to_payloads([argument]),
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
            input=PAYLOADS.to_payloads([argument]),
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
            input=PAYLOADS.to_payloads(list(arguments)),
            run_validator=True,
        )
        asked.meta.update_id = protocol_id
        asked.meta.identity = "day"
        run.jobs.append(WorkflowActivationJob(do_update=asked))
        return answer

    async def query(self, workflow_id: str, name: str, gives: type[Answer]) -> Answer:
        run = self.runs[workflow_id]
        asked = QueryWorkflow(query_id="query", query_type=name)
        _, commands = await self._activate(run, [WorkflowActivationJob(query_workflow=asked)])
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
        slow, until = self._slow
        asked = [
            (run, one)
            for run in self.runs.values()
            for one in run.asked
            if not run.over and (one.name not in slow or self._time.now() >= until)
        ]
        if asked:
            await self._let_work(*self._random.choice(asked))
            return True
        return False

    def slow_down(self, names: frozenset[str], seconds: float) -> None:
        """Activities of these names are carried out only then."""

        async def go_on() -> None:
            return None

        self._slow = (names, self._time.now() + timedelta(seconds=seconds))
        self._time.after(seconds, go_on)

    async def _let_work(self, run: Run, one: Asked) -> None:
        run.asked.remove(one)
        done = await self._workers.carry_out(one, self._time.now())
        if not isinstance(done, Asked):
            run.jobs.append(done)
            run.history_length += 2
            return
        again = done

        async def ask_again() -> None:
            run.asked.append(again)

        self._time.at(again.due, ask_again)

    async def _task(self, run: Run) -> None:
        self.tasks += 1
        if self.loses:
            self.loses -= 1
            await self._lose(run)
        jobs, run.jobs = run.jobs, []
        run.history_length += 2 + len(jobs)
        local: list[Asked] = []
        while True:
            activation, commands = await self._activate(run, jobs)
            run.memory.keep(activation, commands)
            local += self._take(run, commands)
            if not local or run.over:
                break
            jobs = [await self._carry_out_locally(local.pop(0))]
        run.history_length += 1

    async def _lose(self, run: Run) -> None:
        """What it asked for within the task is done, and nobody ever hears that it was."""
        jobs, local = list(run.jobs), list[Asked]()
        while True:
            _, commands = await self._activate(run, jobs)
            local += [
                self._scheduled(run, command.schedule_local_activity, local=True)
                for command in commands
                if command.HasField("schedule_local_activity")
            ]
            if not local:
                break
            jobs = [await self._carry_out_locally(local.pop(0))]
        run.history_length += 3
        await run.memory.lose()

    async def _carry_out_locally(self, asked: Asked) -> WorkflowActivationJob:
        while isinstance(done := await self._workers.carry_out(asked, self._time.ticks()), Asked):
            asked = done
        return done

    async def _activate(
        self, run: Run, jobs: list[WorkflowActivationJob]
    ) -> tuple[WorkflowActivation, list[WorkflowCommand]]:
        activation = WorkflowActivation(run_id=run.run_id, history_length=run.history_length, jobs=jobs)
        activation.timestamp.FromDatetime(self._time.ticks())
        return activation, await run.memory.activate(activation)

    def _take(self, run: Run, commands: list[WorkflowCommand]) -> list[Asked]:
        """Carry out what needs nobody else; the local activities that the task waits for."""
        local: list[Asked] = []
        for command in commands:
            match command.WhichOneof("variant"):
                case "schedule_local_activity":
                    local.append(self._scheduled(run, command.schedule_local_activity, local=True))
                case "schedule_activity":
                    run.asked.append(self._scheduled(run, command.schedule_activity, local=False))
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

    def _scheduled(self, run: Run, command: Any, *, local: bool) -> Asked:
        return Asked(
            workflow_id=run.workflow_id,
            run_id=run.run_id,
            seq=command.seq,
            name=command.activity_type,
            arguments=tuple(command.arguments),
            queue=QUEUE if local else command.task_queue,
            at=self._time.now(),
            due=self._time.now(),
            local=local,
            retries=Retries.of(command),
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
            future.set_exception(UpdateFailed(cause_of(response.rejected)))
            future.exception()  # who asked may have gone
