"""Record the histories that the replay test replays: `python -m tests.workflows.record_histories`.

From a plain server, without time skipping: what production histories look like. When to record again, and when not:
`python -m tests.workflows.fingerprint` says it.
"""

import argparse
import asyncio
import os
import re
import sys
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from temporalio.testing import WorkflowEnvironment

from domain.charging.commands import CommandOutcome, ReserveNow
from domain.charging.connector import ConnectorStatus
from domain.charging.events import ChargerEventKind, HoldLoss
from domain.charging.maintenance import OnConflict, PlannedMaintenance
from domain.facts.stay import ChargingEnded
from domain.facts.timeline import HoldPushedAgain, Locked, MaintenanceCancelled, Moved, MoveProposed
from domain.facts.timeline_payment import AuthorisationLapsed, DepositAuthorised, PaymentWanted
from domain.place.slots import Slot
from domain.reservation.actions.messages import Cancel, OnMyWay, Operate, Reassign
from domain.terms.payments import PaymentRules
from runtime.temporal import DATA_CONVERTER
from tests.conftest import search_attributes, temporal_binary
from tests.workflows import fingerprint
from tests.workflows.bank import BAD_CARD, CARD_WITH_3DS, WANTS_DRIVER, intent_id
from tests.workflows.places import QUAY
from tests.workflows.visit import Visit
from tests.workflows.world import World

HISTORIES = Path(__file__).with_name("histories")
SECOND = timedelta(seconds=1)
_AT_ONCE = 2
"""All at once keep two cores so busy that steps time out."""


async def served(world: World) -> Visit:
    visit = await world.book(starts_in=timedelta(minutes=15) + SECOND)
    await visit.until("LOCKED")
    await visit.charging()
    await visit.stopped()
    await visit.until_told(ChargingEnded)
    await visit.status(ConnectorStatus.FINISHING)
    await visit.status(ConnectorStatus.AVAILABLE)
    return visit


async def started_by_app_and_overstayed(world: World) -> Visit:
    world.site.rfid = False
    policy = {"warn_before_end": SECOND, "departure_wait": SECOND}
    visit = await world.locked(starts_in=timedelta(0), length=3 * SECOND, policy=policy)
    await visit.ask("start_charging")
    await visit.started()
    await visit.until("OVERSTAYING")
    await visit.stopped()
    return visit


async def paid_after_3ds_then_cancelled(world: World) -> Visit:
    visit = await world.book(payment_method=CARD_WITH_3DS)
    world.bank.pay(visit.code)
    await visit.payment("authorised")
    await visit.until("CONFIRMED")
    await visit.ask("cancel", Cancel(reason="rain"))
    return visit


async def card_saved_then_the_bank_wants_the_driver(world: World) -> Visit:
    policy = {"payments": PaymentRules(authorise_ahead=timedelta(days=4)), "lock_lead": SECOND}
    visit = await world.book(
        starts_in=timedelta(days=4), length=timedelta(days=3), payment_method=WANTS_DRIVER, policy=policy
    )
    await visit.until_told(PaymentWanted)
    world.bank.pay(visit.code)
    await visit.payment("authorised", payment_intent_id=intent_id(visit.code, "deposit-2"))
    await visit.until_told(DepositAuthorised)
    world.bank.lapse(visit.code)
    await visit.payment("canceled", "evt-2", payment_intent_id=intent_id(visit.code, "deposit-2"))
    await visit.until_told(AuthorisationLapsed)
    await visit.ask("cancel", Cancel(reason="rain"))
    return visit


async def card_declined(world: World) -> Visit:
    return await world.book(payment_method=BAD_CARD)


async def refused_for_want_of_a_place(world: World) -> Visit:
    now = datetime.now(UTC)
    for connector in world.site.connectors:
        world.site.block(connector, Slot(now, now + timedelta(hours=9)))
    return await world.book()


async def never_paid(world: World) -> Visit:
    return await world.book(payment_method=CARD_WITH_3DS, policy={"payment_ttl": SECOND})


async def no_show(world: World) -> Visit:
    return await world.locked(starts_in=timedelta(0), length=3 * SECOND, policy={"grace": SECOND})


async def rerouted_for_a_fault(world: World) -> Visit:
    world.chargers.answer("CP-2", ReserveNow, CommandOutcome.OCCUPIED)
    visit = await world.locked(policy={"fault_debounce": SECOND})
    await visit.status(ConnectorStatus.FAULTED)
    await visit.until_told(Moved, bay="Bay 3")
    await visit.charging()
    await visit.stopped()
    await visit.status(ConnectorStatus.AVAILABLE)
    return visit


async def unfulfilled(world: World) -> Visit:
    world.site.connectors[2].faulted = world.site.connectors[3].faulted = True
    visit = await world.locked(policy={"fault_debounce": SECOND})
    await visit.status(ConnectorStatus.FAULTED)
    return visit


async def rebooted_announced_reassigned_cancelled_in_the_ui(world: World) -> Visit:
    visit = await world.locked()
    await visit.says(ChargerEventKind.CHARGER_BOOTED)
    view = await visit.until_told(HoldPushedAgain, reason="rebooted")
    assert view.arrive_by
    await visit.ask("on_my_way", OnMyWay(eta=view.arrive_by))
    await visit.ask("reassign", Reassign(operator="ana", connector_id=3))
    await visit.handle.cancel(reason="site closed")
    return visit


