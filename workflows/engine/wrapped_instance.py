"""A workflow's instance within a runner's own: whoever wraps it says what is different about its activations."""

from abc import abstractmethod
from typing import Any

from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.converter import SerializationContext, StorageDriverStoreContext
from temporalio.worker import WorkflowInstance
from temporalio.workflow import Info


class WrappedInstance(WorkflowInstance):
    """Knows which local activities are under way, by the sequence numbers of the core."""

    def __init__(self, workflow: WorkflowInstance) -> None:
        self._workflow = workflow
        self._under_way: set[int] = set()

    @abstractmethod
    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion: ...

    def _activated(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        """By the instance itself."""
        for job in act.jobs:
            if job.HasField("resolve_activity") and job.resolve_activity.is_local:
                self._under_way.discard(job.resolve_activity.seq)
        completion = self._workflow.activate(act)
        for command in completion.successful.commands:
            if command.HasField("schedule_local_activity"):
                self._under_way.add(command.schedule_local_activity.seq)
        return completion

    def get_serialization_context(self, command_info: Any) -> SerializationContext | None:
        """None: no codec of ours asks whose a payload is, and the sandbox would be entered for each of them."""
        return None

    def get_external_store_context(self, command_info: Any) -> StorageDriverStoreContext:
        """Of nobody: we store no payload elsewhere, and it is asked for each of them, too."""
        return StorageDriverStoreContext()

    def get_info(self) -> Info:
        return self._workflow.get_info()

    def get_thread_id(self) -> int | None:
        return self._workflow.get_thread_id()
