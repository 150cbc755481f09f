"""How a process talks to the workflow of a debt: it is told of news, or asked for something to pay with.

Either starts it where it does not run.
"""

import asyncio
import uuid
from datetime import timedelta

from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError

from contracts.debts import PaymentAsked
from contracts.names import DEBT_WORKFLOW, RESERVATIONS_QUEUE, MessageName, debt_workflow_id
from texts import details
from texts.reader import Reader
from workflows.client.failures import NoAnswerYet, TemporalAway, away, of_rpc, of_update
from workflows.client.rpc import RpcFailure, is_reachable, rpc_failure
from workflows.client.signals import RPC_TIMEOUT, SignalRefused
from workflows.client.starting import Start, retrieve


async def tell_debt(client: Client, code: str) -> None:
    """There is news. Raises TemporalAway and SignalRefused: nothing was decided, the caller tries again."""
    try:
        await client.start_workflow(
            DEBT_WORKFLOW,
            code,
            id=debt_workflow_id(code),
            task_queue=RESERVATIONS_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            start_signal=MessageName.DEBT_CHANGED,
            static_summary=_summary(code),
            rpc_timeout=RPC_TIMEOUT,
        )
    except RPCError as error:
        if rpc_failure(error) in (RpcFailure.AWAY, RpcFailure.SHUT_OUT):
            raise TemporalAway(error.status.name) from error
        raise SignalRefused(f"{error.status.name}: {error.message}") from error


class DebtClient:
    """`patience`: how long the caller waits for the answer."""

    def __init__(self, temporal: Client) -> None:
        self._temporal = temporal

    async def pay(self, code: str, *, patience: timedelta) -> PaymentAsked:
        """Something to pay with. Raises Refused, NoAnswerYet, TemporalAway, CallBroken."""
        start: Start = WithStartWorkflowOperation(
            DEBT_WORKFLOW,
            code,
            id=debt_workflow_id(code),
            task_queue=RESERVATIONS_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            static_summary=_summary(code),
        )
        try:
            async with asyncio.timeout(patience.total_seconds() + 1):
                asked: PaymentAsked = await self._temporal.execute_update_with_start_workflow(
                    MessageName.PAY,
                    start_workflow_operation=start,
                    id=f"pay-{uuid.uuid4().hex}",
                    result_type=PaymentAsked,
                    rpc_timeout=patience,
                )
        except (WorkflowUpdateRPCTimeoutOrCancelledError, TimeoutError) as error:
            await retrieve(start)
            if not await is_reachable(self._temporal):
                raise away() from error
            raise NoAnswerYet("not answered in time") from error
        except WorkflowUpdateFailedError as error:
            await retrieve(start)
            raise of_update(error.cause) from error
        except RPCError as error:
            await retrieve(start)
            raise of_rpc(error) from error
        return asked


def _summary(code: str) -> str:
    return Reader().fact(details.Debt(reservation=code))
