"""Whose session it is, when nobody told the reservation so: at the lock, before what costs, elsewhere, at the end."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from domain.charging.commands import RemoteStop
from domain.charging.connector import ConnectorStatus
from domain.charging.events import LEFT, ChargerEventKind
from domain.charging.presence import INFERRED
from domain.facts.stay import AttentionNeeded, ChargingStarted, FoundCharging, HeldLateUntil, NotArrived
from domain.facts.timeline import Moved
from domain.place.slots import Slot
from domain.reservation.actions.messages import Cancel
from tests.workflows.bank import CARD_WITH_3DS
from tests.workflows.sessions import Session
from tests.workflows.visit import Visit, happened
from tests.workflows.world import World

MINUTE = timedelta(minutes=1)


def charges(world: World, connector_id: int, since: datetime, until: datetime | None = None) -> Session:
    session = Session(connector_id, "tx-1", since, until)
    world.site.sessions.append(session)
    return session


async def test_who_came_as_a_walk_in_and_still_charges_at_the_lock_has_arrived(world: World) -> None:
    """K1.6: her own card, twenty minutes before early start."""
    visit = await world.book(starts_in=40 * MINUTE)
    session = charges(world, 1, await visit.now())
    world.site.connectors[1].occupied = True
    await visit.advance(26 * MINUTE)
    view = await visit.until("CHARGING")
    assert (view.bay, session.priced_by) == ("Bay 1", visit.code)
    assert world.chargers.commands("CP-1") == []
    done = await visit.leaves()
    assert (done.state, "no_show" in visit.lines(done)) == ("COMPLETED", False)


@pytest.mark.parametrize("how", [INFERRED, "PowerLoss"])
async def test_who_was_found_at_the_lock_begins_again_under_the_same_id(world: World, how: str) -> None:
    """K1.6 and K1.9: after a power cut the station counts its ids anew."""
    visit = await world.book(starts_in=40 * MINUTE)
    session = charges(world, 1, await visit.now())
    world.site.connectors[1].occupied = True
    await visit.advance(26 * MINUTE)
    await visit.until("CHARGING")
    session.ended_at = await visit.now()
    await visit.says(ChargerEventKind.CHARGER_BOOTED, connector_id=None)
    await visit.says(ChargerEventKind.TRANSACTION_ENDED, transaction_id="tx-1", detail=how)
    await visit.advance(MINUTE)
    charges(world, 1, await visit.now()).priced_by = visit.code
    await visit.started("tx-1")
    await visit.advance(20 * MINUTE)
    assert (await visit.view()).state == "CHARGING"


async def test_at_the_lock_the_hold_follows_to_the_bay_where_its_driver_charges(world: World) -> None:
    visit = await world.book(starts_in=40 * MINUTE)
    charges(world, 2, await visit.now())
    await visit.advance(26 * MINUTE)
    assert (await visit.until("CHARGING")).bay == "Bay 2"
    assert [hold.connector_id for hold in visit.holds] == [2]


async def test_a_hold_that_cannot_follow_is_given_back(world: World) -> None:
    visit = await world.book(starts_in=40 * MINUTE)
    slot = visit.holds[0].slot
    world.site.block(2, Slot(slot.start + 30 * MINUTE, slot.end))
    charges(world, 2, await visit.now())
    await visit.advance(26 * MINUTE)
    view = await visit.until("CHARGING")
    assert (view.bay, visit.holds) == ("Bay 2", [])
    done = await visit.leaves()
    assert done.state == "COMPLETED"


async def test_who_pays_while_the_cable_is_in_is_charging(world: World) -> None:
    """K1.4: the gate refused the start for the deposit; the charger went on all the same."""
    visit = await world.book(starts_in=timedelta(0), payment_method=CARD_WITH_3DS)
    assert visit.decision.view.state == "AWAITING_PAYMENT"
    charges(world, 1, await visit.now())
    world.bank.pay(visit.code)
    await visit.payment("authorised")
    view = await visit.until("CHARGING")
    assert happened(view, FoundCharging, bay="Bay 1") == 1


async def test_who_charges_is_no_no_show(world: World) -> None:
    """Nobody told the reservation: it looks before grace ends, and before the late window closes."""
    visit = await world.locked(starts_in=timedelta(0))
    charges(world, 3, await visit.now() + 5 * MINUTE)
    await visit.advance(16 * MINUTE)
    view = await visit.until("CHARGING")
    assert (view.bay, happened(view, NotArrived)) == ("Bay 3", 0)
    assert world.chargers.holding["CP-1"] == set()


async def test_who_has_charged_and_left_is_no_no_show(world: World) -> None:
    visit = await world.locked(starts_in=timedelta(0))
    now = await visit.now()
    charges(world, 2, now + MINUTE, now + 9 * MINUTE)
    visit.delivered(8_000, now + 9 * MINUTE)
    await visit.advance(20 * MINUTE)
    done = await visit.ended()
    assert (done.state, "no_show" in visit.lines(done)) == ("COMPLETED", False)
    assert visit.lines(done)["energy"] > 0


async def test_a_no_show_who_is_found_charging_before_the_slot_ends_pays_no_fee(world: World) -> None:
    visit = await world.locked(starts_in=timedelta(0))
    await visit.advance(16 * MINUTE)
    view = await visit.until("NO_SHOW")
    charges(world, 2, await visit.now())
    assert view.slot_end is not None
    await visit.advance(view.slot_end - await visit.now() + timedelta(seconds=1))
    await visit.until("CHARGING", "OVERSTAYING")
    done = await visit.leaves()
    assert "no_show" not in visit.lines(done)


async def unplaced_no_show(world: World) -> Visit:
    """K1.11: only a stop was told, which found no session."""
    visit = await world.locked(starts_in=timedelta(0), length=timedelta(hours=1))
    world.site.unplaced = 7
    await visit.advance(61 * MINUTE)
    return visit


async def test_no_fee_is_taken_before_an_operator_has_placed_what_may_be_hers(world: World) -> None:
    visit = await unplaced_no_show(world)
    view = await visit.until_told(AttentionNeeded, problem="unplaced_transaction", detail="7")
    assert (view.state, view.receipt) == ("NO_SHOW", None)
    await visit.resolve()  # nothing is decided yet
    await visit.advance(MINUTE)
    still = await visit.view()
    assert [attention.problem for attention in still.attention] == ["unplaced_transaction"]
    world.site.unplaced = None
    placed = charges(world, 1, await visit.now() - 40 * MINUTE, await visit.now() - 20 * MINUTE)
    placed.priced_by = visit.code
    await visit.resolve()
    done = await visit.ended()
    assert (done.state, "no_show" in visit.lines(done)) == ("COMPLETED", False)


@pytest.mark.parametrize("hers", [True, False])
async def test_a_start_told_late_explains_what_was_waited_for_and_nobody_has_to_resolve(
    hers: bool, world: World
) -> None:
    visit = await unplaced_no_show(world)
    await visit.until_told(AttentionNeeded)
    world.site.unplaced = None
    now = await visit.now()
    if hers:
        ended = await visit.fact(ChargerEventKind.TRANSACTION_ENDED, transaction_id="tx", at=now - 9 * MINUTE)
        visit.delivered(10_000, ended.at)
        await visit.send(replace(ended, detail=LEFT))
        await visit.started("tx", at=now - 40 * MINUTE)
    else:
        await visit.says(ChargerEventKind.END_PLACED, matches_driver=False)
    done = await visit.ended()
    assert (done.state, "no_show" in visit.lines(done)) == (
        ("COMPLETED", False) if hers else ("NO_SHOW", True)
    )
    assert (done.attention, "energy" in visit.lines(done)) == ((), hers)


async def test_what_is_dismissed_was_nobodys(world: World) -> None:
    visit = await unplaced_no_show(world)
    await visit.until_told(AttentionNeeded)
    world.site.unplaced = None
    await visit.resolve()
    done = await visit.ended()
    assert (done.state, visit.lines(done)["no_show"] > 0) == ("NO_SHOW", True)


async def test_a_fault_moves_nobody_who_charges_elsewhere_already(world: World) -> None:
    visit = await world.locked()
    charges(world, 3, await visit.now())
    await visit.status(ConnectorStatus.FAULTED)
    await visit.advance(MINUTE)
    view = await visit.until("CHARGING")
    assert (view.bay, happened(view, Moved)) == ("Bay 3", 0)


async def moved_off_bay_1(world: World) -> Visit:
    visit = await world.locked()
    await visit.status(ConnectorStatus.FAULTED)
    await visit.advance(MINUTE)
    await visit.until_told(Moved, bay="Bay 2")
    return visit


async def test_a_start_on_the_connector_that_was_left_is_hers_and_the_hold_follows(world: World) -> None:
    """K1.8: the station starts there all the same."""
    visit = await moved_off_bay_1(world)
    charges(world, 1, await visit.now()).priced_by = visit.code
    await visit.started(charger_id="CP-1", connector_id=1)
    view = await visit.until("CHARGING")
    assert (view.bay, [hold.connector_id for hold in visit.holds]) == ("Bay 1", [1])
    assert world.chargers.holding["CP-2"] == set()
    done = await visit.leaves()
    assert (done.state, "no_show" in visit.lines(done)) == ("COMPLETED", False)


async def test_whose_plug_is_told_after_the_card_is_followed_while_charging(world: World) -> None:
    """2.x E03: the own bay was supposed; the same transaction is told again, at the plug that it is on."""
    world.site.connectors[2].charger_id = "CP-1"
    visit = await world.locked(starts_in=timedelta(0))
    session = charges(world, 1, await visit.now())
    session.priced_by = visit.code
    await visit.charging_on("tx-1")
    session.connector_id = 2
    await visit.started("tx-1", connector_id=2)
    view = await visit.until_told(FoundCharging, bay="Bay 2")
    assert (view.state, view.bay) == ("CHARGING", "Bay 2")
    assert [hold.connector_id for hold in visit.holds] == [2]
    await visit.started("tx-1", connector_id=2)
    await visit.stopped("tx-1")
    await visit.status(ConnectorStatus.AVAILABLE)
    done = await visit.ended()
    assert (done.state, happened(done, FoundCharging), happened(done, ChargingStarted)) == ("COMPLETED", 1, 2)


async def test_what_is_found_and_told_afterwards_is_heard_once(world: World) -> None:
    visit = await world.locked(starts_in=timedelta(0))
    now = await visit.now()
    charges(world, 1, now + MINUTE, now + 14 * MINUTE)
    await visit.advance(15 * MINUTE + timedelta(seconds=1))
    await visit.until("CHARGING")
    await visit.started(at=now + MINUTE)
    await visit.advance(3 * MINUTE)
    done = await visit.ended()
    assert (done.state, happened(done, ChargingStarted)) == ("COMPLETED", 1)


@pytest.mark.parametrize("goes_on", [True, False])
async def test_who_was_moved_off_a_broken_connector_and_charged_there_is_no_no_show(
    goes_on: bool, world: World
) -> None:
    visit = await world.locked(starts_in=timedelta(0), length=timedelta(hours=2))
    session = charges(world, 1, await visit.now())
    session.priced_by = visit.code
    await visit.charging()
    await visit.status(ConnectorStatus.FAULTED)
    await visit.advance(1 * MINUTE)
    await visit.until_told(Moved, bay="Bay 2")
    if not goes_on:
        session.ended_at = await visit.now()
        visit.delivered(8_000, session.ended_at)
    await visit.advance(16 * MINUTE)
    if goes_on:
        view = await visit.until("CHARGING")
        assert (view.bay, [hold.connector_id for hold in visit.holds]) == ("Bay 1", [1])
        done = await visit.leaves()
    else:
        done = await visit.ended()
    assert (done.state, happened(done, NotArrived)) == ("COMPLETED", 0)
    assert visit.lines(done)["energy"] > 0


async def test_the_session_of_a_reservation_that_ends_in_this_moment_is_stopped_and_priced(
    world: World,
) -> None:
    """K1.5: `cancel` is posted as the cable goes in; the start reaches nobody any more."""
    visit = await world.locked()
    session = charges(world, 1, await visit.now())
    session.priced_by = visit.code

    async def stop() -> None:
        session.ended_at = await visit.now()
        visit.delivered(3_000, session.ended_at)

    world.chargers.when_sent(RemoteStop, stop)
    done = await visit.ask("cancel", Cancel())
    assert (done.state, world.chargers.commands("CP-1")[-1]) == ("CANCELLED", "RemoteStop")
    assert visit.lines(done)["energy"] > 0


async def test_a_latecomer_has_what_is_free_and_is_told_until_when(world: World) -> None:
    """K1.7: the next guest comes in forty minutes."""
    visit = await world.locked(starts_in=timedelta(0), length=2 * timedelta(hours=1))
    await visit.advance(16 * MINUTE)
    await visit.until("NO_SHOW")
    next_start = await visit.now() + 40 * MINUTE
    for connector in world.site.connectors:
        world.site.block(connector, Slot(next_start, next_start + timedelta(hours=1)))
    await visit.says(
        ChargerEventKind.TRANSACTION_STARTED,
        transaction_id="tx-1",
        matches_driver=True,
        detail="late_arrival",
    )
    view = await visit.until("CHARGING")
    assert (view.slot_end, visit.holds[0].slot.end) == (next_start, next_start)
    assert happened(view, HeldLateUntil) == 1
    assert "held_late_until" in visit.told
    done = await visit.leaves()
    assert "no_show" not in visit.lines(done)
