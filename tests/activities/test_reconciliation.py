"""What a terminated workflow leaves is freed; what runs, or ended well, is left alone."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from temporalio import workflow
from temporalio.client import Client, WorkflowHandle
from temporalio.testing import ActivityEnvironment, WorkflowEnvironment

from activities.people.projection import show, view_from_document
from activities.reconciliation import ReconciliationActivities
from contracts.publication import Publication, ReservationView, TimelineEntry
from contracts.reconciliation import ReconciliationReport
from db.tables import AuditEntry, Hold, ReservationRow
from domain.facts.attention import Attention, Problem
from domain.place.slots import Slot
from domain.reservation.code import reservation_code, workflow_id
from domain.reservation.lifecycle import State
from simulator.stripe_api.faults import FaultKind
from tests.activities.money.money_desk import CODE, SLOT, MoneyDesk, money_desk
from workflows.client.ends import WorkflowEnds
from workflows.client.failures import TemporalAway

LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


@workflow.defn(name="Unserved", sandboxed=False)
class Unserved:
    """No worker polls for it: it runs until somebody ends it."""

    @workflow.run
    async def run(self) -> None:
        return


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[MoneyDesk]:
    async with money_desk(database_url) as desk:
        yield desk


@pytest.fixture
def code() -> str:
    return reservation_code("test", str(uuid4()))


async def test_a_terminated_reservation_gives_back_its_connector_and_its_money(
    desk: MoneyDesk, temporal_env: WorkflowEnvironment, code: str
) -> None:
    handle = await _booked(desk, temporal_env, code)
    await handle.terminate()
    report = await _reconcile(desk, temporal_env)
    assert (report.examined, report.released, report.failed) == (1, [code], [])
    assert (await desk.totals())["authorized"] == 0
    hold, view, audit = await _left(desk, code)
    assert (hold.release_reason, hold.released_at is not None) == ("orphaned", True)
    assert (view.state, view.closed_at is not None) == ("CANCELLED", True)
    shown = view_from_document(view.snapshot)
    assert (shown.state, shown.ended_by, shown.payment_status) == ("CANCELLED", "system", "released")
    assert (shown.arrive_by, shown.next_deadline_at, shown.possible) == (None, None, ())
    assert (view.needs_attention, shown.attention) == ("", ())
    assert [(entry.code, entry.parameters) for entry in shown.timeline] == [
        ("confirmed", {"site": "North"}),
        ("cancelled", {"by": "system", "reason": ""}),
    ]
    assert [(entry.code, entry.detail) for entry in audit] == [
        ("orphan_released", {"workflow": "TERMINATED", "holds": 1})
    ]
    assert (await _reconcile(desk, temporal_env)).examined == 0


async def test_a_reservation_without_any_workflow_is_freed(
    desk: MoneyDesk, temporal_env: WorkflowEnvironment, code: str
) -> None:
    await _records(desk, code)
    assert (await _reconcile(desk, temporal_env)).released == [code]


async def test_where_the_namespace_is_missing_nothing_is_freed(
    desk: MoneyDesk, temporal_env: WorkflowEnvironment, code: str
) -> None:
    """It says NOT_FOUND too, about every workflow, but names none that is missing."""
    await _records(desk, code)
    await desk.authorise(code=code)
    client = Client(temporal_env.client.service_client, namespace="no-such-namespace")
    work = ReconciliationActivities(desk.sessions, desk.stripe, WorkflowEnds(client).ended_as)
    with pytest.raises(TemporalAway):
        await ActivityEnvironment().run(work.release_orphans, 0)
    hold, view, audit = await _left(desk, code)
    assert (hold.released_at, view.closed_at, audit) == (None, None, [])
    assert (await desk.totals())["authorized"] == 1000


async def test_a_running_reservation_is_never_touched(
    desk: MoneyDesk, temporal_env: WorkflowEnvironment, code: str
) -> None:
    handle = await _booked(desk, temporal_env, code)
    report = await _reconcile(desk, temporal_env)
    assert (report.examined, report.released) == (1, [])
    hold, view, audit = await _left(desk, code)
    assert (hold.released_at, view.closed_at, audit) == (None, None, [])
    assert (await desk.totals())["authorized"] == 1000
    await handle.terminate()


async def test_what_is_younger_is_not_examined(
    desk: MoneyDesk, temporal_env: WorkflowEnvironment, code: str
) -> None:
    await _records(desk, code)
    age = int((datetime.now(UTC) - LONG_AGO).total_seconds()) + 3600
    assert (await _reconcile(desk, temporal_env, age)).examined == 0


async def test_the_connector_is_freed_even_while_stripe_is_away(
    desk: MoneyDesk, temporal_env: WorkflowEnvironment, code: str
) -> None:
    handle = await _booked(desk, temporal_env, code)
    await handle.terminate()
    await desk.api.fail_next(FaultKind.STATUS, path="/v1/payment_intents/*", method="*")
    assert (await _reconcile(desk, temporal_env)).failed == [code]
    hold, _, _ = await _left(desk, code)
    assert hold.release_reason == "orphaned"
    assert (await desk.totals())["authorized"] == 1000
    assert (await _reconcile(desk, temporal_env)).released == [code]
    assert (await desk.totals())["authorized"] == 0


async def test_every_connector_is_free_before_stripe_is_asked_for_anything(
    desk: MoneyDesk, temporal_env: WorkflowEnvironment
) -> None:
    codes = sorted(reservation_code("test", str(uuid4())) for _ in range(2))
    for number, code in enumerate(codes):
        await _records(desk, code, SLOT.moved_to(SLOT.end + number * timedelta(hours=3)))
        await desk.authorise(code=code)
    work = ReconciliationActivities(desk.sessions, desk.stripe, WorkflowEnds(temporal_env.client).ended_as)
    attempt = ActivityEnvironment()
    beats: list[dict[str, str]] = []
    attempt.on_heartbeat = beats.append
    await desk.api.fail_next(FaultKind.STATUS, path="/v1/payment_intents/*", method="*", times=len(codes))
    report = await attempt.run(work.release_orphans, 0)
    assert sorted(report.failed) == codes
    assert {(await _left(desk, code))[0].release_reason for code in codes} == {"orphaned"}
    assert [len(beat) for beat in beats] == [1, 2, 1, 0]


async def test_a_settled_reservation_keeps_what_it_was_paid(
    desk: MoneyDesk, temporal_env: WorkflowEnvironment
) -> None:
    await _records(desk, CODE)
    await desk.authorise()
    await desk.settle(State.NO_SHOW, no_show_at=SLOT.end, arrived_at=None)
    assert (await _reconcile(desk, temporal_env)).released == [CODE]
    assert await desk.totals() == {"captured": 500, "refunded": 0, "authorized": 0}
    assert (await desk.check()).agrees
    _, view, _ = await _left(desk, CODE)
    assert view_from_document(view.snapshot).payment_status == "captured"


async def _reconcile(
    desk: MoneyDesk, temporal_env: WorkflowEnvironment, older_than_seconds: int = 0
) -> ReconciliationReport:
    work = ReconciliationActivities(desk.sessions, desk.stripe, WorkflowEnds(temporal_env.client).ended_as)
    return await ActivityEnvironment().run(work.release_orphans, older_than_seconds)


async def _booked(
    desk: MoneyDesk, temporal_env: WorkflowEnvironment, code: str
) -> WorkflowHandle[Unserved, None]:
    handle = await temporal_env.client.start_workflow(
        Unserved.run, id=workflow_id(code), task_queue=f"nobody-{uuid4()}"
    )
    await _records(desk, code)
    await desk.authorise(code=code)
    return handle


async def _records(desk: MoneyDesk, code: str, slot: Slot = SLOT) -> None:
    """The hold and the projection a booking leaves."""
    async with desk.sessions.begin() as session:
        session.add(
            Hold(
                reservation_code=code,
                step="book",
                connector_id=desk.connector,
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
        await show(session, Publication(version=1, view=_view(code, slot), closed=False, now=LONG_AGO))


def _view(code: str, slot: Slot) -> ReservationView:
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


async def _left(desk: MoneyDesk, code: str) -> tuple[Hold, ReservationRow, list[AuditEntry]]:
    async with desk.sessions() as session:
        hold = (await session.scalars(select(Hold).where(Hold.reservation_code == code))).one()
        view = (await session.scalars(select(ReservationRow).where(ReservationRow.code == code))).one()
        audit = await session.scalars(select(AuditEntry).where(AuditEntry.subject == code))
        return hold, view, list(audit)
