"""What lists and searches show wrongly is found, mended and counted; what is on its way is left alone."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import delete
from temporalio.testing import WorkflowEnvironment

from activities.asking import Asking
from activities.people.projection import show, view_from_document
from activities.reconciliation.home import Home
from contracts.comparison import ComparisonReport
from contracts.publication import Publication, ReservationView
from contracts.reconciliation import NamespaceIdentity
from db.tables import ReservationRow
from domain.terms.erasing import alias_of
from tests.activities.money.money_desk import SLOT
from tests.activities.reconciliation.compared import (
    ALL,
    Compared,
    SaysOfItself,
    SomethingHappens,
    comparing,
    until_listed,
)
from tests.activities.reconciliation.left_behind import LeftBehind, some_code, view_of
from tests.api.namespace import own_namespace


@pytest.fixture
async def compared(left_behind: LeftBehind) -> AsyncIterator[Compared]:
    async with comparing(left_behind) as compared:
        yield compared


@pytest.fixture
def view(code: str) -> ReservationView:
    return replace(view_of(code, SLOT), attention=(), connector_id=7, charger_id="NORTH-1")


async def test_what_is_shown_as_it_is_differs_in_nothing(compared: Compared, view: ReservationView) -> None:
    await compared.shown(view)
    report = await compared.compare()
    assert (report.compared, report.differences, report.codes) == (1, {}, [])
    assert compared.bugs() == []


async def test_what_may_be_done_depends_on_when_it_is_asked(
    compared: Compared, view: ReservationView
) -> None:
    handle = await compared.shown(view)
    await handle.execute_update(SaysOfItself.becomes, replace(view, possible=("extend",), client_secret="s"))
    assert (await compared.compare()).differences == {}


@pytest.mark.parametrize(
    ("wrong", "kinds"),
    [
        ({"state": "COMPLETED", "closed_at": "now"}, {"row_state", "row_closed"}),
        ({"state": "SETTLING"}, {"row_state"}),
        ({"needs_attention": "step_failed"}, {"row_content"}),
        ({"connector_id": 8}, {"row_content"}),
        ({"snapshot": {"code": "of another version"}}, {"row_content"}),
        ({"state": "SETTLING", "run": "that was reset"}, {"row_state"}),
    ],
)
async def test_a_row_is_written_as_its_workflow_says(
    compared: Compared, view: ReservationView, wrong: dict[str, Any], kinds: set[str]
) -> None:
    """Also when it knows a longer history than there is: of another run, or of a server that was restored."""
    handle = await compared.shown(view)
    said = {name: datetime.now(UTC) if value == "now" else value for name, value in wrong.items()}
    await compared.row_says(view.code, revision=1000, **said)
    report = await compared.compare()
    assert (report.differences, report.repaired, report.codes) == (dict.fromkeys(kinds, 1), 1, [view.code])
    row = await compared.row(view.code)
    assert (row.state, row.closed_at, row.needs_attention, row.connector_id) == ("CONFIRMED", None, "", 7)
    assert view_from_document(row.snapshot) == view
    described = await handle.describe()
    assert (row.revision, row.run) == (described.history_length, described.run_id)
    assert compared.bugs() == sorted(kinds)
    assert (await compared.compare()).differences == {}


async def test_one_in_the_middle_of_a_step_has_still_to_show_itself(
    compared: Compared, view: ReservationView
) -> None:
    handle = await compared.shown(view)
    await handle.execute_update(SaysOfItself.begins_a_step)
    await compared.row_says(view.code, state="SETTLING")
    assert (await compared.compare()).differences == {}
    assert compared.bugs() == []


async def test_a_closed_one_is_shown_as_it_ended(compared: Compared, view: ReservationView) -> None:
    handle = await compared.shown(view)
    ended = replace(view, state="COMPLETED", next_deadline="", next_deadline_at=None)
    await handle.execute_update(SaysOfItself.becomes, ended)
    await handle.signal(SaysOfItself.end)
    await handle.result()
    report = await compared.compare()
    assert (report.repaired, report.differences["row_closed"], report.differences["row_state"]) == (1, 1, 1)
    row = await compared.row(view.code)
    closed_at = (await handle.describe()).close_time
    assert (row.state, row.closed_at) == ("COMPLETED", closed_at)


async def test_one_that_was_ended_by_hand_is_shown_as_cancelled_by_us(
    compared: Compared, view: ReservationView
) -> None:
    await (await compared.shown(view)).terminate()
    assert (await compared.compare()).differences == {"row_closed": 1}
    row = await compared.row(view.code)
    assert (row.state, row.closed_at is not None) == ("CANCELLED", True)


async def test_one_that_no_list_shows_is_found_by_its_workflow(
    left_behind: LeftBehind, view: ReservationView, temporal_env: WorkflowEnvironment
) -> None:
    """In a namespace of its own: others have reservations of other tests."""
    left_behind.client = await own_namespace(temporal_env, f"compared-{uuid4().hex}")
    async with comparing(left_behind) as compared:
        await compared.shown(view)
        async with compared.sessions.begin() as session:
            await session.execute(delete(ReservationRow))
        await until_listed(left_behind.client, 1)
        assert (await compared.compare(ALL)).differences == {}, "it has just begun"
        report = await compared.compare(ALL, starting=timedelta(0))
        assert (report.compared, report.differences, report.repaired) == (1, {"row_missing": 1}, 1)
        assert (await compared.row(view.code)).state == "CONFIRMED"


async def test_a_complete_comparison_goes_on_where_an_attempt_has_stopped(
    left_behind: LeftBehind, temporal_env: WorkflowEnvironment
) -> None:
    left_behind.client = await own_namespace(temporal_env, f"compared-{uuid4().hex}")
    codes = sorted(some_code() for _ in range(3))
    async with comparing(left_behind) as compared:
        for code in codes:
            await compared.shown(view_of(code, SLOT))
        ended = await compared.shown(view_of(some_code(), SLOT))
        await ended.signal(SaysOfItself.end)
        await ended.result()
        await compared.row_says(ended.id.removeprefix("reservation-"), closed_at=datetime.now(UTC))
        beats: list[list[str]] = []
        assert (await compared.compare(ALL, beats=beats)).compared == 4
        assert [source for source, *_ in beats] == ["open", "closed"]
        assert (await compared.compare(ALL, after=["open", codes[0]])).compared == 3
        assert (await compared.compare(ALL, after=beats[-1])).compared == 1
        assert (await compared.compare(ALL, after=["running"])).compared == 0


async def test_search_attributes_are_asked_for_anew(compared: Compared, view: ReservationView) -> None:
    handle = await compared.shown(view, attributes=replace(view, state="LOCKED", charger_id="NORTH-9"))
    report = await compared.compare()
    assert (report.differences, report.repaired) == ({"search_attributes": 1}, 1)
    await handle.query(SaysOfItself.view)  # by now its signal has been heard
    assert (await compared.compare()).differences == {}
    assert compared.bugs() == ["search_attributes"]


async def test_what_is_on_its_way_is_no_difference(
    compared: Compared, view: ReservationView, left_behind: LeftBehind
) -> None:
    """Its row is written between two looks."""
    handle = await compared.shown(view)
    locked = replace(view, state="LOCKED")
    await handle.execute_update(SaysOfItself.becomes, locked)

    async def published() -> None:
        async with compared.sessions.begin() as session:
            now = datetime.now(UTC)
            publication = Publication(version=9, view=locked, closed=False, now=now)
            await show(session, publication, by=Asking(handle.result_run_id or "", now))

    standings = SomethingHappens(left_behind.client, published)
    assert (await compared.compare(standings=standings)).differences == {}
    assert (await compared.row(view.code)).revision == 9


async def test_a_workflow_that_moves_on_is_looked_at_again(
    compared: Compared, view: ReservationView, left_behind: LeftBehind
) -> None:
    """And differs once it says the same twice."""
    handle = await compared.shown(view)
    await handle.execute_update(SaysOfItself.becomes, replace(view, state="LOCKED"))

    async def arrived() -> None:
        await handle.execute_update(SaysOfItself.becomes, replace(view, state="ARRIVED"))

    report = await compared.compare(standings=SomethingHappens(left_behind.client, arrived))
    assert report.differences == {"row_state": 1}
    assert (await compared.row(view.code)).state == "ARRIVED"


async def test_a_closed_row_whose_connector_is_still_held_is_counted(
    compared: Compared, view: ReservationView, left_behind: LeftBehind
) -> None:
    handle = await compared.shown(view)
    await left_behind.recorded(view.code)
    await handle.signal(SaysOfItself.end)
    await handle.result()
    assert (await compared.compare()).differences["row_closed"] == 1
    assert (await compared.compare()).differences == {"closed_with_hold": 1}


async def test_rows_of_forgotten_workflows_are_left_alone(compared: Compared, view: ReservationView) -> None:
    other = replace(view, code="7F3K-2QVM-X9TA")
    async with compared.sessions.begin() as session:
        await show(session, Publication(version=9, view=view, closed=True, now=datetime.now(UTC)))
        await show(session, Publication(version=9, view=other, closed=False, now=datetime.now(UTC)))
    report = await compared.compare()
    assert (report.differences, report.repaired) == ({"row_without_workflow": 1}, 0)
    assert (await compared.row(other.code)).closed_at is None


async def test_another_namespace_proves_nothing(compared: Compared, view: ReservationView) -> None:
    elsewhere = NamespaceIdentity(id=str(uuid4()), name="elsewhere", retention=timedelta(days=1))
    await Home(compared.sessions).accept(elsewhere)
    await compared.shown(view)
    await compared.row_says(view.code, state="SETTLING")
    assert await compared.compare() == ComparisonReport(implausible="another_namespace")
    assert (await compared.row(view.code)).state == "SETTLING"


async def test_a_row_of_somebody_erased_differs_and_is_left_so(
    compared: Compared, view: ReservationView
) -> None:
    await compared.shown(view)
    alias = alias_of(uuid4())
    await compared.row_says(view.code, driver_id=alias)
    assert (await compared.compare()).differences == {}
    assert (await compared.row(view.code)).driver_id == alias
