"""How a process talks to reservation workflows: start, act, view, and the booking's remembered answer.

A retry meets its workflow because the account and key decide the code, the code decides the workflow id
(domain.reservation.code), and the update id decides the answer: `book` for every booking, the caller's for an act.
The same key with another body is refused before that, and a booking that Temporal no longer keeps is answered from
the projection (api.desk.booking, api.desk.idempotency).
"""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

import structlog
from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from contracts.names import MessageName, undo_id
from contracts.publication import ReservationView
from contracts.reservation import BookDecision, BookRequest
from domain.part import PartOf
from domain.reservation.actions.messages import Message, Operate
from domain.reservation.actions.rules import may_be_undone
from domain.reservation.code import workflow_id
from domain.reservation.lifecycle import FINAL, State
from workflows.client.failures import (
    CallBroken,
    EndedUnanswered,
    NoAnswerYet,
    NoWorkflow,
    Refused,
    TemporalNotSetUp,
    away,
    of_rpc,
    of_update,
)
from workflows.client.registered_attributes import unregistered
from workflows.client.rpc import RpcFailure, has_done_nothing, is_reachable, rpc_failure
from workflows.client.starting import retrieve, start_of

Answer = TypeVar("Answer")

_LOST_TASK_ATTEMPTS = 6
_LOST_TASK_PAUSE_S = 0.05
_UNSAID = (RPCError, WorkflowQueryFailedError, WorkflowQueryRejectedError, TimeoutError)
"""What a query ends with that brought no view."""
_log = structlog.get_logger()


