"""Publications arrive in any order and any number of times; people see the newest, and are told once."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import structlog
from pydantic import TypeAdapter
from sqlalchemy import select, update
from structlog.testing import CapturingLogger
from temporalio.testing import ActivityEnvironment

from activities.people.projection import ProjectionActivities
from contracts.publication import AuditRecord, Notice, Publication, ReservationView, TimelineEntry
from db.engine import Sessions, create_engine, create_sessions
from db.tables import AuditEntry, Notification, ReservationRow
from domain.causes import Cause
from domain.charging.enforcement import EnforcementLevel
from domain.money.amount import Money
from domain.money.lines import ConnectorName, Limit, LineItem, LineKind, Quantity, Unit
from domain.terms.erasing import alias_of
from tests.factories import NOON, make_receipt

CODE = "7F3K-2QVM-X9TA"
ENERGY = LineItem(
    kind=LineKind.ENERGY,
    cause=Cause.DRIVER,
    amount=Money(50, "EUR"),
    quantity=Quantity(1_000, Unit.WATT_HOUR),
    unit_price=Money(50, "EUR"),
    connector=ConnectorName(charger_id="CP-1", number=1, bay=None),
    limited_by=Limit.CONNECTOR_POWER,
)
RECEIPT = make_receipt(ENERGY, charge=50, captured=50, released=950, energy_wh=1_000)


@pytest.fixture
async def sessions(database_url: str) -> AsyncIterator[Sessions]:
    engine = create_engine(database_url, pool_size=2)
    yield create_sessions(engine)
    await engine.dispose()


@pytest.fixture
def log() -> CapturingLogger:
    return CapturingLogger()


@pytest.fixture
def projection(sessions: Sessions, log: CapturingLogger) -> ProjectionActivities:
    return ProjectionActivities(
        sessions, structlog.wrap_logger(log, processors=[lambda _l, _m, event: event])
    )


def publication(**over: Any) -> Publication:
    view = ReservationView(
        code=CODE,
        state="CONFIRMED",
        driver_id="driver-1",
        account="driver-1",
        fleet_id=None,
        site_id="north",
        site_name="North",
        slot_start=NOON,
        slot_end=NOON + timedelta(hours=1),
        enforcement=EnforcementLevel.HARD,
        timeline=(TimelineEntry(at=NOON, code="confirmed", parameters={"site": "North"}),),
        deposit=Money(1000, "EUR"),
        receipt=RECEIPT,
    )
    values: dict[str, Any] = {
        "version": 1,
        "view": view,
        "closed": False,
        "now": NOON,
        "notices": (Notice(key="confirmed:1", code="confirmed", parameters={"bay": "Bay 1"}),),
        "audit": (AuditRecord(key="a1", actor="driver", code="cancel", parameters={"reason": ""}),),
    }
    return Publication(**(values | over))


async def rows(sessions: Sessions, table: type[Any]) -> Sequence[Any]:
    async with sessions() as session:
        return (await session.scalars(select(table))).all()


async def test_the_view_survives_the_way_through_json(
    sessions: Sessions, projection: ProjectionActivities
) -> None:
    await projection.publish(publication())
    (row,) = await rows(sessions, ReservationRow)
    assert TypeAdapter(ReservationView).validate_python(row.snapshot) == publication().view
    assert (row.state, row.closed_at) == ("CONFIRMED", None)


async def test_an_older_revision_never_overwrites_a_newer_one(
    sessions: Sessions, projection: ProjectionActivities
) -> None:
    newer = publication(version=2, view=replace(publication().view, state="CANCELLED"), closed=True)
    await projection.publish(newer)
    await projection.publish(publication())
    (row,) = await rows(sessions, ReservationRow)
    assert (row.revision, row.state, row.closed_at) == (2, "CANCELLED", NOON)


async def test_of_two_attempts_at_one_task_the_later_is_shown(
    sessions: Sessions, projection: ProjectionActivities
) -> None:
    """A lost attempt has published; the next one, of the same version, says what is so."""
    await projection.publish(publication(view=replace(publication().view, state="SETTLING")))
    await projection.publish(publication(view=replace(publication().view, state="COMPLETED"), closed=True))
    (row,) = await rows(sessions, ReservationRow)
    assert (row.state, row.closed_at) == ("COMPLETED", NOON)


async def test_a_repeated_publication_tells_and_records_once(
    sessions: Sessions, projection: ProjectionActivities, log: CapturingLogger
) -> None:
    for _ in range(3):
        await projection.publish(publication())
    (notice,) = await rows(sessions, Notification)
    assert (notice.key, notice.parameters) == (f"{CODE}:confirmed:1", {"bay": "Bay 1"})
    (entry,) = await rows(sessions, AuditEntry)
    assert (entry.subject, entry.actor, entry.code) == (CODE, "driver", "cancel")
    assert [call.kwargs["notice"] for call in log.calls] == ["confirmed"]


async def test_of_two_runs_the_one_that_asked_later_is_shown(
    sessions: Sessions, projection: ProjectionActivities
) -> None:
    """A workflow that was reset has a shorter history than what its run before has shown."""
    for run, minutes, version, state in (
        ("before", 1, 40, "CHARGING"),
        ("after", 3, 9, "LOCKED"),
        ("before", 2, 50, "SETTLING"),
    ):
        asked = ActivityEnvironment()
        at = NOON + timedelta(minutes=minutes)
        asked.info = replace(asked.info, workflow_run_id=run, scheduled_time=at)
        view = replace(publication().view, state=state)
        await asked.run(projection.publish, publication(version=version, view=view))
    (row,) = await rows(sessions, ReservationRow)
    assert (row.state, row.revision, row.run) == ("LOCKED", 9, "after")


async def test_nothing_is_shown_over_a_reservation_of_somebody_erased(
    sessions: Sessions, projection: ProjectionActivities
) -> None:
    await projection.publish(publication(closed=True))
    alias = alias_of(uuid4())
    async with sessions.begin() as session:
        await session.execute(update(ReservationRow).values(driver_id=alias))
    await projection.publish(publication(version=2, closed=True))
    (row,) = await rows(sessions, ReservationRow)
    assert (row.driver_id, row.revision) == (alias, 1)
