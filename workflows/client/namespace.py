"""What the namespace that this process talks to knows of our workflows. For whoever cleans up after them."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.service import RPCError

from contracts.names import RESERVATION_WORKFLOW
from contracts.reconciliation import NOT_FOUND, NamespaceIdentity
from domain.errors import InvalidReservationCode
from domain.reservation.code import code_of_workflow, workflow_id
from workflows.client.description import description
from workflows.client.failures import NoWorkflow, of_rpc

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


class NamespaceMemory:
    """Each question raises TemporalAway or CallBroken when nothing is known, so nothing may be concluded."""

    def __init__(self, temporal: Client) -> None:
        self._temporal = temporal

    async def identity(self) -> NamespaceIdentity:
        described = await description(self._temporal)
        retention = described.config.workflow_execution_retention_ttl.ToTimedelta()
        return NamespaceIdentity(
            id=described.namespace_info.id, name=self._temporal.namespace, retention=retention
        )

    async def ended_as(self, code: str) -> str | None:
        """How the reservation's workflow ended; `NOT_FOUND` when there is none; None while it runs."""
        return await _end_of(self._temporal.get_workflow_handle(workflow_id(code)))

    async def remembers(self, workflow: str, run: str) -> bool:
        """Is this run known, whether or not it is over?"""
        return await _end_of(self._temporal.get_workflow_handle(workflow, run_id=run)) != NOT_FOUND

    async def running(self, since: datetime) -> AsyncIterator[str]:
        """Codes of the reservations that run and began before `since`, as lists have them: some may be missing."""
        query = f"WorkflowType = '{RESERVATION_WORKFLOW}' AND ExecutionStatus = 'Running'"
        begun = f"{query} AND StartTime < '{since.isoformat()}'"
        try:
            async for execution in self._temporal.list_workflows(begun, page_size=500, rpc_timeout=_PATIENCE):
                code = _code_of(execution.id)
                if code is not None:
                    yield code
        except RPCError as error:
            raise of_rpc(error) from error


async def _end_of(handle: WorkflowHandle[object, object]) -> str | None:
    try:
        description = await handle.describe(rpc_timeout=_PATIENCE)
    except RPCError as error:
        failure = of_rpc(error)
        if isinstance(failure, NoWorkflow):
            return NOT_FOUND
        raise failure from error
    status = description.status
    return status.name if status is not None and status in _CLOSED else None


def _code_of(workflow: str) -> str | None:
    """None for one that somebody started by hand under an id of their own."""
    try:
        return code_of_workflow(workflow)
    except InvalidReservationCode:
        return None
