"""What a failed call to Temporal says: the one classification for api, worker and gateway; and is it there?

NOT_FOUND alone is no answer about a workflow: a misspelt namespace says it too, about all of them.
"""

import asyncio
from datetime import timedelta
from enum import StrEnum

import structlog
from temporalio.api.errordetails.v1 import NotFoundFailure
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

_HEALTH_PATIENCE = timedelta(seconds=1)
_log = structlog.get_logger()


class RpcFailure(StrEnum):
    """What to do is in the name's description; only NO_WORKFLOW and REFUSED are final."""

    NO_WORKFLOW = "no_workflow"
    """It is closed, or was never begun."""
    LOST_TASK = "lost_task"
    """An update met a workflow task that was lost; sent again with the same id it acts once."""
    AWAY = "away"
    """Temporal is away, overloaded or closed to us, whatever the workflow: wait, then send again."""
    REFUSED = "refused"
    """This very call is wrong; sending it again changes nothing."""


_AWAY = frozenset(
    {
        RPCStatusCode.UNAVAILABLE,
        RPCStatusCode.DEADLINE_EXCEEDED,
        RPCStatusCode.CANCELLED,
        RPCStatusCode.RESOURCE_EXHAUSTED,
        RPCStatusCode.ABORTED,
        RPCStatusCode.INTERNAL,
        RPCStatusCode.UNKNOWN,
        RPCStatusCode.UNAUTHENTICATED,
        RPCStatusCode.PERMISSION_DENIED,
    }
)


def rpc_failure(error: RPCError) -> RpcFailure:
    """Of any call: start, update, query, signal or describe."""
    if error.status is RPCStatusCode.NOT_FOUND:
        return RpcFailure.NO_WORKFLOW if _has_detail(error, NotFoundFailure) else RpcFailure.AWAY
    if error.status is RPCStatusCode.FAILED_PRECONDITION:
        return RpcFailure.LOST_TASK
    return RpcFailure.AWAY if error.status in _AWAY else RpcFailure.REFUSED


async def is_reachable(temporal: Client, patience: timedelta = _HEALTH_PATIENCE) -> bool:
    """Does Temporal answer at all? After a timeout it tells a slow workflow from a server that is away."""
    try:
        async with asyncio.timeout(patience.total_seconds()):
            return await temporal.service_client.check_health(timeout=patience)
    except (RPCError, RuntimeError, TimeoutError) as error:
        _log.warning("temporal_not_reachable", error=type(error).__name__)
        return False


def _has_detail(error: RPCError, kind: type[NotFoundFailure]) -> bool:
    return any(detail.Is(kind.DESCRIPTOR) for detail in error.grpc_status.details)
