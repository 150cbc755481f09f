"""Reservations with connector, money and a row, whose workflow runs, was ended by hand, or never was."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from temporalio import workflow
from temporalio.client import Client, WorkflowHandle
from temporalio.runtime import MetricBuffer, Runtime, TelemetryConfig
from temporalio.testing import ActivityEnvironment

from activities.people.projection import show
from activities.reconciliation.reconciler import ReconciliationActivities
from contracts.money import OpenSettlement, SettleReservation
from contracts.publication import Publication, ReservationView, TimelineEntry
from contracts.reconciliation import ReconciliationReport, Unsettled
from db.tables import AuditEntry, Hold, Notification, ReservationRow
from domain.facts.attention import Attention, Problem
from domain.place.slots import Slot
from domain.reservation.code import reservation_code, workflow_id
from tests.activities.money.money_desk import SLOT, MoneyDesk
from tests.activities.reconciliation.forgotten import Forgotten
from workflows.client.namespace import NamespaceMemory

LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


@workflow.defn(name="Unserved", sandboxed=False)
class Unserved:
    """No worker polls for it: it runs until somebody ends it."""

    @workflow.run
    async def run(self) -> None:
        return


class Counted:
    """Real counters, as activities write them."""

    def __init__(self) -> None:
        self._buffer = MetricBuffer(1000)
        self.meter = Runtime(telemetry=TelemetryConfig(metrics=self._buffer)).metric_meter

    def bugs(self) -> list[str]:
        """Kinds of what was found since the last time."""
        updates = self._buffer.retrieve_updates()
        return sorted(
            str(update.attributes["kind"])
            for update in updates
            if update.metric.name == "slotkeeper_bugs_found"
        )


class Histories(Forgotten):
    """What closed workflows say of themselves; by their own word, nothing is left to settle, unless `told` has it."""

    def __init__(self) -> None:
        self.told: dict[str, SettleReservation | Unsettled] = {}

    async def open_settlement(self, code: str) -> OpenSettlement | Unsettled:
        told = self.told.get(code)
        return told if isinstance(told, Unsettled) else OpenSettlement(ask=told)


@dataclass
class LeftBehind:
    """`client`: of the namespace that the reconciler asks."""

    desk: MoneyDesk
    client: Client
    counted: Counted = field(default_factory=Counted)
    examined_at_most: int = 100
    ended: Histories = field(default_factory=lambda: Histories())

    # --- reservations --------------------------------------------------------------------------------

    async def booked(
        self, code: str = "", slot: Slot = SLOT, *, deposit: bool = True
    ) -> WorkflowHandle[Unserved, None]:
        """One that runs."""
        code = code or some_code()
        handle = await self.started(workflow_id(code))
        await self.recorded(code, slot)
        if deposit:
            await self.desk.authorise(code=code)
        return handle

    async def last_code(self) -> str:
        async with self.desk.sessions() as session:
            return max(await session.scalars(select(ReservationRow.code)))

    async def started(self, id_: str) -> WorkflowHandle[Unserved, None]:
        return await self.client.start_workflow(Unserved.run, id=id_, task_queue=f"nobody-{uuid4()}")

    async def others(self, *, running: int) -> None:
        """So many others that are well, each in an hour of its own."""
        for number in range(1, running + 1):
            await self.booked(slot=SLOT.moved_to(SLOT.end + number * timedelta(hours=3)))

    async def recorded(self, code: str, slot: Slot = SLOT) -> None:
        """The hold and the row that a booking leaves."""
        async with self.desk.sessions.begin() as session:
            session.add(
                Hold(
                    reservation_code=code,
                    step="book",
                    connector_id=self.desk.connector,
                    pool_id="north-dc",
                    driver_id="driver-1",
                    during=Range(slot.start, slot.end),
                    slot_start=slot.start,
                    slot_end=slot.end,
                    opens_at=slot.start,
                    watch_from=slot.start - timedelta(hours=2),
                    placed_at=LONG_AGO,
                )
            )
            await show(session, Publication(version=1, view=view_of(code, slot), closed=False, now=LONG_AGO))

    async def left(self, code: str) -> tuple[Hold, ReservationRow, list[AuditEntry]]:
        async with self.desk.sessions() as session:
            hold = (await session.scalars(select(Hold).where(Hold.reservation_code == code))).one()
            row = (await session.scalars(select(ReservationRow).where(ReservationRow.code == code))).one()
            audit = await session.scalars(select(AuditEntry).where(AuditEntry.subject == code))
            return hold, row, list(audit)

    async def told(self, code: str) -> list[str]:
        """What its driver was told."""
        async with self.desk.sessions() as session:
            found = await session.scalars(
                select(Notification.template).where(Notification.reservation_code == code)
            )
            return list(found)

    async def is_untouched(self, code: str) -> bool:
        hold, row, audit = await self.left(code)
        return (hold.released_at, row.closed_at, audit) == (None, None, [])

    # --- the reconciler ------------------------------------------------------------------------------

    @property
    def namespace(self) -> NamespaceMemory:
        return NamespaceMemory(self.client)

    def reconciler(self) -> ReconciliationActivities:
        return ReconciliationActivities(
            self.desk.sessions,
            self.desk.stripe,
            self.namespace,
            self.ended,
            examined_at_most=self.examined_at_most,
        )

    async def reconcile(
        self, older_than_seconds: int = 0, *, attempt: ActivityEnvironment | None = None
    ) -> ReconciliationReport:
        """As a run that the namespace knows, unless `attempt` is another."""
        attempt = attempt or await self.attempt()
        return await attempt.run(self.reconciler().release_orphans, older_than_seconds)

    async def attempt(self) -> ActivityEnvironment:
        run = await self.started(f"reconciliation-{uuid4()}")
        assert run.result_run_id is not None
        return self.attempt_of(run.id, run.result_run_id)

    def attempt_of(self, workflow: str, run: str) -> ActivityEnvironment:
        attempt = ActivityEnvironment()
        attempt.info = replace(attempt.info, workflow_id=workflow, workflow_run_id=run)
        attempt.metric_meter = self.counted.meter
        return attempt


def some_code() -> str:
    return reservation_code("test", str(uuid4()))


def view_of(code: str, slot: Slot) -> ReservationView:
    return ReservationView(
        code=code,
        state="CONFIRMED",
        driver_id="driver-1",
        account="driver-1",
        fleet_id=None,
        site_id="north",
        site_name="North",
        slot_start=slot.start,
        slot_end=slot.end,
        arrive_by=slot.start,
        next_deadline="lock",
        next_deadline_at=slot.start,
        payment_status="authorised",
        attention=(Attention(problem=Problem.CHARGER_NOT_TOLD),),
        possible=("cancel",),
        timeline=(TimelineEntry(at=LONG_AGO, code="confirmed", parameters={"site": "North"}),),
    )
