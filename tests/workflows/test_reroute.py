"""A fault is believed after a while; then the driver is moved, or made whole."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.charging.commands import CommandOutcome, ReserveNow
from domain.charging.connector import ConnectorStatus
from domain.charging.events import ChargerEventKind
from domain.facts.attention import Problem
from domain.facts.stay import AttentionNeeded, ChargingEnded, StopAsked
from domain.facts.timeline import BackOnline, FaultReported, Moved, Recovered, WentOffline
from tests.workflows.visit import Visit, happened
from tests.workflows.world import World

DEBOUNCE = timedelta(seconds=31)
OFFLINE = timedelta(minutes=3, seconds=1)


async def faulted(visit: Visit) -> None:
    await visit.status(ConnectorStatus.FAULTED)
    await visit.until_told(FaultReported, status="faulted")
    await visit.advance(DEBOUNCE)


async def test_a_fault_moves_the_driver_at_the_same_site_without_a_fee(world: World) -> None:
    visit = await world.locked()
    old = visit.holds[0].hold_id
    await faulted(visit)
    view = await visit.until_told(Moved, bay="Bay 2", charger_id="CP-2", cause="charger_fault")
    assert (view.state, view.charger_id, view.enforcement) == ("LOCKED", "CP-2", "hard")
    assert [hold.connector_id for hold in visit.holds] == [2]
    assert old not in world.chargers.holding["CP-1"]
    assert world.chargers.holding["CP-2"] == {visit.holds[0].hold_id}
    assert visit.told[-1] == "rerouted"
    await visit.charging()
    done = await visit.leaves()
    assert "reservation_fee" not in visit.lines(done)


async def test_a_flicker_shorter_than_the_debounce_moves_nobody(world: World) -> None:
    visit = await world.locked()
    await visit.status(ConnectorStatus.FAULTED)
    await visit.status(ConnectorStatus.AVAILABLE)
    await visit.until_told(Recovered)
    await visit.advance(DEBOUNCE)
    view = await visit.view()
    assert (view.state, view.charger_id) == ("LOCKED", "CP-1")


async def test_a_charger_that_stays_offline_is_given_up(world: World) -> None:
    visit = await world.locked()
    world.chargers.disconnected.add("CP-1")
    world.site.connectors[1].faulted = True
    await visit.says(ChargerEventKind.CHARGER_OFFLINE, connector_id=None)
    await visit.until_told(WentOffline)
    await visit.advance(OFFLINE)
    assert (await visit.until_told(Moved, cause="charger_offline")).charger_id == "CP-2"


async def test_a_silence_that_began_before_the_booking_is_no_fault_of_the_driver(world: World) -> None:
    """Nobody told the reservation: the charger was seen to be away when the connector was fixed."""
    world.site.connectors[1].silent_since = datetime.now(UTC)
    visit = await world.locked()
    await visit.until_told(WentOffline)
    world.site.connectors[1].faulted = True
    await visit.advance(OFFLINE)
    assert (await visit.until_told(Moved, cause="charger_offline")).charger_id == "CP-2"


async def test_a_charger_that_comes_back_in_time_is_kept(world: World) -> None:
    visit = await world.locked()
    await visit.says(ChargerEventKind.CHARGER_OFFLINE, connector_id=None)
    await visit.says(ChargerEventKind.CHARGER_BOOTED, connector_id=None)
    await visit.until_told(BackOnline)
    await visit.advance(OFFLINE)
    assert (await visit.view()).charger_id == "CP-1"


@pytest.mark.parametrize(
    "useless", [CommandOutcome.FAULTED, CommandOutcome.UNAVAILABLE, CommandOutcome.OCCUPIED]
)
async def test_a_candidate_that_turns_out_useless_is_left_for_the_next(
    world: World, useless: CommandOutcome
) -> None:
    world.chargers.answer("CP-2", ReserveNow, useless)
    visit = await world.locked()
    await faulted(visit)
    view = await visit.until_told(Moved, bay="Bay 3")
    assert [hold.connector_id for hold in visit.holds] == [3]
    assert view.attention == ()


async def test_nothing_free_is_a_refund_and_a_credit(world: World) -> None:
    world.site.connectors[2].faulted = world.site.connectors[3].faulted = True
    visit = await world.locked()
    await faulted(visit)
    done = await visit.ended()
    assert (done.state, visit.charge(done), visit.receipt(done).bill.credit.minor) == ("UNFULFILLED", 0, 500)
    assert (visit.holds, world.bank.status(visit.code)) == ([], "voided")
    assert world.chargers.holding["CP-1"] == set()
    assert visit.told[-2:] == ["unfulfilled", "receipt"]


async def test_a_fault_mid_charge_carries_the_rest_over(world: World) -> None:
    visit = await world.locked(starts_in=timedelta(0))
    await visit.charging()
    end = (await visit.view()).slot_end
    visit.delivered(3_000, await visit.now())
    await faulted(visit)
    view = await visit.until_told(Moved, bay="Bay 2")
    assert view.state == "LOCKED"
    assert view.slot_end > end  # the time lost since the fault is given back
    assert world.chargers.commands("CP-1")[-1] == "RemoteStop"
    assert happened(view, StopAsked, outcome="accepted") == happened(view, ChargingEnded) == 1
    late = await visit.fact(
        ChargerEventKind.TRANSACTION_ENDED, charger_id="CP-1", connector_id=1, transaction_id="tx-1"
    )
    await visit.send(late)  # the old charger comes back and tells its story
    await visit.charging_on("tx-2")
    await visit.stopped("tx-2", energy_wh=5_000)
    await visit.status(ConnectorStatus.AVAILABLE)
    done = await visit.ended()
    assert (done.state, visit.receipt(done).bill.energy_wh) == ("COMPLETED", 8_000)
    assert visit.lines(done) == {"energy": 250 + 150, "tax": 76}


async def test_a_start_on_the_connector_that_was_left_starts_nothing(world: World) -> None:
    visit = await world.locked()
    await faulted(visit)
    await visit.until_told(Moved, bay="Bay 2")
    await visit.started(charger_id="CP-1", connector_id=1)
    await visit.says(ChargerEventKind.HOLD_REMOVED, charger_id="CP-1", connector_id=1)
    assert (await visit.view()).state == "LOCKED"
    assert world.chargers.commands("CP-2") == ["ReserveNow"]


async def test_a_fault_when_grace_ends_is_no_no_show(world: World) -> None:
    visit = await world.locked(starts_in=timedelta(0), policy={"fault_debounce": timedelta(hours=1)})
    await visit.status(ConnectorStatus.FAULTED)
    await visit.until_told(FaultReported, status="faulted")
    await visit.advance(timedelta(minutes=16))
    assert (await visit.until_told(Moved, bay="Bay 2")).state == "LOCKED"


async def test_a_fault_long_before_the_slot_moves_nobody_until_the_lock(world: World) -> None:
    visit = await world.book(starts_in=timedelta(hours=5))
    await visit.status(ConnectorStatus.FAULTED)
    await visit.until_told(FaultReported, status="faulted")
    await visit.advance(timedelta(hours=1))
    assert (await visit.view()).charger_id == "CP-1"
    await visit.advance(timedelta(hours=2, minutes=1))
    view = await visit.until_told(Moved, bay="Bay 2")
    assert (view.state, world.chargers.sent) == ("CONFIRMED", [])  # the new one is locked when due
    assert [hold.connector_id for hold in visit.holds] == [2]


async def test_a_reroute_whose_step_fails_for_good_is_undone_and_calls_an_operator(world: World) -> None:
    visit = await world.locked()
    world.troubles.fail_for_good("hold_replacement")
    await faulted(visit)
    view = await visit.until_told(AttentionNeeded)
    assert (view.state, view.charger_id) == ("LOCKED", "CP-1")
    assert [hold.connector_id for hold in visit.holds] == [1]
    world.troubles.mend("hold_replacement")
    await visit.resolve()
    assert (await visit.until_told(Moved, bay="Bay 2")).attention == ()


async def test_a_driver_is_moved_although_the_charger_that_is_left_cannot_be_told(world: World) -> None:
    visit = await world.locked()
    world.troubles.hang("release_holds")
    await faulted(visit)
    await world.troubles.until_hanging("release_holds")
    world.troubles.fail_for_good("resolve_route")
    world.troubles.mend("release_holds")
    view = await visit.until_told(Moved, bay="Bay 2")
    assert [a.problem for a in view.attention] == [Problem.CHARGER_NOT_TOLD]
    assert view.state == "LOCKED"
    world.troubles.mend("resolve_route")
    await visit.resolve()
    await visit.charging()


async def test_a_useless_candidate_that_cannot_be_released_calls_an_operator(world: World) -> None:
    world.chargers.answer("CP-2", ReserveNow, CommandOutcome.FAULTED)
    visit = await world.locked()
    world.troubles.fail_for_good("release_holds")
    await faulted(visit)
    view = await visit.until_told(Moved, bay="Bay 3")
    assert [(a.problem, a.detail.partition(":")[0]) for a in view.attention] == [
        (Problem.NOT_UNDONE, "release_new_hold"),
        (Problem.FORMER_CONNECTOR_NOT_RELEASED, "Bay 1"),
    ]
    world.troubles.mend("release_holds")
    await visit.resolve()
    await visit.charging()
    await visit.leaves()
    assert visit.holds == []
