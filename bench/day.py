"""How much history an ordinary reservation writes: booked, locked, arrived by card, charged, left, settled.

On the real worker and gateway, with a virtual charger that says all that an OCPP 1.6 charger says.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHandle

from bench.ground import Ground, Say
from bench.place import DAY_CARD, DAY_CHARGER, DAY_DRIVER, DAY_SITE, LOCK_LEAD
from bench.requests import CARD, send
from contracts.names import BOOKING_PATIENCE
from contracts.reservation import BookRequest
from contracts.search_attributes import STATE
from db.tables import ReservationRow
from domain.reservation.code import reservation_code
from ocpp_gateway.options import GatewayOptions
from ocpp_gateway.server import running_gateway
from runtime.temporal import DATA_CONVERTER
from simulator.charge_point import VirtualChargePoint

_PATIENCE_S = 20.0
_POLL_S = 0.05
_TO_LOCK = timedelta(seconds=2)
_ENERGY_WH = 10_000
# Written when a workflow task completes: they belong to the turn that the task was.
_COMMANDS = frozenset(
    {
        EventType.EVENT_TYPE_MARKER_RECORDED,
        EventType.EVENT_TYPE_TIMER_STARTED,
        EventType.EVENT_TYPE_TIMER_CANCELED,
        EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
        EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
        EventType.EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
    }
)


@dataclass(slots=True)
class Phase:
    """All that was written until the reservation showed itself in `state`."""

    state: str = ""
    events: int = 0
    bytes: int = 0
    types: Counter[str] = field(default_factory=Counter)


async def measure(ground: Ground, say: Say) -> dict[str, Any]:
    """Events and bytes, in all and by phase."""
    say("events: living one whole reservation, with gateway and charger")
    handle = await _live(ground)
    history = await handle.fetch_history()
    phases = await phases_of(history.events)
    described = await handle.describe()
    return {
        "events": len(history.events),
        "bytes": sum(phase.bytes for phase in phases),
        "transitions": described.raw_description.workflow_execution_info.state_transition_count,
        "by_phase": [
            {"until": p.state, "events": p.events, "bytes": p.bytes, "types": dict(p.types)} for p in phases
        ],
        "by_type": dict(sum((phase.types for phase in phases), Counter[str]()).most_common()),
    }


async def _live(ground: Ground) -> WorkflowHandle[object, object]:
    options = GatewayOptions(allow_unauthenticated=True)
    async with running_gateway(ground.database_url, client=ground.client, options=options) as gateway:
        charger = VirtualChargePoint(
            identity=DAY_CHARGER, version="1.6", url=gateway.url, password=None, power_w=150_000
        )
        await charger.start()
        try:
            request = _request()
            handle = await send(ground.client, request)
            await _until(ground, request.code, "LOCKED")
            assert await charger.swipe(1, DAY_CARD)
            await _until(ground, request.code, "ARRIVED")
            await charger.plug_in(1)
            await _until(ground, request.code, "CHARGING")
            await charger.charge(1, _ENERGY_WH)
            assert await charger.swipe(1, DAY_CARD)
            await charger.unplug(1)
            async with asyncio.timeout(_PATIENCE_S):
                await handle.result()
        finally:
            await charger.stop()
    return handle


async def _until(ground: Ground, code: str, state: str) -> None:
    """By the projection, as people see it. Raises TimeoutError."""
    async with asyncio.timeout(_PATIENCE_S):
        while True:
            async with ground.sessions() as session:
                row = await session.get(ReservationRow, code)
            if row is not None and row.state == state:
                return
            await asyncio.sleep(_POLL_S)


def _request() -> BookRequest:
    now = datetime.now(UTC)
    start = now + LOCK_LEAD + _TO_LOCK
    return BookRequest(
        code=reservation_code(DAY_DRIVER, f"day-{now.isoformat()}"),
        account=DAY_DRIVER,
        driver_id=DAY_DRIVER,
        site_id=DAY_SITE,
        start=start,
        end=start + timedelta(hours=1),
        book_by=now + BOOKING_PATIENCE,
        payment_method=CARD,
    )


async def phases_of(events: Iterable[HistoryEvent]) -> list[Phase]:
    """A phase ends with the turn (task and what it wrote) that shows a new state."""
    phases = [Phase()]
    shown = ""
    for event in events:
        if shown and event.event_type not in _COMMANDS:
            phases[-1].state = shown
            phases.append(Phase())
            shown = ""
        phase = phases[-1]
        phase.events += 1
        phase.bytes += event.ByteSize()
        phase.types[EventType.Name(event.event_type).removeprefix("EVENT_TYPE_").lower()] += 1
        shown = await _shown_in(event) or shown
    phases[-1].state = shown or "end"
    return phases


async def _shown_in(event: HistoryEvent) -> str:
    attributes = event.upsert_workflow_search_attributes_event_attributes.search_attributes.indexed_fields
    payload = attributes.get(STATE.name)
    if payload is None:
        return ""
    return str((await DATA_CONVERTER.decode([payload]))[0])
