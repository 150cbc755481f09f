"""The start of a reservation's workflow, as one Update-with-Start takes it."""

import asyncio

import structlog
from temporalio.client import WithStartWorkflowOperation
from temporalio.common import (
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)

from contracts.names import RESERVATION_WORKFLOW, RESERVATIONS_QUEUE
from contracts.reservation import BookRequest
from contracts.search_attributes import SITE, SLOT_START, STATE
from domain.reservation.code import workflow_id
from texts import details
from texts.reader import Reader

Start = WithStartWorkflowOperation[object, object]
_log = structlog.get_logger()


def start_of(request: BookRequest) -> Start:
    """Serves one call only."""
    return WithStartWorkflowOperation(
        RESERVATION_WORKFLOW,
        request,
        id=workflow_id(request.code),
        task_queue=RESERVATIONS_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
        static_summary=Reader().fact(details.Reservation(reservation=request.code)),
        search_attributes=TypedSearchAttributes(
            [
                SearchAttributePair(STATE, "REQUESTED"),
                SearchAttributePair(SITE, request.site_id),
                SearchAttributePair(SLOT_START, request.start),
            ]
        ),
    )


async def retrieve(start: Start) -> None:
    """The operation keeps the failure in a future of its own; unread, asyncio complains about it later.

    As a task: the failure may be a CancelledError, which must not pass for a cancellation of this request.
    """
    reading = asyncio.create_task(start.workflow_handle())
    await asyncio.wait({reading}, timeout=0.01)
    if not reading.done():
        reading.cancel()
    elif not reading.cancelled() and reading.exception() is not None:
        _log.debug("start_not_confirmed", error=type(reading.exception()).__name__)
