"""The bank wants to see a driver near the start, who does not answer: what becomes of their place and their bill."""

from datetime import timedelta

from domain.charging.connector import ConnectorStatus
from domain.facts.stay import ChargingEnded
from domain.facts.timeline import Moved
from domain.facts.timeline_payment import PaymentWanted
from domain.money.amount import Money
from domain.reservation.actions.messages import Reschedule
from domain.reservation.release import ReleaseReason
from domain.terms.payments import PaymentRules
from tests.workflows.bank import WANTS_DRIVER
from tests.workflows.sessions import Session
from tests.workflows.visit import Visit, happened
from tests.workflows.world import World

TEN_DAYS, HOUR = timedelta(days=10), timedelta(hours=1)
HALF_AN_HOUR = {"payments": PaymentRules(authorise_ahead=timedelta(minutes=30))}
"""So that the date by which they have to answer is the start."""


async def asked_until_the_start(world: World) -> Visit:
    """LOCKED, five minutes before the slot."""
    visit = await world.book(starts_in=TEN_DAYS, payment_method=WANTS_DRIVER, policy=HALF_AN_HOUR)
    await visit.advance(TEN_DAYS - timedelta(minutes=29))
    asked = await visit.until_told(PaymentWanted)
    assert asked.payment_due_at == asked.slot_start
    await visit.advance(timedelta(minutes=24))
    await visit.until("LOCKED")
    return visit


async def test_who_came_and_is_moved_keeps_their_new_place_after_the_date(world: World) -> None:
    visit = await asked_until_the_start(world)
    await visit.card()
    assert (await visit.until("ARRIVED")).payment_due_at is None
    await visit.status(ConnectorStatus.FAULTED)
    await visit.advance(timedelta(minutes=8))
    moved = await visit.until_told(Moved)
    assert (moved.state, moved.payment_due_at, len(visit.holds)) == ("LOCKED", None, 1)
    await visit.advance(timedelta(minutes=5))
    assert (await visit.view()).state == "LOCKED"
    await visit.replay()


async def test_who_charged_and_is_moved_keeps_their_new_place_and_pays_for_what_they_had(
    world: World,
) -> None:
    visit = await asked_until_the_start(world)
    await visit.charging()
    await visit.advance(timedelta(minutes=20))
    visit.delivered(8000, await visit.now())
    await visit.status(ConnectorStatus.FAULTED)
    await visit.advance(timedelta(minutes=10))
    assert (await visit.until_told(Moved)).state == "LOCKED"
    await visit.started("tx-2")
    await visit.until("CHARGING")
    await visit.stopped("tx-2", energy_wh=1000)
    await visit.until_told(ChargingEnded)
    await visit.status(ConnectorStatus.AVAILABLE)
    view = await visit.ended()
    assert view.state == "COMPLETED"
    assert visit.receipt(view).bill.energy_wh == 9000


async def test_who_charges_unheard_when_the_date_comes_is_found_and_stays(world: World) -> None:
    visit = await asked_until_the_start(world)
    world.site.sessions.append(Session(1, "tx-1", await visit.now()))
    await visit.advance(timedelta(minutes=8))
    view = await visit.until("CHARGING")
    assert (len(visit.holds), "RemoteStop" in world.chargers.commands("CP-1")) == (1, False)
    view = await visit.leaves()
    assert (view.state, visit.receipt(view).bill.energy_wh) == ("COMPLETED", 10_000)


async def test_a_start_that_crosses_the_date_is_stopped_and_what_it_delivered_is_paid(world: World) -> None:
    visit = await asked_until_the_start(world)
    world.troubles.hang("release_holds")
    await visit.advance(timedelta(minutes=5, seconds=1))
    await world.troubles.until_hanging("release_holds")
    world.site.sessions.append(Session(1, "tx-1", await visit.now(), priced_by=visit.code))
    visit.delivered(8000, await visit.now())
    world.troubles.mend("release_holds")
    view = await visit.ended()
    assert (view.state, visit.holds) == ("EXPIRED", [])
    assert {hold.released for hold in world.site.holds} == {ReleaseReason.PAYMENT_UNANSWERED}
    assert "RemoteStop" in world.chargers.commands("CP-1")
    assert visit.lines(view)["energy"] > 0


async def test_a_late_change_that_was_accepted_is_paid_by_who_does_not_answer(world: World) -> None:
    visit = await world.book(starts_in=timedelta(hours=3), payment_method=WANTS_DRIVER)
    slot = (await visit.view()).slot_start + TEN_DAYS
    accepted = Money(200, "EUR")
    await visit.ask("reschedule", Reschedule(start=slot, end=slot + HOUR, accepted_cost=accepted))
    await visit.advance(TEN_DAYS - timedelta(hours=44))
    await visit.until_told(PaymentWanted)
    await visit.advance(timedelta(hours=25))
    view = await visit.ended()
    assert (view.state, visit.lines(view)) == ("EXPIRED", {"change": 200})


async def test_who_moves_the_slot_to_a_later_day_is_asked_by_that_one(world: World) -> None:
    visit = await world.book(starts_in=TEN_DAYS, payment_method=WANTS_DRIVER)
    await visit.advance(TEN_DAYS - timedelta(hours=47))
    slot = (await visit.until_told(PaymentWanted)).slot_start + TEN_DAYS
    moved = await visit.ask("reschedule", Reschedule(start=slot, end=slot + HOUR))
    assert (moved.payment_status, moved.payment_due_at, moved.client_secret) == ("card_saved", None, None)
    await visit.advance(TEN_DAYS - HOUR)
    assert (await visit.view()).state == "CONFIRMED"
    await visit.advance(2 * HOUR)
    asked = await visit.view()
    assert happened(asked, PaymentWanted) == 2
    assert asked.payment_due_at is not None
    await visit.replay()


async def test_who_moves_the_slot_by_some_hours_has_the_date_of_the_new_one(world: World) -> None:
    near = {"payments": PaymentRules(authorise_ahead=timedelta(hours=6))}
    visit = await world.book(starts_in=TEN_DAYS, payment_method=WANTS_DRIVER, policy=near)
    await visit.advance(TEN_DAYS - 6 * HOUR + timedelta(seconds=5))
    asked = await visit.until_told(PaymentWanted)
    assert asked.payment_due_at == asked.slot_start
    await visit.advance(3 * HOUR)
    slot = asked.slot_start + 2 * HOUR
    moved = await visit.ask(
        "reschedule", Reschedule(start=slot, end=slot + HOUR, accepted_cost=Money(400, "EUR"))
    )
    assert moved.payment_due_at == slot
    await visit.advance(4 * HOUR)
    assert (await visit.view()).state == "CONFIRMED"
    await visit.advance(HOUR + timedelta(minutes=1))
    assert (await visit.ended()).state == "EXPIRED"
