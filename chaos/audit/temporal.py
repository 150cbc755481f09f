"""Evidence from Temporal: each reservation's status, search attributes and own view."""

import asyncio
from datetime import timedelta

from temporalio.client import Client, WorkflowExecution, WorkflowQueryFailedError
from temporalio.service import RPCError

from chaos.audit.evidence import Running, Seen
from chaos.audit.postgres import seen_of
from contracts import search_attributes
from contracts.names import RESERVATION_WORKFLOW, MessageName
from contracts.publication import ReservationView
from domain.reservation.code import code_of_workflow
from runtime.temporal import DATA_CONVERTER

_AT_ONCE = 6
_PATIENCE = timedelta(seconds=20)


async def running(address: str, namespace: str) -> dict[str, Running]:
    """All reservation workflows that the server knows, by code."""
    client = await Client.connect(address, namespace=namespace, data_converter=DATA_CONVERTER)
    known = [run async for run in client.list_workflows(f"WorkflowType = '{RESERVATION_WORKFLOW}'")]
    room = asyncio.Semaphore(_AT_ONCE)

    async def read(run: WorkflowExecution) -> tuple[str, Running]:
        async with room:
            return code_of_workflow(run.id), _running(run, await _view(client, run.id))

    return dict(await asyncio.gather(*(read(run) for run in known)))


async def _view(client: Client, workflow_id: str) -> Seen | None:
    try:
        view = await client.get_workflow_handle(workflow_id).query(
            MessageName.VIEW, result_type=ReservationView, rpc_timeout=_PATIENCE
        )
    except (RPCError, WorkflowQueryFailedError):
        return None
    return seen_of(view)


def _running(run: WorkflowExecution, seen: Seen | None) -> Running:
    attributes = run.typed_search_attributes
    return Running(
        status=run.status.name if run.status is not None else "",
        state_attribute=attributes.get(search_attributes.STATE) or "",
        attention_attribute=bool(attributes.get(search_attributes.NEEDS_ATTENTION)),
        seen=seen,
    )
