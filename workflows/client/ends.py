"""Did a reservation's workflow end, and how? For whoever cleans up after it."""

from datetime import timedelta

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError

from domain.reservation.code import workflow_id
from workflows.client.failures import NoWorkflow, of_rpc

NOT_FOUND = "NOT_FOUND"
_PATIENCE = timedelta(seconds=5)
_CLOSED = frozenset(
    {
        WorkflowExecutionStatus.COMPLETED,
        WorkflowExecutionStatus.FAILED,
        WorkflowExecutionStatus.CANCELED,
        WorkflowExecutionStatus.TERMINATED,
        WorkflowExecutionStatus.TIMED_OUT,
    }
)


class WorkflowEnds:
    def __init__(self, temporal: Client) -> None:
        self._temporal = temporal

    async def ended_as(self, code: str) -> str | None:
        """How the reservation's workflow ended; `NOT_FOUND` when there is none; None while it runs.

        Raises TemporalAway and CallBroken: nothing is known of the workflow, so nothing may be concluded.
        """
        try:
            handle = self._temporal.get_workflow_handle(workflow_id(code))
            description = await handle.describe(rpc_timeout=_PATIENCE)
        except RPCError as error:
            failure = of_rpc(error)
            if isinstance(failure, NoWorkflow):
                return NOT_FOUND
            raise failure from error
        status = description.status
        return status.name if status is not None and status in _CLOSED else None
