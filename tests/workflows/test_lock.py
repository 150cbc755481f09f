"""Lock: the connector is fixed, the device holds it or not, and the promise told is honest."""

from datetime import timedelta

import pytest

from domain.charging.commands import CommandOutcome, ReserveNow
from domain.charging.connector import ConnectorStatus
from domain.charging.events import ChargerEventKind
from domain.facts.timeline import BackOnline, HoldPushedAgain, Moved, StrangerStarted
from domain.reservation.deadlines import DeadlineKind
from tests.workflows.world import World


@pytest.mark.parametrize(
    ("outcome", "promise"),
    [
        (CommandOutcome.ACCEPTED, "hard"),
        (CommandOutcome.NOT_SUPPORTED, "backend"),
        (CommandOutcome.OCCUPIED, "backend"),
        (CommandOutcome.REJECTED, "backend"),
        (CommandOutcome.NO_RESPONSE, "backend"),
    ],
)
async def test_the_promise_follows_the_chargers_answer(
    world: World, outcome: CommandOutcome, promise: str
) -> None:
    world.chargers.answer("CP-1", ReserveNow, outcome)
    visit = await world.locked()
    assert (await visit.view()).enforcement == promise


async def test_a_charger_without_reservations_is_not_asked(world: World) -> None:
    world.chargers.cannot_reserve.add("CP-1")
    visit = await world.locked()
    assert (await visit.view()).enforcement == "backend"
    assert world.chargers.sent == []


async def test_a_charger_that_is_not_connected_may_start_without_asking(world: World) -> None:
    world.chargers.disconnected.add("CP-1")
    visit = await world.locked()
    assert (await visit.view()).enforcement == "soft"


async def test_a_gateway_that_breaks_while_sending_counts_as_no_answer(world: World) -> None:
    world.troubles.fail("ReserveNow")
    visit = await world.locked()
    assert (await visit.view()).enforcement == "backend"


async def test_a_dead_gateways_queue_is_left_for_the_live_one(world: World) -> None:
    world.chargers.dead_queues["CP-1"] = "gateway-that-died"
    visit = await world.locked()
    assert (await visit.view()).enforcement == "hard"
    assert world.chargers.commands("CP-1") == ["ReserveNow"]


async def test_a_faulted_answer_moves_the_driver_after_the_debounce(world: World) -> None:
    world.chargers.answer("CP-1", ReserveNow, CommandOutcome.FAULTED)
    visit = await world.locked()
    world.site.connectors[1].faulted = True  # as it shows since
    await visit.advance(timedelta(seconds=31))
    view = await visit.until_told(Moved, bay="Bay 2")
    assert (view.state, view.enforcement, len(visit.holds)) == ("LOCKED", "hard", 1)


@pytest.mark.parametrize(
    ("then", "promise"), [(CommandOutcome.ACCEPTED, "hard"), (CommandOutcome.UNAVAILABLE, "backend")]
)
async def test_no_answer_moves_the_driver_off_a_connector_that_shows_itself_well(
    world: World, then: CommandOutcome, promise: str
) -> None:
    """It is asked once more; a self-test is over by then, and some answer so whenever they cannot reserve."""
    world.chargers.answer("CP-1", ReserveNow, CommandOutcome.FAULTED, then)
    visit = await world.locked()
    await visit.advance(timedelta(minutes=4))
    view = await visit.until_told(HoldPushedAgain, reason="shows_available")
    assert (view.charger_id, view.enforcement, view.next_deadline) == (
        "CP-1",
        promise,
        DeadlineKind.GRACE_ENDS,
    )


