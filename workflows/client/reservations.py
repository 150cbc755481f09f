"""Talking to reservation workflows by name: updates, the live view, and what their failures mean.

Refusals arrive as ApplicationError whose `type` is the domain error's code; nothing is matched by message.
"""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, TypeVar

import structlog
from api.errors import KINDS, ApiProblem
from contracts.publication import ReservationView
from domain.errors import NotPossibleNow
from domain.reservation.code import workflow_id
from temporalio.client import (
    Client,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

WORKFLOW = "ReservationWorkflow"
_NO_ARGUMENT = object()
_LOST_TASK_ATTEMPTS = 6
_LOST_TASK_PAUSE_S = 0.05
_HEALTH_PATIENCE = timedelta(seconds=1)
_log = structlog.get_logger()
_ENDED_BEFORE_ANSWERING = "AcceptedUpdateCompletedWorkflow"
"""The server's failure type for an update whose workflow closed (or was terminated) under it."""


Answer = TypeVar("Answer")


async def past_lost_tasks(call: Callable[[], Awaitable[Answer]]) -> Answer:
    """Repeat an update that the server dropped because the workflow task it met was lost.

    A signal that arrives while a reservation closes does that every time (UnhandledCommand). `call` uses one
    update id, so it acts once. Raises the RPCError when it goes on.
    """
    for attempt in range(1, _LOST_TASK_ATTEMPTS):
        try:
            return await call()
        except RPCError as error:
            if error.status is not RPCStatusCode.FAILED_PRECONDITION:
                raise
            _log.info("update_met_a_lost_task", attempt=attempt)
        await asyncio.sleep(_LOST_TASK_PAUSE_S * attempt)
    return await call()


async def update_reservation(
    client: Client,
    code: str,
    name: str,
    argument: Any = _NO_ARGUMENT,
    *,
    update_id: str | None,
    timeout: timedelta,
) -> ReservationView:
    """Ask the reservation to act; its new view. Raises ApiProblem with the workflow's own refusal.

    `not_possible_now` when the reservation is closed; `no_answer_yet` when nobody answered in time (repeating
    the request with the same update id meets the same update).
    """
    handle = client.get_workflow_handle(workflow_id(code))
    arguments = [] if argument is _NO_ARGUMENT else [argument]
    asked = update_id or f"{name}-{uuid.uuid4().hex}"

    async def execute() -> ReservationView:
        view: ReservationView = await handle.execute_update(
            name, args=arguments, id=asked, result_type=ReservationView, rpc_timeout=timeout
        )
        return view

    try:
        async with asyncio.timeout(timeout.total_seconds() + 1):
            return await past_lost_tasks(execute)
    except (WorkflowUpdateRPCTimeoutOrCancelledError, TimeoutError) as error:
        await require_reachable(client)
        raise ApiProblem(
            "no_answer_yet",
            "the reservation did not answer in time and may still act; read it, or repeat the request with "
            "the same Idempotency-Key",
        ) from error
    except WorkflowUpdateFailedError as error:
        raise refusal(error.cause) from error
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise NotPossibleNow("the reservation has ended; nothing more can be done with it") from error
        raise


async def live_view(client: Client, code: str, timeout: timedelta) -> ReservationView | None:
    """The workflow's own view; None when it is gone or no worker answers in time."""
    handle = client.get_workflow_handle(workflow_id(code))
    try:
        async with asyncio.timeout(timeout.total_seconds() + 0.5):
            view: ReservationView = await handle.query(
                "view", result_type=ReservationView, rpc_timeout=timeout
            )
    except (RPCError, WorkflowQueryFailedError, WorkflowQueryRejectedError, TimeoutError) as error:
        _log.info("live_view_unavailable", reservation=code, error=type(error).__name__)
        return None
    return view


async def require_reachable(client: Client) -> None:
    """After a timeout: was it the reservation, or is Temporal away? Raises temporal_unavailable for the latter."""
    try:
        async with asyncio.timeout(_HEALTH_PATIENCE.total_seconds()):
            if await client.service_client.check_health(timeout=_HEALTH_PATIENCE):
                return
    except (RPCError, TimeoutError) as error:
        _log.warning("temporal_unavailable", error=type(error).__name__)
    raise ApiProblem(
        "temporal_unavailable",
        "reservations cannot be reached right now; repeat with the same Idempotency-Key",
    )


def refusal(cause: BaseException | None) -> ApiProblem:
    """The problem that a failed update stands for."""
    if isinstance(cause, ApplicationError):
        if cause.type == _ENDED_BEFORE_ANSWERING:
            return ApiProblem("not_possible_now", "the reservation ended before it could answer")
        if cause.type is not None and cause.type in KINDS:
            details = cause.details[0] if cause.details else None
            extensions = {"details": dict(details)} if isinstance(details, Mapping) else {}
            return ApiProblem(cause.type, cause.message, extensions=extensions)
    _log.error("update_failed", cause=type(cause).__name__, failure_type=getattr(cause, "type", None))
    return ApiProblem("internal_error", "tell us the request id if it stays")
