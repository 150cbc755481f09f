"""The hold on the device is a cache: what becomes of it when it is lost, and what is then promised."""

from datetime import timedelta

import pytest

from domain.charging.capabilities import CapabilityRecord
from domain.charging.commands import CommandOutcome, ReserveNow
from domain.charging.connector import ConnectorStatus
from domain.charging.events import ChargerEventKind, HoldLoss
from domain.facts.stay import Arrived
from domain.facts.timeline import HoldLeftToUs, HoldPushedAgain, PushReason
from tests.workflows.visit import Visit, happened
from tests.workflows.world import World

MINUTE = timedelta(minutes=1)
PUSHED, PUSHED_AGAIN = ["ReserveNow"], ["ReserveNow", "ReserveNow"]


async def lose(visit: Visit, how: HoldLoss) -> None:
    await visit.says(ChargerEventKind.HOLD_REMOVED, detail=how)


# --- what the gateway tells is believed -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        (HoldLoss.MISSING, PushReason.HOLD_MISSING),
        (HoldLoss.REMOVED, PushReason.HOLD_REMOVED),
        (HoldLoss.EXPIRED, PushReason.HOLD_EXPIRED),
    ],
)
async def test_a_lost_hold_is_pushed_again(world: World, how: HoldLoss, reason: PushReason) -> None:
    visit = await world.locked()
    await lose(visit, how)
    assert (await visit.until_told(HoldPushedAgain, reason=reason)).enforcement == "hard"
    assert world.chargers.commands("CP-1") == PUSHED_AGAIN


async def test_a_flicker_of_a_held_connector_is_nothing(world: World) -> None:
    visit = await world.locked()
    await visit.status(ConnectorStatus.RESERVED)
    await visit.status(ConnectorStatus.AVAILABLE)
    await visit.status(ConnectorStatus.RESERVED)
    await visit.status(ConnectorStatus.AVAILABLE)
    assert (await visit.view()).state == "LOCKED"
    assert world.chargers.commands("CP-1") == PUSHED


async def test_a_hold_that_was_refused_is_tried_again_when_the_connector_becomes_available(
    world: World,
) -> None:
    world.chargers.answer("CP-1", ReserveNow, CommandOutcome.OCCUPIED, CommandOutcome.ACCEPTED)
    visit = await world.locked()
    assert (await visit.view()).enforcement == "backend"
    await visit.status(ConnectorStatus.AVAILABLE)
    assert (await visit.until_told(HoldPushedAgain, reason="shows_available")).enforcement == "hard"
    assert world.chargers.commands("CP-1") == PUSHED_AGAIN


async def test_a_charger_that_keeps_losing_its_hold_is_left_to_the_backend_and_the_driver_told(
    world: World,
) -> None:
    visit = await world.locked()
    for _ in range(8):
        await lose(visit, HoldLoss.REMOVED)
    view = await visit.until_told(HoldLeftToUs)
    assert (view.state, view.enforcement) == ("LOCKED", "backend")
    assert world.chargers.commands("CP-1").count("ReserveNow") == 1 + 5


async def test_a_charger_that_keeps_rebooting_is_promised_no_more_than_the_backend(world: World) -> None:
    visit = await world.locked()
    for _ in range(6):
        await visit.says(ChargerEventKind.CHARGER_BOOTED)
    assert (await visit.until_told(HoldLeftToUs)).enforcement == "backend"


async def test_a_hold_that_expires_with_the_grace_period_is_not_pushed_again(world: World) -> None:
    visit = await world.locked()
    await visit.advance(21 * MINUTE)
    await visit.until("NO_SHOW")
    await lose(visit, HoldLoss.EXPIRED)
    await visit.view()
    assert world.chargers.commands("CP-1").count("ReserveNow") == 1


# --- what is known of the charger limits what is promised --------------------------------------------------


@pytest.mark.parametrize(
    ("known", "outcome", "promise"),
    [
        (CapabilityRecord(honours_holds=False), CommandOutcome.ACCEPTED, "soft"),
        (CapabilityRecord(losing_streak=3), CommandOutcome.ACCEPTED, "backend"),
        (CapabilityRecord(starts_unasked=True), CommandOutcome.ACCEPTED, "hard"),
        (CapabilityRecord(starts_unasked=True), CommandOutcome.OCCUPIED, "soft"),
        (CapabilityRecord(starts_unasked=True, reserve_now=False), CommandOutcome.ACCEPTED, "soft"),
        (CapabilityRecord(starts_unasked=True, stops_refused=True), CommandOutcome.OCCUPIED, "backend"),
    ],
)
async def test_no_more_is_promised_than_the_charger_is_known_to_keep(
    world: World, known: CapabilityRecord, outcome: CommandOutcome, promise: str
) -> None:
    world.chargers.records["CP-1"] = known
    world.chargers.answer("CP-1", ReserveNow, outcome)
    visit = await world.locked()
    assert (await visit.view()).enforcement == promise


# --- 2.1: the token was presented, but no transaction followed ---------------------------------------------


async def test_who_came_without_starting_has_arrived_and_keeps_the_hold(world: World) -> None:
    visit = await world.locked()
    await lose(visit, HoldLoss.NO_TRANSACTION)
    view = await visit.until_told(HoldPushedAgain, reason="no_transaction")
    assert (view.state, view.enforcement) == ("ARRIVED", "hard")
    assert happened(view, Arrived, sign="came_without_starting") == 1
    assert world.chargers.commands("CP-1") == PUSHED_AGAIN
    await visit.advance(30 * MINUTE)  # the grace period is over, and is no longer a matter
    view = await visit.view()
    assert (view.state, "no_show" in visit.lines(view)) == ("ARRIVED", False)
    await visit.started()
    await visit.until("CHARGING")


async def test_who_never_starts_after_all_is_settled_without_a_no_show_fee(world: World) -> None:
    visit = await world.locked()
    await lose(visit, HoldLoss.NO_TRANSACTION)
    await visit.until("ARRIVED")
    await visit.advance(2 * 60 * MINUTE)
    view = await visit.ended()
    assert (view.state, "no_show" in visit.lines(view)) == ("COMPLETED", False)
    assert world.chargers.holding["CP-1"] == set()


async def test_a_card_that_came_first_makes_one_arrival(world: World) -> None:
    visit = await world.locked()
    await visit.card()
    await visit.until("ARRIVED")
    await lose(visit, HoldLoss.NO_TRANSACTION)
    await visit.until_told(HoldPushedAgain, reason="no_transaction")
    assert world.chargers.commands("CP-1") == PUSHED_AGAIN
    view = await visit.view()
    assert happened(view, Arrived) == 1


async def test_after_the_grace_period_the_hold_of_who_came_is_not_renewed(world: World) -> None:
    visit = await world.locked()
    await visit.card()
    await visit.until("ARRIVED")
    await visit.advance(25 * MINUTE)
    await lose(visit, HoldLoss.NO_TRANSACTION)
    assert (await visit.view()).state == "ARRIVED"
    assert world.chargers.commands("CP-1") == PUSHED


async def test_a_charger_that_reboots_gets_the_hold_of_who_came_back(world: World) -> None:
    visit = await world.locked()
    await lose(visit, HoldLoss.NO_TRANSACTION)
    await visit.until_told(HoldPushedAgain, reason="no_transaction")
    await visit.says(ChargerEventKind.CHARGER_BOOTED)
    await visit.until_told(HoldPushedAgain, reason="rebooted")
    assert world.chargers.commands("CP-1") == ["ReserveNow"] * 3