async def test_a_connector_known_to_be_broken_moves_the_driver_at_lock_time(world: World) -> None:
    visit = await world.book()
    for connector in (1, 2):
        world.site.connectors[connector].faulted = True
    world.site.block(3, world.site.holds[0].slot)  # lock_hold finds nothing in the pool
    world.site.holds[-1].released = "late"  # but the reroute does: it became free a moment later
    world.site.connectors[3].occupied = True
    await visit.advance(timedelta(hours=1, minutes=46))
    assert (await visit.ended()).state == "UNFULFILLED"


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("others_taken", [True, False])
async def test_a_flicker_at_the_very_lock_moves_nobody(
    world: World, *, told: bool, others_taken: bool
) -> None:
    visit = await world.book(starts_in=timedelta(minutes=40))
    await visit.advance(timedelta(minutes=24, seconds=58))
    world.site.connectors[2].occupied = world.site.connectors[3].occupied = others_taken
    world.site.connectors[1].faulted = True
    if told or not others_taken:
        await visit.status(ConnectorStatus.FAULTED)
    await visit.advance(timedelta(seconds=5))
    world.site.connectors[1].faulted = False
    await visit.status(ConnectorStatus.AVAILABLE)
    view = await visit.until("LOCKED")
    assert (view.charger_id, view.enforcement, world.chargers.commands("CP-1")) == (
        "CP-1",
        "hard",
        ["ReserveNow"],
    )


async def test_a_fault_at_the_lock_that_lasts_moves_the_driver(world: World) -> None:
    visit = await world.book(starts_in=timedelta(minutes=40))
    await visit.advance(timedelta(minutes=24, seconds=58))
    world.site.connectors[1].faulted = True
    await visit.status(ConnectorStatus.FAULTED)
    await visit.advance(timedelta(seconds=40))
    view = await visit.until("LOCKED")
    assert (view.charger_id, len(visit.holds)) == ("CP-2", 1)


async def test_a_rebooted_charger_gets_its_hold_again(world: World) -> None:
    visit = await world.locked()
    world.chargers.holding["CP-1"].clear()
    await visit.says(ChargerEventKind.CHARGER_BOOTED)
    await visit.until_told(HoldPushedAgain, reason="rebooted")
    assert world.chargers.holding["CP-1"] == {visit.holds[0].hold_id}


async def test_a_reconnecting_charger_keeps_the_hold_it_has(world: World) -> None:
    visit = await world.locked()
    await visit.says(ChargerEventKind.CHARGER_OFFLINE)
    await visit.says(ChargerEventKind.CHARGER_ONLINE)
    await visit.until_told(BackOnline)
    assert world.chargers.commands("CP-1") == ["ReserveNow"]


async def test_a_charger_that_comes_back_is_given_the_hold_it_never_got(world: World) -> None:
    world.chargers.disconnected.add("CP-1")
    visit = await world.locked()
    world.chargers.disconnected.clear()
    await visit.says(ChargerEventKind.CHARGER_ONLINE)
    assert (await visit.until_told(HoldPushedAgain, reason="reconnected")).enforcement == "hard"


async def test_a_walk_in_who_leaves_in_time_frees_the_promised_connector(world: World) -> None:
    for connector in world.site.connectors.values():
        connector.occupied = True
    world.chargers.answer("CP-1", ReserveNow, CommandOutcome.OCCUPIED, CommandOutcome.ACCEPTED)
    visit = await world.locked()
    assert (await visit.view()).next_deadline == DeadlineKind.STILL_OCCUPIED
    await visit.status(ConnectorStatus.AVAILABLE)
    assert (await visit.until_told(HoldPushedAgain, reason="vacated")).enforcement == "hard"


async def test_a_walk_in_who_stays_makes_the_driver_move_at_the_start(world: World) -> None:
    for connector in world.site.connectors.values():
        connector.occupied = True
    world.chargers.answer("CP-1", ReserveNow, CommandOutcome.OCCUPIED)
    visit = await world.locked()
    world.site.connectors[2].occupied = False
    await visit.advance(timedelta(minutes=6))
    view = await visit.until_told(Moved, bay="Bay 2")
    assert (view.state, view.enforcement) == ("LOCKED", "hard")


