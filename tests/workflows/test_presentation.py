"""What people see in the Temporal UI, and that refusing costs nothing."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from temporalio.api.sdk.v1 import WorkflowMetadata

from contracts import search_attributes
from domain.reservation.actions.messages import Cancel, Extend, Operate
from domain.reservation.code import workflow_id
from tests.workflows.visit import refused
from tests.workflows.world import World
from workflows.client import starting
from workflows.client.reservations import ReservationClient
from workflows.reservation.workflow import ReservationWorkflow as Reservation


async def test_the_search_attributes_follow_the_reservation(world: World) -> None:
    visit = await world.locked()
    shown = await visit.attributes()
    view = await visit.view()
    assert shown[search_attributes.STATE] == "LOCKED"
    assert (shown[search_attributes.CHARGER], shown[search_attributes.CONNECTOR]) == ("CP-1", "1")
    assert abs(shown[search_attributes.SLOT_START] - view.slot_start) < timedelta(milliseconds=1)
    assert shown[search_attributes.NEEDS_ATTENTION] is False
    await visit.charging()
    await visit.leaves()
    shown = (await visit.handle.describe()).typed_search_attributes
    assert shown[search_attributes.STATE] == "COMPLETED"


async def test_the_view_shows_the_terms_that_were_accepted(world: World) -> None:
    visit = await world.locked()
    view = await visit.view()
    assert view.terms is not None
    assert view.deposit == view.terms.policy.deposit
    await visit.ask("cancel", Cancel())
    assert (await visit.view()).terms == view.terms


async def test_the_details_tell_state_deadline_money_and_what_can_be_done(world: World) -> None:
    visit = await world.locked()
    metadata = await visit.handle.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
    details = metadata.current_details
    for words in (
        f"## {visit.code}: bay assigned",
        "Next: The bay is kept until",
        "promise: the charger keeps it free",
        "Deposit 10.00 EUR (held on the card)",
        '- `on_my_way` with `{"eta"',
        "- `check_in`",
        "Bay 1 is assigned",
    ):
        assert words in details, details
    assert await visit.handle.query(Reservation.details) == details
    described = {update.name: update.description for update in metadata.definition.update_definitions}
    assert all(described.values())
    assert "operator_cancel" in described


async def test_timers_and_activities_read_as_sentences(world: World) -> None:
    visit = await world.book(starts_in=timedelta(days=3))
    await visit.advance(timedelta(seconds=1))  # the timer starts when people have been told
    timer = next(
        event for event in (await visit.history()).events if event.HasField("timer_started_event_attributes")
    )
    summary = timer.user_metadata.summary.data.decode()
    assert "Which bay it is, is settled at" in summary
    view = await visit.view()
    assert view.next_deadline_at is not None
    day = view.next_deadline_at.astimezone(ZoneInfo(view.site_zone)).day
    details: str = await visit.handle.query(Reservation.details)
    assert f"Next: Which bay it is, is settled at {day} " in details  # on another day than today


async def test_a_reservation_is_listed_by_its_code(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Booked as the API books it, but on this world's queue."""
    monkeypatch.setattr(starting, "RESERVATIONS_QUEUE", world.queue)
    request = world.request(starts_in=timedelta(days=3), length=timedelta(hours=1))
    await ReservationClient(world.client).book(request, patience=timedelta(seconds=20))
    handle = world.client.get_workflow_handle(workflow_id(request.code))
    assert await (await handle.describe()).static_summary() == f"Reservation {request.code}"


async def test_a_refused_request_leaves_no_trace_in_the_history(world: World) -> None:
    visit = await world.locked()
    await visit.charging()
    await visit.view()
    before = await visit.events()
    assert await refused(visit.ask("cancel", Cancel())) == "not_possible_now"
    assert await refused(visit.ask("resolve", Operate())) == "not_possible_now"
    assert await refused(visit.ask("check_in")) == "not_possible_now"
    assert await visit.events() == before


async def test_requests_that_race_each_other_are_answered_one_by_one(world: World) -> None:
    import asyncio

    visit = await world.locked()
    end = visit.holds[0].slot.end
    answers = await asyncio.gather(
        *(visit.ask("extend", Extend(end=end + timedelta(minutes=15 * n))) for n in (1, 2, 3)),
        return_exceptions=True,
    )
    last = (await visit.view()).slot_end
    assert last == end + timedelta(minutes=45)
    assert any(not isinstance(answer, BaseException) for answer in answers)
