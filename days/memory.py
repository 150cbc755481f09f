"""One workflow in a worker's memory, with the history from which it is made again when the worker loses it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from temporalio.bridge.proto.workflow_activation import (
    RemoveFromCache,
    WorkflowActivation,
    WorkflowActivationJob,
)
from temporalio.bridge.proto.workflow_commands import WorkflowCommand
from temporalio.worker import WorkflowInstance

from days.payloads import cause_of


class WorkflowBroke(AssertionError):
    """A task failed, or the workflow did: never right."""


@dataclass(slots=True)
class Memory:
    """`make`: its instance, as it was at the beginning; each has the same seed."""

    workflow_id: str
    make: Callable[[], WorkflowInstance]
    _instance: WorkflowInstance | None = None
    _told: list[tuple[WorkflowActivation, list[bytes]]] = field(default_factory=list)

    async def activate(self, activation: WorkflowActivation) -> list[WorkflowCommand]:
        """What the workflow comes to; it becomes history with `keep`. Raises WorkflowBroke."""
        if self._instance is None:
            self._instance = self.make()
        # The instance is an event loop of its own, which must not run inside of this one.
        loop = asyncio.get_running_loop()
        completion = await loop.run_in_executor(None, self._instance.activate, activation)
        if completion.HasField("failed"):
            raise WorkflowBroke(f"{self.workflow_id}: {cause_of(completion.failed.failure)}")
        return list(completion.successful.commands)

    def keep(self, activation: WorkflowActivation, commands: list[WorkflowCommand]) -> None:
        self._told.append((activation, _written(commands)))

    async def lose(self) -> None:
        """Have it made again from its history. Raises WorkflowBroke: it came to something else than before."""
        gone = WorkflowActivation(jobs=[WorkflowActivationJob(remove_from_cache=RemoveFromCache())])
        await self.activate(gone)
        self._instance = None
        for activation, came_to in self._told:
            again = WorkflowActivation()
            again.CopyFrom(activation)
            again.is_replaying = True
            if _written(await self.activate(again)) != came_to:
                raise WorkflowBroke(f"{self.workflow_id}: replayed, it came to something else")


def _written(commands: list[WorkflowCommand]) -> list[bytes]:
    return [command.SerializeToString(deterministic=True) for command in commands]