@pytest.mark.parametrize(
    "shown", [(ConnectorStatus.FINISHING, ConnectorStatus.PREPARING), (ConnectorStatus.PREPARING,)]
)
async def test_a_walk_in_whom_the_driver_follows_at_once_moves_nobody(
    world: World, shown: tuple[ConnectorStatus, ...]
) -> None:
    """Available is never shown between the two cables."""
    for connector in world.site.connectors.values():
        connector.occupied = True
    world.chargers.answer("CP-1", ReserveNow, CommandOutcome.OCCUPIED)
    visit = await world.locked()
    for connector in world.site.connectors.values():
        connector.occupied = False
    for status in shown:
        await visit.status(status)
    await visit.advance(timedelta(minutes=6))
    view = await visit.view()
    assert (view.charger_id, view.next_deadline) == ("CP-1", DeadlineKind.GRACE_ENDS)


async def test_a_stranger_who_goes_without_a_change_of_status_moves_nobody(world: World) -> None:
    visit = await world.locked()
    await visit.says(ChargerEventKind.STRANGER_STARTED, matches_driver=False)
    await visit.until_told(StrangerStarted)
    world.site.connectors[1].stranger = False
    await visit.advance(timedelta(minutes=8))
    view = await visit.until_told(HoldPushedAgain, reason="vacated")
    assert (view.charger_id, view.enforcement) == ("CP-1", "hard")
    await visit.advance(timedelta(minutes=20))
    await visit.until("NO_SHOW")


async def test_a_stranger_who_is_stopped_and_leaves_changes_nothing_but_the_promise(world: World) -> None:
    visit = await world.locked()
    await visit.says(ChargerEventKind.STRANGER_STARTED, matches_driver=False)
    assert (await visit.until_told(StrangerStarted)).next_deadline == DeadlineKind.STILL_OCCUPIED
    await visit.status(ConnectorStatus.RESERVED)
    view = await visit.view()
    assert (view.charger_id, view.enforcement) == ("CP-1", "soft")
    assert view.next_deadline == DeadlineKind.GRACE_ENDS


async def test_a_stranger_at_the_bays_other_plug_is_as_one_at_the_own(world: World) -> None:
    """And the wait ends when both plugs are free, not with the first word of one."""
    visit = await world.locked()
    own = (await visit.view()).connector_id
    assert own is not None
    beside = {"connector_id": 99, "beside": (own,)}
    await visit.says(ChargerEventKind.STRANGER_STARTED, matches_driver=False, **beside)
    assert (await visit.until_told(StrangerStarted)).next_deadline == DeadlineKind.STILL_OCCUPIED
    await visit.status(ConnectorStatus.AVAILABLE, beside=(99,), busy_beside=True)
    assert (await visit.view()).next_deadline == DeadlineKind.STILL_OCCUPIED
    await visit.status(ConnectorStatus.AVAILABLE, **beside)
    view = await visit.view()
    assert (view.charger_id, view.next_deadline) == ("CP-1", DeadlineKind.GRACE_ENDS)
    assert world.chargers.commands("CP-1") == ["ReserveNow"]  # its hold stands


async def test_a_stranger_who_stays_at_the_bays_other_plug_makes_the_driver_move(world: World) -> None:
    visit = await world.locked()
    own = (await visit.view()).connector_id
    assert own is not None
    await visit.says(ChargerEventKind.STRANGER_STARTED, connector_id=99, beside=(own,))
    await visit.until_told(StrangerStarted)
    await visit.advance(timedelta(minutes=8))
    assert (await visit.until_told(Moved)).charger_id == "CP-2"


async def test_a_stranger_who_stays_makes_the_driver_move_and_costs_nothing(world: World) -> None:
    visit = await world.locked()
    await visit.says(ChargerEventKind.STRANGER_STARTED, matches_driver=False)
    await visit.until_told(StrangerStarted)
    await visit.advance(timedelta(minutes=8))
    moved = await visit.until_told(Moved)
    assert (moved.state, moved.charger_id) == ("LOCKED", "CP-2")
