"""Each workflow task of each recorded story is lost, at its end or half-way, and something else arrives meanwhile.

Whatever comes of it then: the reservation ends in a legal way, and nothing stays of the path that was not taken.
"""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio.client import (
    WorkflowHandle,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from contracts.names import MessageName
from contracts.publication import ReservationView
from contracts.reservation import BookDecision, BookOutcome
from domain.charging.connector import ConnectorStatus
from domain.charging.events import ChargerEvent, ChargerEventKind
from domain.facts import notices, stay, timeline, timeline_payment
from domain.facts.fact import code_of
from domain.money.lines import LineKind
from domain.reservation.actions.messages import Operate
from domain.reservation.code import workflow_id
from domain.reservation.lifecycle import FINAL, State
from domain.reservation.release import ReleaseReason
from tests.workflows.losing import LosingRunner, Loss, Place
from tests.workflows.record_histories import HISTORIES, PATHS, needed_attention
from tests.workflows.visit import Visit, happened, seen
from tests.workflows.wishes import still_stands, wished
from tests.workflows.world import World
from workflows.engine.sandbox import runner

EVERYWHERE = "EVERYWHERE" in os.environ
AT_ONCE = 5
SPARE = 2
"""Facts that come at once share a task, now these and now those: a story may have so many more than the recorded."""
TRIES = 5
QUIET_S = 1.5
"""Nobody is told anything for so long: a story waits for what does not come any more."""
LONGEST_S = 45
"""An undisturbed story takes seconds; on a busy machine it may wait for a state that was passed over."""
WISH, CANCELLATION = "wish", "cancellation"
SAYS: dict[str, dict[str, Any]] = {
    "card": {"kind": ChargerEventKind.TOKEN_PRESENTED, "matches_driver": True},
    "fault": {"kind": ChargerEventKind.CONNECTOR_STATUS, "status": ConnectorStatus.FAULTED},
}
"""Of the charger."""
MEANWHILE = (*SAYS, CANCELLATION, WISH)
"""What arrives while a task is being lost. The cancellation is the operator's *Request Cancellation*."""
FEES_OF = {
    LineKind.NO_SHOW: {State.NO_SHOW},
    LineKind.CANCELLATION: {State.CANCELLED},
    LineKind.COMPENSATION: {State.UNFULFILLED},
}
"""Lines of one outcome only."""
TOLD_OF = {
    notices.NoShow: stay.NotArrived,
    notices.Unfulfilled: stay.Unfulfilled,
    notices.Cancelled: stay.Cancelled,
    notices.Expired: timeline_payment.PaymentExpired,
}
"""What the driver is told, and what must have happened then."""

EXPECTED = (RPCError, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError, AssertionError)

Path = Callable[[World], Awaitable[Visit]]


class Overtaken(Exception):
    """Undisturbed, and yet not told to its end: its seconds had passed before a busy machine came to them."""


def tasks_of(path: Path) -> list[int]:
    """How many local activities each of the recorded story's workflow tasks carried out."""
    tasks: list[int] = []
    for event in json.loads((HISTORIES / f"{path.__name__}.json").read_text())["events"]:
        if event["eventType"] == "EVENT_TYPE_WORKFLOW_TASK_COMPLETED":
            tasks.append(0)
        elif event["eventType"] == "EVENT_TYPE_MARKER_RECORDED":
            tasks[-1] += 1
    return tasks


def places_of(path: Path, meanwhile: str) -> list[Place]:
    """What arrives takes turns: three of the four at the end of each task, another one left out in the next story, one
    between two of its local activities. All of them everywhere with EVERYWHERE in the environment (`make lost-tasks`).
    """
    tasks, turn = tasks_of(path), MEANWHILE.index(meanwhile)
    ends = [Place(nth) for nth in range(1, len(tasks) + SPARE + 1)]
    half_way = [Place(nth, done) for nth, local in enumerate(tasks, 1) for done in range(1, local)]
    if EVERYWHERE:
        return ends + half_way
    shift = PATHS.index(path) + turn
    return [place for place in ends if (place.nth + shift) % len(MEANWHILE)] + half_way[
        turn :: len(MEANWHILE)
    ]


@pytest.mark.timeout(0 if EVERYWHERE else 480)
@pytest.mark.parametrize("meanwhile", MEANWHILE)
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.__name__)
async def test_wherever_a_task_is_lost_nothing_stays_of_it(
    temporal_env: WorkflowEnvironment, path: Path, meanwhile: str
) -> None:
    turns = asyncio.Semaphore(AT_ONCE)

    async def lose(place: Place) -> bool:
        async with turns:
            for _ in range(TRIES - 1):
                with suppress(Overtaken):
                    return await story(temporal_env, path, place, meanwhile)
            return await story(temporal_env, path, place, meanwhile)

    places = places_of(path, meanwhile)
    async with asyncio.TaskGroup() as stories:
        lost = {place: stories.create_task(lose(place)) for place in places}
    assert all(story.result() for place, story in lost.items() if place.nth <= 2 and place.done is None)
    further = max(place.nth for place in lost if place.done is None)
    is_lost = lost[Place(further)].result()
    while is_lost:
        further += 1
        is_lost = await lose(Place(further))


