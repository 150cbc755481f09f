"""Arriving: by card or app, early or announced; staying longer; and starting."""

from datetime import datetime, timedelta

from domain.charging.commands import CommandOutcome, RemoteStart
from domain.charging.events import ChargerEventKind
from domain.charging.presence import INFERRED
from domain.facts.timeline import OnTheWay, StrangerStarted
from domain.money.amount import Money
from domain.place.slots import Slot
from domain.reservation.actions.messages import Extend, OnMyWay, Reschedule
from tests.workflows.visit import happened, refused
from tests.workflows.world import World

MINUTE = timedelta(minutes=1)
LATE_FEE = Money(200, "EUR")


async def test_a_card_before_the_lock_is_an_arrival(world: World) -> None:
    visit = await world.book(starts_in=timedelta(minutes=16))
    await visit.card()
    assert (await visit.until("ARRIVED")).bay == "Bay 1"
    await visit.started()
    await visit.until("CHARGING")


async def test_check_in_by_app_opens_with_early_start(world: World) -> None:
    visit = await world.book(starts_in=timedelta(minutes=12))
    assert await refused(visit.ask("check_in")) == "outside_arrival_window"
    await visit.advance(3 * MINUTE)
    assert (await visit.ask("check_in")).state == "ARRIVED"
    assert await refused(visit.ask("check_in")) == "not_possible_now"


async def test_a_strangers_card_or_start_is_no_arrival(world: World) -> None:
    visit = await world.locked()
    await visit.says(ChargerEventKind.TOKEN_PRESENTED, matches_driver=False)
    await visit.says(ChargerEventKind.TRANSACTION_STARTED, matches_driver=False, transaction_id="x")
    await visit.says(ChargerEventKind.STRANGER_STARTED)
    assert (await visit.until_told(StrangerStarted)).state == "LOCKED"


async def test_on_my_way_extends_the_grace_period_once(world: World) -> None:
    visit = await world.locked()
    before = (await visit.view()).arrive_by
    assert before is not None
    view = await visit.ask("on_my_way", OnMyWay(eta=before + 5 * MINUTE))
    assert view.arrive_by == before + 7 * MINUTE  # two minutes of margin
    assert world.chargers.commands("CP-1") == ["ReserveNow", "ReserveNow"]  # a later expiry on the device
    again = OnMyWay(eta=before + 9 * MINUTE)
    assert await refused(visit.ask("on_my_way", again)) == "extension_already_used"


async def test_on_my_way_in_time_uses_nothing_up(world: World) -> None:
    visit = await world.locked()
    before = (await visit.view()).arrive_by
    assert before is not None
    view = await visit.ask("on_my_way", OnMyWay(eta=before - 10 * MINUTE))
    assert (view.arrive_by, "on_my_way" in view.possible) == (before, True)
    assert world.chargers.commands("CP-1") == ["ReserveNow"]
    assert happened(view, OnTheWay, arrive_by=None) == 1


async def test_who_arrives_later_than_they_are_waited_for_is_told_until_when(world: World) -> None:
    visit = await world.locked()
    slot = visit.holds[0].slot
    eta = slot.end - MINUTE
    view = await visit.ask("on_my_way", OnMyWay(eta=eta))
    assert view.arrive_by is not None
    assert view.arrive_by < eta
    told = {"eta": eta.isoformat(), "arrive_by": view.arrive_by.isoformat()}
    assert happened(view, OnTheWay, **told) == 1


async def test_an_arrival_that_cannot_be_meant_is_refused_and_uses_nothing_up(world: World) -> None:
    visit = await world.locked()
    before = await visit.view()
    for eta in (await visit.now() - 10 * MINUTE, before.slot_end, before.slot_end + timedelta(hours=3)):
        assert await refused(visit.ask("on_my_way", OnMyWay(eta=eta))) == "slot_invalid"
    after = await visit.view()
    assert (after.arrive_by, after.timeline, after.possible) == (
        before.arrive_by,
        before.timeline,
        before.possible,
    )


async def test_instants_without_a_zone_are_refused_not_stumbled_over(world: World) -> None:
    visit = await world.locked()
    naive = datetime(2030, 1, 1)  # noqa: DTZ001 - the mistake under test
    assert await refused(visit.ask("on_my_way", OnMyWay(eta=naive))) == "slot_invalid"
    assert await refused(visit.ask("extend", Extend(end=naive))) == "slot_invalid"


