"""Two reservations exchange their slots: who takes an offer by its code, and who has made it."""

from datetime import timedelta

from domain.charging.events import ChargerEventKind
from domain.facts.timeline import Locked, SlotSwapped, Unlocked
from domain.reservation.actions.messages import Swap
from tests.workflows.swaps import Offer
from tests.workflows.visit import Visit, happened, refused
from tests.workflows.world import World

OFFER = "7F3K-2QVM-X9TA"
DAY = timedelta(days=1)


async def two(world: World, *, offered_in: timedelta = DAY) -> tuple[Visit, Visit]:
    """Who offers, and who will take it."""
    ana, ben = await world.book(starts_in=offered_in), await world.book(starts_in=3 * DAY)
    (hold,) = world.site.held_by(ana.code)
    world.swaps.offers[OFFER] = Offer(hold.hold_id)
    return ana, ben


async def test_both_live_on_with_each_others_slot(world: World) -> None:
    ana, ben = await two(world)
    early, late = await ana.view(), await ben.view()
    taken = await ben.ask("swap", Swap(offer=OFFER))
    assert (taken.slot_start, taken.bay, ben.told[-1]) == (early.slot_start, early.bay, "slot_swapped")
    await ana.says(ChargerEventKind.SLOT_SWAPPED, detail=OFFER)
    given = await ana.until_told(SlotSwapped)
    assert (given.slot_start, given.bay, ana.told[-1]) == (late.slot_start, late.bay, "slot_swapped")
    assert given.next_deadline == "lock_due"
    assert given.next_deadline_at is not None
    assert given.next_deadline_at > early.slot_start + DAY
    await ana.replay()
    await ben.replay()


async def test_who_was_locked_before_they_heard_of_it_is_unlocked(world: World) -> None:
    ana, ben = await two(world, offered_in=timedelta(minutes=16))
    await ana.advance(timedelta(minutes=2))
    await ana.until("LOCKED")
    await ben.ask("swap", Swap(offer=OFFER))
    # Of the charger that its hold was at then: it has been moved since.
    await ana.says(ChargerEventKind.SLOT_SWAPPED, detail=OFFER, charger_id="CP-9", connector_id=None)
    view = await ana.until_told(Unlocked)
    assert (view.state, view.slot_start > await ana.now() + DAY) == ("CONFIRMED", True)
    await ana.replay()


async def test_who_has_not_heard_of_it_when_the_lock_is_due_locks_nothing_and_goes_on(world: World) -> None:
    """The relay stands still for so long that the news comes after the slot that was given."""
    ana, ben = await two(world)
    late = (await ben.view()).slot_start
    await ben.ask("swap", Swap(offer=OFFER))
    await ana.advance(DAY)
    view = await ana.until_told(SlotSwapped)
    assert (view.state, view.slot_start, happened(view, Locked)) == ("CONFIRMED", late, 0)
    await ana.says(ChargerEventKind.SLOT_SWAPPED, detail=OFFER)
    await ana.advance(2 * DAY)
    view = await ana.until("LOCKED")
    assert (view.slot_start, happened(view, SlotSwapped), happened(view, Locked)) == (late, 1, 1)
    await ana.replay()


async def test_who_takes_it_too_late_is_refused_and_keeps_their_slot(world: World) -> None:
    _, ben = await two(world)
    carl = await world.book(starts_in=3 * DAY)
    before = (await carl.view()).slot_start
    await ben.ask("swap", Swap(offer=OFFER))
    assert await refused(carl.ask("swap", Swap(offer=OFFER))) == "swap_offer_over"
    view = await carl.view()
    assert (view.slot_start, happened(view, SlotSwapped)) == (before, 0)
