"""A reservation whose workflow is reset goes on from there; what its run before has asked for keeps nothing back."""

from uuid import uuid4

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType, ResetReapplyType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest

from tests.whole_stack.answers import eventually
from tests.whole_stack.place import Place, Trip


async def test_holds_and_row_follow_a_workflow_that_was_reset(place: Place) -> None:
    trip = await place.booked()
    booked = await last_task(trip)
    for start in (5000, 6000, 7000):
        await moved(trip, start)
    run = await shown_run(place)
    await reset(trip, booked)
    assert (await trip.view())["start"] == zulu(place, 3600), "its own word: the moves are forgotten"
    await moved(trip, 8000)
    (hold,) = await place.open_holds()
    assert hold.slot_start.isoformat() == place.at(8000)

    async def follows() -> bool:
        (row,) = await place.reservations()
        return row.slot_start.isoformat() == place.at(8000) and row.run != run

    await eventually(follows)
    await trip.did("cancel")
    assert (await trip.closed())["state"] == "CANCELLED"
    assert await place.open_holds() == []
    (row,) = await place.reservations()
    assert (row.state, row.closed_at is not None) == ("CANCELLED", True)


async def moved(trip: Trip, start: int) -> None:
    place = trip.place
    view = await trip.did("reschedule", {"start": place.at(start), "end": place.at(start + 600)})
    assert view["start"] == zulu(place, start)


def zulu(place: Place, seconds: int) -> str:
    return place.at(seconds).replace("+00:00", "Z")


async def shown_run(place: Place) -> str:
    (row,) = await place.reservations()
    return row.run


async def last_task(trip: Trip) -> int:
    """The event with which the newest workflow task ended."""
    done = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
    return max(
        [event.event_id async for event in trip.handle.fetch_history_events() if event.event_type == done]
    )


async def reset(trip: Trip, finished_task: int) -> None:
    """To that task; nothing of what came after is told again."""
    client = trip.place.stack.temporal
    await client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=trip.handle.id),
            reason="the moves were a mistake",
            workflow_task_finish_event_id=finished_task,
            request_id=str(uuid4()),
            reset_reapply_type=ResetReapplyType.RESET_REAPPLY_TYPE_NONE,
        )
    )