async def story(environment: WorkflowEnvironment, path: Path, place: Place, says: str) -> bool:
    """Was the task lost? If not, the story was told to its end without one that far.

    Fails when something stays of what was lost.
    """
    loop, client, lost = asyncio.get_running_loop(), environment.client, asyncio.Event()
    asked: list[asyncio.Task[ReservationView]] = []

    async def arrives(handle: WorkflowHandle[Any, Any]) -> None:
        if says == CANCELLATION:
            await handle.cancel(reason="site closed")
        elif says == WISH:
            shown = world.people.latest.get(await world.first_booked())
            asked.append(await wished(handle, shown.view if shown else None, place.nth))
        else:
            await handle.signal(MessageName.CHARGER_EVENT, event_of(SAYS[says]))

    def meanwhile(workflow: str) -> None:
        loop.call_soon_threadsafe(lost.set)
        asyncio.run_coroutine_threadsafe(arrives(client.get_workflow_handle(workflow)), loop).result(10)

    losing = LosingRunner(runner(), Loss(place, meanwhile))
    async with World.opened(environment, cache=1000, workflow_runner=losing) as world:
        await played(path, world, lost)
        code = await world.first_booked()
        handle = client.get_workflow_handle(workflow_id(code), result_type=ReservationView)
        decision = BookDecision(outcome=BookOutcome.CONFIRMED, view=await seen(handle))
        visit = Visit(world, code, handle, decision)
        view = await over(visit)
        nothing_stays(visit, view)
        await answers_stand(visit, view, asked)
        if path is not needed_attention:
            assert not happened(view, stay.AttentionNeeded), view.timeline
        await visit.replay()
    return lost.is_set()


async def played(path: Path, world: World, lost: asyncio.Event) -> None:
    """The script of the story does not know what arrives: it may wait for what never comes now, or be refused.

    As long as nothing is lost it has to come to its end. Raises Overtaken.
    """
    script, end = asyncio.ensure_future(path(world)), asyncio.create_task(ended(world))
    loss = asyncio.create_task(lost.wait())
    try:
        await asyncio.wait([script, loss], timeout=LONGEST_S, return_when=asyncio.FIRST_COMPLETED)
        undisturbed = not lost.is_set()
        if not undisturbed:
            await goes_on(world, script, end)
        if script.done():
            await goes_on(world, end)
    finally:
        for task in (loss, end, script):
            task.cancel()
        await asyncio.wait([loss, end, script])
    if script.cancelled():
        if undisturbed:
            raise Overtaken
    elif (error := script.exception()) is not None:
        assert isinstance(error, EXPECTED), error
        if undisturbed:
            raise Overtaken from error


async def goes_on(world: World, *until: asyncio.Future[Any]) -> None:
    """Until one of them is done, or nothing is told any more."""
    told, done = -1, False
    while not done and told != (told := world.people.publications):
        done = bool((await asyncio.wait(until, timeout=QUIET_S, return_when=asyncio.FIRST_COMPLETED))[0])


async def ended(world: World) -> None:
    await world.people.until(await world.first_booked(), closed=True)


def event_of(says: dict[str, Any]) -> ChargerEvent:
    of: dict[str, Any] = {
        "event_id": "meanwhile",
        "charger_id": "CP-1",
        "connector_id": 1,
        "at": datetime.now(UTC),
    }
    return ChargerEvent(**(of | says))


async def over(visit: Visit) -> ReservationView:
    """However the story has gone: the operator ends it, and mends what needs attention."""
    visit.world.troubles.mend_all()
    for _ in range(6):
        asks = [visit.resolve(), visit.ask("operator_cancel", Operate(operator="ana"))]
        await asyncio.gather(*asks, return_exceptions=True)
        with suppress(TimeoutError):
            return await asyncio.wait_for(visit.ended(), 2)
        with suppress(RPCError):  # it has just ended
            await visit.advance(timedelta(hours=8))
    return await asyncio.wait_for(visit.ended(), 5)


def nothing_stays(visit: Visit, view: ReservationView) -> None:
    world, state = visit.world, State(view.state)
    assert state in FINAL
    assert view.attention == ()
    assert visit.holds == []
    given_back = {hold.released for hold in world.site.holds if hold.code == visit.code}
    ended = ReleaseReason.of_end(state, never_confirmed=not happened(view, timeline.Confirmed))
    allowed = {ended, ReleaseReason.REROUTED, ReleaseReason.REROUTE_UNDONE}
    if happened(view, stay.NotArrived):
        allowed.add(ReleaseReason.NO_SHOW)
    assert given_back <= allowed, (given_back, state)
    shown = world.people.latest[visit.code]
    assert (shown.view.state, shown.closed) == (view.state, True)
    kinds = {line.kind for line in view.receipt.bill.lines} if view.receipt else set()
    for kind, outcomes in FEES_OF.items():
        assert kind not in kinds or state in outcomes, (kind, state)
    told = visit.told
    assert told.count("receipt") <= 1, told
    for notice, fact in TOLD_OF.items():
        assert told.count(code_of(notice)) <= happened(view, fact), (told, view.timeline)
    intent = world.bank.intents.get(visit.code)
    assert intent is None or intent.status in ("declined", "voided", "captured")
    if view.receipt is not None and intent is not None:
        assert intent.captured == view.receipt.payments.captured


async def answers_stand(
    visit: Visit, view: ReservationView, asked: Sequence[asyncio.Task[ReservationView]]
) -> None:
    """What was answered to the booking and to the driver's wish, if they got an answer, is so at the end."""
    booking = visit.world.answers.get(visit.code)
    if booking is not None:
        declined = booking.outcome is BookOutcome.DECLINED
        assert (view.state == State.DECLINED) is declined, (booking.outcome, view.state)
        assert view.decline_code == booking.decline_code
        still_stands(booking.view, view)
    for answer in await asyncio.gather(*asked, return_exceptions=True):
        if isinstance(answer, BaseException):
            assert isinstance(answer, EXPECTED), answer
        else:
            still_stands(answer, view)