async def needed_attention(world: World) -> Visit:
    visit = await world.locked()
    world.troubles.fail_for_good("settle_reservation")
    await visit.ask("operator_cancel", Operate(operator="ana"))
    world.troubles.mend("settle_reservation")
    await visit.resolve()
    return visit


async def hold_lost_then_came_without_starting(world: World) -> Visit:
    visit = await world.locked()
    await visit.status(ConnectorStatus.AVAILABLE)  # a flicker
    await visit.says(ChargerEventKind.HOLD_REMOVED, detail=HoldLoss.MISSING)
    await visit.until_told(HoldPushedAgain, reason="hold_missing")
    await visit.says(ChargerEventKind.HOLD_REMOVED, detail=HoldLoss.NO_TRANSACTION)
    await visit.until("ARRIVED")
    await visit.started()
    await visit.until("CHARGING")
    await visit.stopped()
    await visit.status(ConnectorStatus.AVAILABLE)
    return visit


async def asked_about_another_site_and_accepted(world: World) -> Visit:
    world.site.connectors[2].site_id = QUAY.site_id
    world.site.connectors[3].faulted = True
    policy = {
        "fault_debounce": SECOND,
        "ask_before_other_site": timedelta(0),
        "lock_lead": timedelta(minutes=30),
    }
    visit = await world.locked(starts_in=timedelta(minutes=9), policy=policy)
    await visit.status(ConnectorStatus.FAULTED)
    await visit.until_told(MoveProposed, bay="Bay 2")
    await visit.ask("accept_move")
    await visit.until_told(Locked, bay="Bay 2")
    await visit.charging()
    await visit.stopped()
    await visit.status(ConnectorStatus.AVAILABLE)
    return visit


async def asked_for_maintenance_then_moved_for_it(world: World) -> Visit:
    policy = {"ask_before_other_site": timedelta(0), "lock_lead": timedelta(minutes=30)}
    visit = await world.book(starts_in=timedelta(minutes=40), policy=policy)
    start = (await visit.view()).slot_start
    window = PlannedMaintenance(
        window_id=1, start=start, end=start + timedelta(hours=2), on_conflict=OnConflict.ASK
    )
    await visit.says(ChargerEventKind.MAINTENANCE_PLANNED, maintenance=window)
    await visit.until_told(MoveProposed, bay="Bay 2")
    await visit.says(ChargerEventKind.MAINTENANCE_CANCELLED, maintenance=window)
    await visit.until_told(MaintenanceCancelled)
    moves = replace(window, window_id=2, on_conflict=OnConflict.MOVE)
    await visit.says(ChargerEventKind.MAINTENANCE_PLANNED, maintenance=moves)
    await visit.until_told(Moved, bay="Bay 2")
    await visit.ask("cancel", Cancel(reason="rain"))
    return visit


async def compensated_for_maintenance(world: World) -> Visit:
    visit = await world.locked()
    view = await visit.view()
    window = PlannedMaintenance(
        window_id=1, start=view.slot_start, end=view.slot_end, on_conflict=OnConflict.COMPENSATE
    )
    await visit.says(ChargerEventKind.MAINTENANCE_PLANNED, maintenance=window)
    return visit


PATHS: list[Callable[[World], Awaitable[Visit]]] = [
    served,
    started_by_app_and_overstayed,
    paid_after_3ds_then_cancelled,
    card_saved_then_the_bank_wants_the_driver,
    card_declined,
    refused_for_want_of_a_place,
    never_paid,
    no_show,
    rerouted_for_a_fault,
    unfulfilled,
    asked_about_another_site_and_accepted,
    rebooted_announced_reassigned_cancelled_in_the_ui,
    needed_attention,
    hold_lost_then_came_without_starting,
    asked_for_maintenance_then_moved_for_it,
    compensated_for_maintenance,
]


async def record(
    environment: WorkflowEnvironment, path: Callable[[World], Awaitable[Visit]], label: str
) -> str:
    async with World.opened(environment, cache=1000) as world:
        visit = await path(world)
        await visit.ended()
        history = _without_paths((await visit.history()).to_json())
    name = f"{getattr(path, '__name__', 'path')}{label and '.' + label}.json"
    await asyncio.to_thread((HISTORIES / name).write_text, history + "\n")
    return name


def _without_paths(history: str) -> str:
    """Stack traces name the folders of the machine that recorded them, and replay does not read them."""
    return re.sub(r'"stackTrace": "(?:[^"\\]|\\.)*"', '"stackTrace": ""', history)


async def main(label: str) -> None:
    environment = await WorkflowEnvironment.start_local(
        data_converter=DATA_CONVERTER,
        dev_server_existing_path=temporal_binary(),
        dev_server_log_level="error",
        search_attributes=search_attributes(),
    )
    turns = asyncio.Semaphore(_AT_ONCE)

    async def record_in_turn(path: Callable[[World], Awaitable[Visit]]) -> None:
        async with turns:
            name = await record(environment, path, label)
        sys.stdout.write(f"{name}\n")

    async with environment, asyncio.TaskGroup() as recording:
        for path in PATHS:
            recording.create_task(record_in_turn(path))
    await asyncio.to_thread(fingerprint.store)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.workflows.record_histories")
    parser.add_argument(
        "--as", dest="label", default="", help="keep the recorded ones, write NAME.LABEL.json beside them"
    )
    label, status = parser.parse_args().label, 1
    try:
        asyncio.run(main(label))
        status = 0
    except Exception:  # noqa: BLE001 - told in full, and by the status
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # Temporal's core may abort in the interpreter's finalisation
