"""One reservation in a test: what its charger says, what is asked of it, how its time passes."""

from collections import Counter
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import (
    WorkflowHandle,
    WorkflowHistory,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
)
from temporalio.common import TypedSearchAttributes
from temporalio.exceptions import ApplicationError
from temporalio.worker import Replayer

from contracts.money import PaymentEvent
from contracts.publication import ReservationView
from contracts.reservation import BookDecision
from domain.charging.connector import ConnectorStatus
from domain.charging.events import ChargerEvent, ChargerEventKind
from domain.facts.fact import code_of
from domain.facts.timeline import TimelineFact
from domain.money.bill import Receipt
from domain.money.lines import ConnectorName
from domain.reservation.actions.messages import Message, Operate
from domain.settlement.metering import ChargingLeg
from runtime.temporal import DATA_CONVERTER
from tests.workflows.places import Hold
from workflows.engine.sandbox import runner
from workflows.reservation.workflow import ReservationWorkflow

if TYPE_CHECKING:
    from tests.workflows.world import World

TRANSACTION = "tx-1"
LOOKS = 3


async def seen(handle: WorkflowHandle[Any, Any]) -> ReservationView:
    """The view that the workflow itself shows.

    A look is lost with its worker's task: where the machine stands still for the two seconds after which the SDK
    suspects a deadlock, every task that was under way is. So there are several.
    """
    for _ in range(LOOKS - 1):
        with suppress(WorkflowQueryFailedError):
            return await handle.query(ReservationWorkflow.view)
    return await handle.query(ReservationWorkflow.view)


async def refused(request: Awaitable[Any]) -> str:
    """The code with which the reservation refuses `request`; fails when it does not."""
    with pytest.raises(WorkflowUpdateFailedError) as refusal:
        await request
    cause = refusal.value.cause
    assert isinstance(cause, ApplicationError)
    return str(cause.type)


def happened(view: ReservationView, kind: type[TimelineFact], **parameters: Any) -> int:
    """How often the timeline has such a fact."""
    found = [entry for entry in view.timeline if entry.code == code_of(kind)]
    return sum(parameters.items() <= entry.parameters.items() for entry in found)


