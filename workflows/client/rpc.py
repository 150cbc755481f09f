"""What a failed call to Temporal says: the one classification for api, worker and gateway; and is it there?

NOT_FOUND alone is no answer about a workflow: a misspelt namespace says it too, about all of them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import TypeVar

import structlog
from temporalio.api.errordetails.v1 import NotFoundFailure, WorkflowNotReadyFailure
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

_HEALTH_PATIENCE = timedelta(seconds=1)
_CLOSED_UNDER_IT = frozenset({RPCStatusCode.CANCELLED, RPCStatusCode.INTERNAL})
_log = structlog.get_logger()
Answer = TypeVar("Answer")


class RpcFailure(StrEnum):
    """What to do is in the name's description; only NO_WORKFLOW and REFUSED are final."""

    NO_WORKFLOW = "no_workflow"
    """It is closed, or was never begun."""
    LOST_TASK = "lost_task"
    """An update met a workflow task that was lost; sent again with the same id it acts once."""
    AWAY = "away"
    """Temporal is away or overloaded, whatever the workflow; perhaps it acted. Wait, then send again."""
    SHUT_OUT = "shut_out"
    """Temporal does not let us in: for the caller as AWAY, and an operator has to mend it (see /readyz)."""
    REFUSED = "refused"
    """This very call is wrong, a mistake of ours; sending it again changes nothing."""


MEANING: Mapping[RPCStatusCode, RpcFailure] = {
    RPCStatusCode.OK: RpcFailure.AWAY,  # an error that says OK says nothing
    RPCStatusCode.CANCELLED: RpcFailure.AWAY,
    RPCStatusCode.UNKNOWN: RpcFailure.AWAY,  # a connection that broke, too
    RPCStatusCode.INVALID_ARGUMENT: RpcFailure.REFUSED,
    RPCStatusCode.DEADLINE_EXCEEDED: RpcFailure.AWAY,
    RPCStatusCode.NOT_FOUND: RpcFailure.AWAY,  # without a word about a workflow: see rpc_failure
    RPCStatusCode.ALREADY_EXISTS: RpcFailure.REFUSED,  # where it means a workflow, the SDK says so by type
    RPCStatusCode.PERMISSION_DENIED: RpcFailure.SHUT_OUT,
    RPCStatusCode.RESOURCE_EXHAUSTED: RpcFailure.AWAY,
    RPCStatusCode.FAILED_PRECONDITION: RpcFailure.LOST_TASK,
    RPCStatusCode.ABORTED: RpcFailure.AWAY,
    RPCStatusCode.OUT_OF_RANGE: RpcFailure.REFUSED,
    RPCStatusCode.UNIMPLEMENTED: RpcFailure.REFUSED,
    RPCStatusCode.INTERNAL: RpcFailure.AWAY,
    RPCStatusCode.UNAVAILABLE: RpcFailure.AWAY,
    RPCStatusCode.DATA_LOSS: RpcFailure.AWAY,
    RPCStatusCode.UNAUTHENTICATED: RpcFailure.SHUT_OUT,
}
"""Every status that gRPC has; `docs/operating.md` tells what callers are answered."""


def rpc_failure(error: RPCError) -> RpcFailure:
    """Of any call: start, update, query, signal or describe. A status that we do not know means AWAY."""
    if error.status is RPCStatusCode.NOT_FOUND and _has_detail(error, NotFoundFailure):
        return RpcFailure.NO_WORKFLOW
    return MEANING.get(error.status, RpcFailure.AWAY)


def has_done_nothing(error: RPCError) -> bool:
    """Of a query: its workflow has not finished a single task, and never will where it is over."""
    return _has_detail(error, WorkflowNotReadyFailure)


async def once_more(ask: Callable[[], Awaitable[Answer]]) -> Answer:
    """Ask what may be asked twice, and again where the connection was closed under it. Raises RPCError.

    Servers close each connection after some minutes (`frontend.keepAliveMaxConnectionAge`). What was under way on it
    came back CANCELLED or, seldom, INTERNAL: 204 of 76 066 descriptions of a namespace at one connection each 0.5 s.
    The SDK asks again for its own calls, but for those of its services it does so for seconds while nobody is there.
    """
    try:
        return await ask()
    except RPCError as error:
        if error.status not in _CLOSED_UNDER_IT:
            raise
        return await ask()


async def is_reachable(temporal: Client, patience: timedelta = _HEALTH_PATIENCE) -> bool:
    """Does Temporal answer at all? After a timeout it tells a slow workflow from a server that is away."""
    try:
        async with asyncio.timeout(patience.total_seconds()):
            return await once_more(lambda: temporal.service_client.check_health(timeout=patience))
    except (RPCError, RuntimeError, TimeoutError) as error:
        _log.warning("temporal_not_reachable", error=type(error).__name__)
        return False


def _has_detail(error: RPCError, kind: type[NotFoundFailure | WorkflowNotReadyFailure]) -> bool:
    return any(detail.Is(kind.DESCRIPTOR) for detail in error.grpc_status.details)
