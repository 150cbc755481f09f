"""What a closed reservation would have settled next: a worker replays its history and answers. And its last command."""

import asyncio
from datetime import timedelta

import structlog
from temporalio.api.enums.v1 import EventType
from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
)
from temporalio.service import RPCError

from contracts.chargers import Connection
from contracts.money import OpenSettlement
from contracts.names import MessageName
from contracts.reconciliation import Unsettled
from domain.charging.commands import CommandOutcome, RemoteStop
from domain.reservation.code import workflow_id
from workflows.client.charger_commands import ChargerCommandClient
from workflows.client.failures import CallFailed
from workflows.client.rpc import RpcFailure, rpc_failure

_PATIENCE = timedelta(seconds=10)
"""A long history is read and replayed within it."""
_TAKEN_WITHIN, _ANSWERED_WITHIN = timedelta(seconds=4), timedelta(seconds=10)
_NEWS = frozenset(
    {
        EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED,
        EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED,
        EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT,
        EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED,
        EventType.EVENT_TYPE_TIMER_FIRED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ADMITTED,
    }
)
"""What a workflow hears of in its next task."""
_log = structlog.get_logger()


class EndedReservations:
    def __init__(self, temporal: Client, *, patience: timedelta = _PATIENCE) -> None:
        self._temporal = temporal
        self._patience = patience
        self._commands = ChargerCommandClient(temporal)

    async def open_settlement(self, code: str) -> OpenSettlement | Unsettled:
        """Or why nothing can be said. Never raises for what Temporal fails at."""
        handle = self._temporal.get_workflow_handle(workflow_id(code))
        try:
            async with asyncio.timeout(2 * self._patience.total_seconds() + 1):
                return await self._asked(handle)
        except RPCError as error:
            is_gone = rpc_failure(error) is RpcFailure.NO_WORKFLOW
            return Unsettled.FORGOTTEN if is_gone else Unsettled.NO_ANSWER
        except TimeoutError:
            return Unsettled.NO_ANSWER

    async def stop(self, instance: str, connection: Connection, transaction_id: str) -> CommandOutcome:
        """Ask the charger once, by gateway `instance`. NO_RESPONSE also where Temporal cannot be reached."""
        command = RemoteStop(transaction_id=transaction_id)
        try:
            reply = await self._commands.send(
                instance,
                connection,
                command,
                taken_within=_TAKEN_WITHIN,
                answered_within=_ANSWERED_WITHIN,
            )
        except CallFailed as failure:
            _log.warning("stop_not_sent", charger_id=connection.charger_id, code=failure.code)
            return CommandOutcome.NO_RESPONSE
        return reply.outcome

    async def _asked(self, handle: WorkflowHandle[object, object]) -> OpenSettlement | Unsettled:
        described = await handle.describe(rpc_timeout=self._patience)
        if described.close_time is None or described.status is WorkflowExecutionStatus.RUNNING:
            return Unsettled.RUNS
        of_it = self._temporal.get_workflow_handle(described.id, run_id=described.run_id)
        try:
            answer: OpenSettlement = await of_it.query(
                MessageName.OPEN_SETTLEMENT,
                described.close_time,
                result_type=OpenSettlement,
                rpc_timeout=self._patience,
            )
        except (WorkflowQueryFailedError, WorkflowQueryRejectedError) as error:
            why = await _why_failed(of_it)
            _log.error("settlement_not_told", workflow=described.id, why=why, error=str(error))
            return why
        return answer


async def _why_failed(run: WorkflowHandle[object, object]) -> Unsettled:
    """By how its history ends."""
    untaken = False
    async for event in run.fetch_history_events():
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
            untaken = False
        elif event.event_type in _NEWS:
            untaken = True
    return Unsettled.NOT_TAKEN_UP if untaken else Unsettled.NOT_REPLAYED