@dataclass(slots=True)
class Visit:
    world: "World"
    code: str
    handle: WorkflowHandle[Any, ReservationView]
    decision: BookDecision
    _ids: "count[int]" = field(default_factory=lambda: count(1))

    # --- time ---------------------------------------------------------------------------------------

    async def advance(self, delta: timedelta) -> bool:
        """Move this reservation's clock. False when it closed first."""
        return await self.world.advance(self.handle, delta)

    async def now(self) -> datetime:
        return await self.world.now(self.handle)

    # --- reading ------------------------------------------------------------------------------------

    async def view(self) -> ReservationView:
        return await seen(self.handle)

    async def until(self, *states: str) -> ReservationView:
        return await self.world.people.until(self.code, *states)

    async def until_told(self, kind: type[TimelineFact], **parameters: Any) -> ReservationView:
        return await self.world.people.until_told(self.code, kind, **parameters)

    async def ended(self) -> ReservationView:
        """The result: the workflow completed, neither failed nor cancelled."""
        return await self.handle.result()

    async def events(self) -> list[str]:
        """Types of the history's events, without what only time skipping adds."""
        history = await self.history()
        names = [type_name(event) for event in history.events]
        return [name for name in names if name not in ("TIME_SKIPPING", "OPTIONS_UPDATED")]

    async def attributes(self) -> TypedSearchAttributes:
        """Of the server, once the workflow has nothing more to do."""
        await self.view()
        return (await self.handle.describe()).typed_search_attributes

    async def is_at_rest(self) -> bool:
        """Has it taken up all that it was told?"""
        described = (await self.handle.describe()).raw_description
        return not described.pending_activities and not described.HasField("pending_workflow_task")

    async def history(self) -> WorkflowHistory:
        return await self.handle.fetch_history()

    async def replay(self) -> None:
        """Fails unless a worker that knows only the history comes to the same end."""
        replayer = Replayer(
            workflows=[ReservationWorkflow], data_converter=DATA_CONVERTER, workflow_runner=runner()
        )
        await replayer.replay_workflow(await self.history())

    @property
    def holds(self) -> list[Hold]:
        return self.world.site.held_by(self.code)

    @property
    def told(self) -> list[str]:
        return self.world.people.told(self.code)

    def lines(self, view: ReservationView) -> dict[str, int]:
        """Line items in minor units, summed by kind."""
        sums: Counter[str] = Counter()
        for line in view.receipt.bill.lines if view.receipt else ():
            sums[line.kind] += line.amount.minor
        return dict(sums)

    def receipt(self, view: ReservationView) -> Receipt:
        """Fails when the money has not been settled."""
        assert view.receipt is not None, f"{view.state}, not settled"
        return view.receipt

    def charge(self, view: ReservationView) -> int:
        """What the bill asks of the driver, in minor units."""
        return self.receipt(view).bill.charge.minor

    # --- requests -----------------------------------------------------------------------------------

    async def ask(self, action: str, *message: Message) -> ReservationView:
        """Ask for an action by its name; raises WorkflowUpdateFailedError when it is refused."""
        view: ReservationView = await self.handle.execute_update(
            action, args=message, result_type=ReservationView, rpc_timeout=timedelta(seconds=40)
        )
        return view

    async def resolve(self) -> ReservationView:
        return await self.ask("resolve", Operate(operator="ana", reason="mended"))

    # --- what the charger says ----------------------------------------------------------------------

    async def says(self, kind: ChargerEventKind, **what: Any) -> ChargerEvent:
        """Signal a fact about the connector that the reservation has now."""
        event = await self.fact(kind, **what)
        await self.send(event)
        return event

    async def fact(self, kind: ChargerEventKind, **what: Any) -> ChargerEvent:
        view = await self.view()
        values = {
            "event_id": f"{self.code}:{next(self._ids)}",
            "kind": kind,
            "charger_id": view.charger_id,
            "connector_id": view.connector_id,
            "at": await self.now(),
        }
        return ChargerEvent(**(values | what))

    async def send(self, *events: ChargerEvent) -> None:
        for event in events:
            self.world.site.hears(event)
            await self.handle.signal(ReservationWorkflow.charger_event, event)

    async def card(self, **what: Any) -> None:
        await self.says(ChargerEventKind.TOKEN_PRESENTED, matches_driver=True, **what)

    async def started(self, transaction: str = TRANSACTION, **what: Any) -> None:
        values = {"transaction_id": transaction, "matches_driver": True} | what
        await self.says(ChargerEventKind.TRANSACTION_STARTED, **values)

    async def stopped(
        self, transaction: str = TRANSACTION, energy_wh: int = 10_000, reason: str = ""
    ) -> None:
        """The transaction ends; the session's record (which prices the energy) knows `energy_wh`."""
        now = await self.now()
        self.delivered(energy_wh, now)
        await self.says(ChargerEventKind.TRANSACTION_ENDED, transaction_id=transaction, at=now, detail=reason)

    def delivered(self, energy_wh: int, until: datetime) -> None:
        leg = ChargingLeg(
            connector=ConnectorName(charger_id="CP-1", number=1, bay="Bay"),
            energy_wh=energy_wh,
            started_at=until - timedelta(minutes=20),
            ended_at=until,
        )
        self.world.bank.legs.setdefault(self.code, []).append(leg)

    async def status(self, status: ConnectorStatus, **what: Any) -> None:
        await self.says(ChargerEventKind.CONNECTOR_STATUS, status=status, **what)

    async def payment(self, status: str, event_id: str = "evt-1", **what: Any) -> None:
        values: dict[str, Any] = {
            "event_id": event_id,
            "payment_intent_id": f"pi_{self.code}",
            "status": status,
            "at": await self.now(),
        }
        event = PaymentEvent(**(values | what))
        await self.handle.signal(ReservationWorkflow.payment_event, event)

    async def charging_on(self, transaction: str) -> ReservationView:
        """Arrive with the card and start `transaction`."""
        await self.card()
        await self.until("ARRIVED")
        await self.started(transaction)
        return await self.until("CHARGING")

    async def charging(self) -> ReservationView:
        """Arrive with the card and start."""
        return await self.charging_on(TRANSACTION)

    async def leaves(self) -> ReservationView:
        """Stop, unplug, be settled."""
        await self.stopped()
        await self.status(ConnectorStatus.AVAILABLE)
        return await self.ended()


def type_name(event: Any) -> str:
    name = EventType.Name(event.event_type).removeprefix("EVENT_TYPE_").removeprefix("WORKFLOW_EXECUTION_")
    return "TIME_SKIPPING" if name.startswith("TIME_SKIPPING") else name
