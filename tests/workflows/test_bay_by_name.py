"""A bay that was asked for by name: lost, asked for again, and left to us, at the time that was promised."""

from dataclasses import replace
from datetime import timedelta

from contracts.publication import ReservationView
from domain.facts.timeline import Moved, SlotMoved
from domain.reservation.actions.messages import Reschedule
from tests.workflows.bays import told_of, with_bays
from tests.workflows.test_other_site import faulted
from tests.workflows.visit import Visit, happened
from tests.workflows.world import World


async def moved_off(world: World) -> Visit:
    """From Bay 1, that was named, to Bay 2; Bay 1 is mended since."""
    with_bays(world.site)
    world.site.terms = replace(world.site.terms, named_bay=told_of("Bay 1"))
    visit = await world.book(starts_in=timedelta(hours=1))
    await faulted(visit)
    await visit.until_told(Moved, bay="Bay 2")
    return visit


async def asks(visit: Visit, *, bay: str | None = None, any_bay: bool = False) -> ReservationView:
    """For their own time."""
    view = await visit.view()
    wish = Reschedule(start=view.slot_start, end=view.slot_end, bay=bay, any_bay=any_bay)
    return await visit.ask("reschedule", wish)


async def test_who_loses_the_bay_is_told_which_and_promised_it_no_longer(world: World) -> None:
    visit = await moved_off(world)
    view = await visit.view()
    assert view.terms is not None
    assert view.terms.named_bay is None
    assert world.people.notices[visit.code]["rerouted-1"].parameters["named"] == "Bay 1"


async def test_who_was_moved_off_the_bay_gets_it_back_at_their_time(world: World) -> None:
    visit = await moved_off(world)
    view = await asks(visit, bay="Bay 1")
    assert (view.bay, happened(view, SlotMoved)) == ("Bay 1", 1)
    assert view.terms is not None
    assert view.terms.named_bay == told_of("Bay 1")
    await visit.replay()


async def test_what_they_have_already_is_no_change_however_often_it_is_asked_for(world: World) -> None:
    visit = await moved_off(world)
    for _ in range(2):
        view = await asks(visit, any_bay=True)
        assert (view.bay, happened(view, SlotMoved)) == ("Bay 2", 0)
    for _ in range(2):
        view = await asks(visit, bay="Bay 2")
        assert (view.bay, happened(view, SlotMoved)) == ("Bay 2", 1)
    assert visit.told.count("rescheduled") == 1
    await visit.replay()