class ReservationClient:
    """`patience` of each call: how long the caller waits for the answer; none of them waits for ever."""

    def __init__(self, temporal: Client) -> None:
        self._temporal = temporal

    async def book(self, request: BookRequest, *, patience: timedelta) -> BookDecision:
        """Start the reservation, or find it, and wait for its decision: one Update-with-Start.

        Temporal: USE_EXISTING, REJECT_DUPLICATE and one update id book exactly once. Raises NoAnswerYet,
        EndedUnanswered when it was over before it was decided, TemporalAway, TemporalNotSetUp, Refused, CallBroken.
        """

        async def execute() -> BookDecision:
            start = start_of(request)  # each serves one call
            try:
                decision: BookDecision = await self._temporal.execute_update_with_start_workflow(
                    MessageName.BOOK,
                    start_workflow_operation=start,
                    id=MessageName.BOOK,
                    result_type=BookDecision,
                    rpc_timeout=patience,
                )
            except BaseException:
                await retrieve(start)
                raise
            return decision

        try:
            return await self._answered(execute, patience)
        except CallBroken as error:
            if await self._lacks_search_attributes():
                raise TemporalNotSetUp("the namespace lacks search attributes") from error
            raise

    async def _lacks_search_attributes(self) -> bool:
        """A start that was refused may be right: only the server can say so by type, when it is asked."""
        try:
            return bool(await unregistered(self._temporal))
        except RPCError as error:
            _log.warning("search_attributes_not_listed", status=error.status.name)
            return False

    async def act(
        self, code: str, action: str, message: Message | None, *, update_id: str | None, patience: timedelta
    ) -> ReservationView:
        """Ask the reservation to do `action`; its new view.

        The same `update_id` meets the same answer, also after the end; None: each call is one of its own. Raises
        Refused with the workflow's own refusal, NoWorkflow, EndedUnanswered, NoAnswerYet, TemporalAway, CallBroken.
        """
        handle = self._temporal.get_workflow_handle(workflow_id(code))
        asked = update_id or f"{action}-{uuid.uuid4().hex}"

        async def execute() -> ReservationView:
            view: ReservationView = await handle.execute_update(
                action,
                args=[] if message is None else [message],
                id=asked,
                result_type=ReservationView,
                rpc_timeout=patience,
            )
            return view

        return await self._answered(execute, patience)

    async def undo(self, code: str, by: PartOf, *, patience: timedelta) -> bool:
        """Cancelled by us, at no cost, `by` what it was a part of; once. Nothing for one that is over, or has never
        been; one that is not decided yet is cancelled once it is. False: its driver has come, so it stays.
        Raises CallFailed: it may still be booked, or nobody says whether its driver has come.
        """
        ask = Operate(operator=by.value, part_of=by)
        try:
            await self.act(code, "operator_cancel", ask, update_id=undo_id(by), patience=patience)
        except (EndedUnanswered, NoWorkflow):
            last = await self._last_state(code, patience)
            return last is None or may_be_undone(last)
        except Refused as refusal:
            state = await self._last_state(code, patience)
            if state is None:
                raise NoAnswerYet("nobody says whether it is over") from refusal
            if not may_be_undone(state):
                return False
            if state not in FINAL:
                await self._request_cancellation(code, patience)
        return True

    async def _request_cancellation(self, code: str, patience: timedelta) -> None:
        """In its history from now on, and taken by the workflow between two steps (`workflow.uninterrupted`)."""
        try:
            await self._temporal.get_workflow_handle(workflow_id(code)).cancel(rpc_timeout=patience)
        except RPCError as error:
            failure = of_rpc(error)
            if not isinstance(failure, NoWorkflow):
                raise failure from error

    async def _last_state(self, code: str, patience: timedelta) -> State | None:
        """Of one that runs or is over; None: it is gone, was never begun, or ended before it did anything.

        Raises NoAnswerYet: nobody says so; TemporalAway, CallBroken.
        """
        try:
            return State((await self._queried(code, patience)).state)
        except _UNSAID as error:
            if isinstance(error, RPCError):
                if rpc_failure(error) is RpcFailure.NO_WORKFLOW:
                    return None
                if has_done_nothing(error) and not await self.runs(code, patience):
                    return None
            raise NoAnswerYet("nobody says whether its driver has come") from error

    async def view(self, code: str, *, patience: timedelta) -> ReservationView | None:
        """The workflow's own view; None when it is gone or nobody answers in time."""
        try:
            return await self._queried(code, patience)
        except _UNSAID as error:
            _log.info("live_view_unavailable", reservation=code, error=type(error).__name__)
            return None

    async def _queried(self, code: str, patience: timedelta) -> ReservationView:
        """Raises one of `_UNSAID`."""
        handle = self._temporal.get_workflow_handle(workflow_id(code))
        async with asyncio.timeout(patience.total_seconds() + 0.5):
            view: ReservationView = await handle.query(
                MessageName.VIEW, result_type=ReservationView, rpc_timeout=patience
            )
        return view

    async def remembered_booking(self, code: str, *, patience: timedelta) -> BookDecision | None:
        """What a closed reservation once answered its booking; None when its workflow is forgotten.

        Raises NoAnswerYet when it is too slow to say, or runs: it was only published as closed, by a task that was
        lost, and may yet decide otherwise. As `book` does when the answer was a failure, or Temporal is away.
        """
        handle = self._temporal.get_workflow_handle(workflow_id(code))
        try:
            decision: BookDecision = await handle.get_update_handle(
                MessageName.BOOK, result_type=BookDecision
            ).result(rpc_timeout=patience)
        except WorkflowUpdateFailedError as error:
            raise of_update(error.cause) from error
        except WorkflowUpdateRPCTimeoutOrCancelledError as error:
            _log.info("booking_not_remembered_in_time", reservation=code)
            raise NoAnswerYet("not remembered in time") from error
        except RPCError as error:
            failure = of_rpc(error)
            if not isinstance(failure, NoWorkflow):
                raise failure from error
            if await self.runs(code, patience):
                raise NoAnswerYet("not decided yet") from error
            return None
        return decision

    async def runs(self, code: str, patience: timedelta) -> bool:
        """Raises CallFailed: nobody says so."""
        try:
            description = await self._temporal.get_workflow_handle(workflow_id(code)).describe(
                rpc_timeout=patience
            )
        except RPCError as error:
            failure = of_rpc(error)
            if isinstance(failure, NoWorkflow):
                return False
            raise failure from error
        return description.status is WorkflowExecutionStatus.RUNNING

    async def _answered(self, execute: Callable[[], Awaitable[Answer]], patience: timedelta) -> Answer:
        """The answer of an update, or the typed error that its failure stands for."""
        try:
            async with asyncio.timeout(patience.total_seconds() + 1):
                return await _past_lost_tasks(execute)
        except (WorkflowUpdateRPCTimeoutOrCancelledError, TimeoutError) as error:
            if not await is_reachable(self._temporal):
                raise away() from error
            raise NoAnswerYet("not answered in time") from error
        except WorkflowUpdateFailedError as error:
            raise of_update(error.cause) from error
        except WorkflowAlreadyStartedError as error:
            raise EndedUnanswered("the reservation is over already") from error
        except RPCError as error:
            raise of_rpc(error) from error


async def _past_lost_tasks(call: Callable[[], Awaitable[Answer]]) -> Answer:
    """Repeat an update that the server dropped because the workflow task it met was lost.

    A signal that arrives while a reservation closes does that every time (UnhandledCommand). `call` uses one
    update id, so it acts once. Raises the RPCError when it goes on.
    """
    for attempt in range(1, _LOST_TASK_ATTEMPTS):
        try:
            return await call()
        except RPCError as error:
            if rpc_failure(error) is not RpcFailure.LOST_TASK:
                raise
            _log.info("update_met_a_lost_task", attempt=attempt)
        await asyncio.sleep(_LOST_TASK_PAUSE_S * attempt)
    return await call()
