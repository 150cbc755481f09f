"""What a driver asks for by the app, chosen by what the reservation shows as possible."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.client import WorkflowHandle

from contracts.publication import ReservationView
from domain.facts.fact import code_of
from domain.facts.stay import Extended, ExtendedWhileOverstaying
from domain.facts.timeline import Moved, SlotMoved
from domain.place.slots import Slot
from domain.reservation.actions.action import Situation
from domain.reservation.actions.messages import Cancel, Message
from domain.reservation.actions.table import ACTIONS
from domain.reservation.lifecycle import State

WISHES = ("reschedule", "extend", "decline_move", "accept_move", "on_my_way", "check_in")
OTHERWISE = "cancel"
_MOVES = {code_of(kind) for kind in (SlotMoved, Extended, ExtendedWhileOverstaying, Moved)}
"""What changes the slot; one who is moved late gets a new one from then on."""


def wish(shown: ReservationView | None, turn: int) -> tuple[str, list[Message]]:
    """Name and message of what is possible; where several are, they take turns."""
    if shown is None:
        return OTHERWISE, [Cancel(reason="rain")]
    first = turn % len(WISHES)
    wished = [name for name in WISHES[first:] + WISHES[:first] if name in shown.possible]
    (action,) = (action for action in ACTIONS if action.name == (wished or [OTHERWISE])[0])
    slot = Slot(shown.slot_start, shown.slot_end)
    cost = max((one.cost for one in shown.changing), default=None)
    asked = shown.proposed
    situation = Situation(
        slot=slot,
        step=timedelta(minutes=15),
        now=datetime.now(UTC),
        change_cost=cost,
        proposal=0 if asked is None or asked.number is None else asked.number,
    )
    return action.name, [action.example(situation)] if action.example else []


async def wished(
    handle: WorkflowHandle[Any, Any], shown: ReservationView | None, turn: int
) -> asyncio.Task[ReservationView]:
    """Asked, and at the server. Awaiting it gives the answer, or raises why there is none."""
    name, message = wish(shown, turn)
    asked = asyncio.create_task(
        handle.execute_update(
            name, args=message, result_type=ReservationView, rpc_timeout=timedelta(seconds=40)
        )
    )
    await asyncio.sleep(0)
    await handle.describe()  # behind it, on the same connection and about the same workflow
    return asked


def still_stands(answer: ReservationView, end: ReservationView) -> None:
    """Fails when something that was answered is not so any more, and nothing says why."""
    assert end.timeline[: len(answer.timeline)] == answer.timeline
    since = {entry.code for entry in end.timeline[len(answer.timeline) :]}
    if not since & _MOVES:
        assert (end.slot_start, end.slot_end) == (answer.slot_start, answer.slot_end)
    if answer.state in (State.CANCELLED, State.UNFULFILLED):
        assert end.state == answer.state
