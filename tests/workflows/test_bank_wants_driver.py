"""The bank wants to see a driver near the start, who does not answer: what becomes of their place and their bill."""

from datetime import timedelta

from domain.charging.connector import ConnectorStatus
from domain.facts.stay import ChargingEnded
from domain.facts.timeline import Moved, PaymentWanted
from domain.terms.payments import PaymentRules
from tests.workflows.bank import WANTS_DRIVER
from tests.workflows.visit import Visit
from tests.workflows.world import World

TEN_DAYS = timedelta(days=10)
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
