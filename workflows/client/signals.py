"""Signals a reservation's workflow: the one place where a process does it."""

from datetime import timedelta
from enum import StrEnum
from typing import Any

from temporalio.client import Client
from temporalio.service import RPCError

from domain.reservation.code import workflow_id
from workflows.client.failures import TemporalAway
from workflows.client.rpc import RpcFailure, rpc_failure

RPC_TIMEOUT = timedelta(seconds=5)


class SignalOutcome(StrEnum):
    """Both are final, in the namespace where our reservations live."""

    SIGNALLED = "signalled"
    NO_WORKFLOW = "no_workflow"
    """It is closed, or was never begun."""


class SignalRefused(Exception):
    """Temporal did not take this signal for this workflow (say, its history is full). Others may go through."""

    code = "signal_refused"


async def signal_reservation(client: Client, code: str, signal: str, message: Any = None) -> SignalOutcome:
    """Raises TemporalAway and SignalRefused: nothing was decided, the caller tries again."""
    handle = client.get_workflow_handle(workflow_id(code))
    try:
        if message is None:
            await handle.signal(signal, rpc_timeout=RPC_TIMEOUT)
        else:
            await handle.signal(signal, message, rpc_timeout=RPC_TIMEOUT)
    except RPCError as error:
        match rpc_failure(error):
            case RpcFailure.NO_WORKFLOW:
                return SignalOutcome.NO_WORKFLOW
            case RpcFailure.AWAY | RpcFailure.SHUT_OUT:
                raise TemporalAway(error.status.name) from error
            case RpcFailure.LOST_TASK | RpcFailure.REFUSED:
                raise SignalRefused(f"{error.status.name}: {error.message}") from error
    return SignalOutcome.SIGNALLED
