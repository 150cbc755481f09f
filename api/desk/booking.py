"""Booking: one Update-with-Start, exactly once per account and Idempotency-Key.

The key decides the code, the code decides the workflow id, so a retry meets the same workflow; the update id
is always `book`, so it meets the same answer, running or closed.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.client import (
    WithStartWorkflowOperation,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import (
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from api.desk.idempotency import body_hash, remember
from api.errors import ApiProblem
from api.published import published_view
from api.services import Services
from api.tokens.bearer import Principal
from api.v1.schemas.reservations import BookingIn
from contracts.publication import ReservationView
from contracts.queues import BOOKING_PATIENCE, RESERVATIONS_QUEUE
from contracts.reservation import BookDecision, BookRequest
from contracts.search_attributes import SITE, SLOT_START, STATE
from db.queries import reservations
from db.tables import Driver, Site
from domain.errors import UnknownDriver, UnknownSite
from domain.reservation.code import reservation_code, workflow_id
from workflows.client.reservations import WORKFLOW, past_lost_tasks, refusal, require_reachable

UPDATE_ID = "book"
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """`decision` None: not decided in time; the same key asks again. `replayed`: the key was known."""

    code: str
    decision: BookDecision | None
    replayed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Customer:
    account: str
    driver_id: str
    fleet_id: str | None


async def book(services: Services, principal: Principal, key: str, body: BookingIn) -> Booked:
    """Decide the booking, or find out what was decided.

    Raises ApiProblem (idempotency_key_reused, scope_missing, invalid_request, overloaded), UnknownSite,
    UnknownDriver.
    """
    if services.booking_slots.locked():
        services.metrics.bookings.labels("shed").inc()
        raise ApiProblem("overloaded", "more bookings are being decided than we can; try again in a moment")
    async with services.booking_slots:
        with services.metrics.bookings_in_flight.track_inprogress():
            return await _book(services, principal, key, body)


async def _book(services: Services, principal: Principal, key: str, body: BookingIn) -> Booked:
    now = services.clock()
    async with services.sessions() as session:
        customer = await _customer(session, principal, body)
        code = reservation_code(customer.account, key)
        if await session.get(Site, body.site_id) is None:
            raise UnknownSite(f"there is no site {body.site_id!r}; see /v1/sites")
        digest = body_hash(body, customer.driver_id, customer.fleet_id or "")
        replayed = await remember(
            session, account=customer.account, key=key, digest=digest, code=code, now=now
        )
        row = await reservations.find(session, code) if replayed else None
        await session.commit()
    if row is not None and row.closed_at is not None:
        decision: BookDecision | None = await _recall(services, code, published_view(row))
    else:
        decision = await _decide(services, _request(code, customer, body, now))
    return Booked(code=code, decision=decision, replayed=replayed)


async def _customer(session: AsyncSession, principal: Principal, body: BookingIn) -> _Customer:
    if body.driver_id is None or body.driver_id == principal.subject:
        if "driver" in principal.scopes:
            fleet_id = await session.scalar(select(Driver.fleet_id).where(Driver.id == principal.subject))
            return _Customer(account=principal.subject, driver_id=principal.subject, fleet_id=fleet_id)
        if body.driver_id is None:
            raise ApiProblem(
                "invalid_request",
                "driver_id: a fleet names the driver it books for",
                extensions={
                    "errors": [
                        {"in": "body", "pointer": "#/driver_id", "reason": "missing", "message": "required"}
                    ]
                },
            )
    principal.require("fleet")
    driver = await session.get(Driver, body.driver_id)
    if principal.fleet_id is None or driver is None or driver.fleet_id != principal.fleet_id:
        raise UnknownDriver(f"the fleet has no driver {body.driver_id!r}")
    return _Customer(account=principal.fleet_id, driver_id=driver.id, fleet_id=principal.fleet_id)


def _request(code: str, customer: _Customer, body: BookingIn, now: datetime) -> BookRequest:
    return BookRequest(
        code=code,
        account=customer.account,
        driver_id=customer.driver_id,
        fleet_id=customer.fleet_id,
        site_id=body.site_id,
        start=body.start,
        end=body.end,
        book_by=now + BOOKING_PATIENCE,
        pool_id=body.pool_id,
        connector_type=body.connector_type,
        payment_method=body.payment_method,
    )


async def _decide(services: Services, request: BookRequest) -> BookDecision | None:
    """Temporal reference §1.2: USE_EXISTING + REJECT_DUPLICATE + a stable update id books exactly once."""
    patience = services.limits.booking_timeout

    async def execute() -> BookDecision:
        start = _start(request)  # each serves one call
        try:
            decision: BookDecision = await services.temporal.execute_update_with_start_workflow(
                "book",
                start_workflow_operation=start,
                id=UPDATE_ID,
                result_type=BookDecision,
                rpc_timeout=patience,
            )
        except BaseException:
            await _retrieve(start)
            raise
        return decision

    try:
        async with asyncio.timeout(patience.total_seconds() + 1):
            return await past_lost_tasks(execute)
    except (WorkflowUpdateRPCTimeoutOrCancelledError, TimeoutError):
        await require_reachable(services.temporal)
        return None
    except WorkflowUpdateFailedError as error:
        raise refusal(error.cause) from error
    except WorkflowAlreadyStartedError as error:
        raise ApiProblem(
            "booking_too_late", "the booking ended before it was decided; book again with a new key"
        ) from error


def _start(request: BookRequest) -> WithStartWorkflowOperation[object, object]:
    return WithStartWorkflowOperation(
        WORKFLOW,
        request,
        id=workflow_id(request.code),
        task_queue=RESERVATIONS_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
        static_summary=f"{request.site_id}, {request.start:%d %b %H:%M}–{request.end:%H:%M} UTC",
        search_attributes=TypedSearchAttributes(
            [
                SearchAttributePair(STATE, "REQUESTED"),
                SearchAttributePair(SITE, request.site_id),
                SearchAttributePair(SLOT_START, request.start),
            ]
        ),
    )


async def _retrieve(start: WithStartWorkflowOperation[object, object]) -> None:
    """The operation keeps the failure in a future of its own; unread, asyncio complains about it later.

    As a task: the failure may be a CancelledError, which must not pass for a cancellation of this request.
    """
    reading = asyncio.create_task(start.workflow_handle())
    await asyncio.wait({reading}, timeout=0.01)
    if not reading.done():
        reading.cancel()
    elif not reading.cancelled() and reading.exception() is not None:
        _log.debug("start_not_confirmed", error=type(reading.exception()).__name__)


async def _recall(services: Services, code: str, last: ReservationView) -> BookDecision:
    """What a closed reservation once answered: from its workflow, else (retention over) from the projection."""
    handle = services.temporal.get_workflow_handle(workflow_id(code))
    update = handle.get_update_handle(UPDATE_ID, result_type=BookDecision)
    try:
        remembered: BookDecision = await update.result(rpc_timeout=services.limits.query_timeout)
    except WorkflowUpdateFailedError as error:
        if last.decline_code:
            return _declined(last)
        raise refusal(error.cause) from error
    except WorkflowUpdateRPCTimeoutOrCancelledError:
        _log.info("recall_timed_out", reservation=code)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
    else:
        return remembered
    return _declined(last) if last.decline_code else BookDecision(outcome="confirmed", view=last)


def _declined(last: ReservationView) -> BookDecision:
    return BookDecision(
        outcome="declined", view=last, decline_code=last.decline_code, message="the booking was declined"
    )
