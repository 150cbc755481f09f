"""How a reservation's workflow stands by its own word: what it shows, and what its search attributes are."""

from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus, WorkflowHandle
from temporalio.service import RPCError

from contracts.comparison import Standing
from contracts.names import MessageName
from contracts.publication import ReservationView
from domain.reservation.code import workflow_id
from workflows.client.failures import NoWorkflow, of_rpc
from workflows.client.reservations import ReservationClient
from workflows.client.signals import SignalOutcome, SignalRefused, signal_reservation

_PATIENCE = timedelta(seconds=5)
_STEP_TAKES = timedelta(minutes=1)
_log = structlog.get_logger()


def _acts(described: WorkflowExecutionDescription) -> bool:
    """Is a step under way? It shows what it did when it is done; one that waits for longer has shown itself before."""
    raw, lately = described.raw_description, datetime.now(UTC) - _STEP_TAKES
    return raw.HasField("pending_workflow_task") or any(
        pending.scheduled_time.ToDatetime(UTC) > lately for pending in raw.pending_activities
    )


class Standings:
    """Each question raises TemporalAway or CallBroken when nothing is known."""

    def __init__(self, temporal: Client) -> None:
        self._temporal = temporal
        self._reservations = ReservationClient(temporal)

    async def of(self, code: str) -> Standing | None:
        """None: the namespace does not know it. Asks a worker only while it runs; its end is in its history."""
        try:
            handle = self._temporal.get_workflow_handle(workflow_id(code))
            described = await handle.describe(rpc_timeout=_PATIENCE)
            answered, view = await self._said(code, described)
        except RPCError as error:
            failure = of_rpc(error)
            if isinstance(failure, NoWorkflow):
                return None
            raise failure from error
        return Standing(
            run=described.run_id,
            version=described.history_length,
            closed_at=described.close_time,
            acting=_acts(described),
            answered=answered,
            view=view,
            attributes={pair.key.name: pair.value for pair in described.typed_search_attributes},
        )

    async def show_again(self, code: str) -> bool:
        """Have it publish all of its search attributes anew. False: it cannot, it is over or its history is full."""
        try:
            asked = await signal_reservation(self._temporal, code, MessageName.SHOW_AGAIN)
        except SignalRefused as refusal:
            _log.warning("not_shown_again", reservation=code, error=str(refusal))
            return False
        return asked is SignalOutcome.SIGNALLED

    async def _said(
        self, code: str, described: WorkflowExecutionDescription
    ) -> tuple[bool, ReservationView | None]:
        """Did it answer, and what: its view while it runs, and then what it returned."""
        if described.status is WorkflowExecutionStatus.RUNNING:
            view = await self._reservations.view(code, patience=_PATIENCE)
            return view is not None, view
        if described.status is not WorkflowExecutionStatus.COMPLETED:
            return True, None
        handle: WorkflowHandle[Any, ReservationView] = self._temporal.get_workflow_handle(
            described.id, run_id=described.run_id, result_type=ReservationView
        )
        return True, await handle.result(follow_runs=False, rpc_timeout=_PATIENCE)