async def test_reschedule_moves_the_hold_or_changes_nothing(world: World) -> None:
    visit = await world.book(starts_in=timedelta(hours=2))
    old = visit.holds[0].slot
    later = old.moved_to(old.start + timedelta(hours=3))
    for connector in world.site.connectors:
        world.site.block(connector, later)
    blocked = Reschedule(start=later.start, end=later.end, accepted_cost=LATE_FEE)
    assert await refused(visit.ask("reschedule", blocked)) == "slot_unavailable"
    assert visit.holds[0].slot == old
    free = later.moved_to(later.start + timedelta(hours=3))
    view = await visit.ask("reschedule", Reschedule(start=free.start, end=free.end, accepted_cost=LATE_FEE))
    assert (view.slot_start, visit.holds[0].slot) == (free.start, free)
    wrong = Reschedule(start=free.end, end=free.start)
    assert await refused(visit.ask("reschedule", wrong)) == "slot_invalid"


async def test_rescheduling_to_the_slot_there_is_changes_nothing(world: World) -> None:
    visit = await world.locked(policy={"change_until": timedelta(0)})
    first = (await visit.view()).arrive_by
    assert first is not None
    before = await visit.ask("on_my_way", OnMyWay(eta=first + 5 * MINUTE))
    view = await visit.ask("reschedule", Reschedule(start=before.slot_start, end=before.slot_end))
    assert view == before
    assert "rescheduled" not in visit.told


async def test_a_locked_reservation_that_moves_takes_its_hold_off_the_old_charger(world: World) -> None:
    visit = await world.locked(policy={"change_until": timedelta(0)})
    slot = visit.holds[0].slot.moved_to(visit.holds[0].slot.start + timedelta(hours=5))
    world.site.block(1, slot)
    view = await visit.ask("reschedule", Reschedule(start=slot.start, end=slot.end, accepted_cost=LATE_FEE))
    assert (view.state, view.charger_id, view.enforcement) == ("CONFIRMED", "CP-2", "soft")
    assert world.chargers.holding["CP-1"] == set()


async def test_extend_takes_the_connector_for_longer_if_it_is_free(world: World) -> None:
    visit = await world.locked()
    slot = visit.holds[0].slot
    view = await visit.ask("extend", Extend(end=slot.end + 15 * MINUTE))
    assert view.slot_end == slot.end + 15 * MINUTE
    world.site.block(1, Slot(view.slot_end, view.slot_end + timedelta(hours=1)))
    longer = Extend(end=view.slot_end + 15 * MINUTE)
    assert await refused(visit.ask("extend", longer)) == "slot_unavailable"
    assert await refused(visit.ask("extend", Extend(end=slot.end))) == "not_possible_now"


async def test_starting_by_app_is_arriving_and_the_event_starts_the_charge(world: World) -> None:
    world.site.rfid = False
    visit = await world.locked()
    view = await visit.ask("start_charging")
    assert view.state == "ARRIVED"
    start = world.chargers.sent[-1][1]
    assert isinstance(start, RemoteStart)
    assert (start.id_tag, start.token_kind) == (view.id_tag, "app")
    await visit.started()
    assert (await visit.until("CHARGING")).state == "CHARGING"


async def test_a_start_rejected_twice_moves_the_driver(world: World) -> None:
    world.chargers.answer("CP-1", RemoteStart, CommandOutcome.REJECTED)
    visit = await world.locked()
    assert await refused(visit.ask("start_charging")) == "start_rejected"
    view = await visit.ask("start_charging")
    assert (view.state, view.charger_id) == ("LOCKED", "CP-2")
    assert world.chargers.holding["CP-1"] == set()  # checking in by app had not used the device's hold up


async def test_a_start_without_connection_is_told_so_and_counts_as_no_rejection(world: World) -> None:
    visit = await world.locked()
    world.chargers.disconnected.add("CP-1")
    for _ in range(2):
        assert await refused(visit.ask("start_charging")) == "charger_offline"
    assert (await visit.view()).charger_id == "CP-1"


async def test_whose_start_was_supposed_at_the_wrong_bay_is_awaited_as_long_as_they_had_to_arrive(
    world: World,
) -> None:
    """Their card came before the plug, ten minutes early, and the plug was told at a bay that is not theirs."""
    visit = await world.locked(starts_in=10 * MINUTE)
    await visit.started("tx-elsewhere")
    await visit.says(ChargerEventKind.TRANSACTION_ENDED, transaction_id="tx-elsewhere", detail=INFERRED)
    await visit.advance(24 * MINUTE)
    await visit.started("tx-1")
    assert (await visit.until("CHARGING")).state == "CHARGING"
    assert (await visit.leaves()).state == "COMPLETED"
