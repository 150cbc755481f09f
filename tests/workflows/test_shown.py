"""What lists and searches show of a reservation is what its workflow says; if it is not, it can be said again."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from activities.people.projection import columns_of, view_to_document
from activities.reconciliation.differences import differences
from contracts import search_attributes
from db.tables import ReservationRow
from domain.reservation.actions.messages import Cancel
from tests.workflows.caching import with_and_without_cache
from tests.workflows.record_histories import PATHS
from tests.workflows.visit import Visit
from tests.workflows.world import World
from workflows.client.standing import Standings

pytestmark = with_and_without_cache

UPSERTED = "UPSERT_WORKFLOW_SEARCH_ATTRIBUTES"


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.__name__)
async def test_every_story_ends_as_it_is_shown(
    world: World, path: Callable[[World], Awaitable[Visit]]
) -> None:
    visit = await path(world)
    await visit.ended()
    assert await _differs(visit) == []


async def test_a_comparison_of_one_that_runs_finds_nothing(world: World) -> None:
    """Though what may be done has changed meanwhile, and its app was shown more."""
    visit = await world.locked()
    await visit.advance(timedelta(minutes=1))
    assert await _differs(visit) == []
    await visit.charging()
    assert await _differs(visit) == []


async def test_a_reservation_shows_itself_again(world: World) -> None:
    """All search attributes and its view, in one step and without telling anybody anything."""
    visit = await world.locked()
    await visit.view()  # the step under way is over
    before, notices = await visit.events(), dict(world.people.notices[visit.code])
    version = world.people.latest[visit.code].version
    assert await Standings(world.client).show_again(visit.code)
    await visit.view()
    after = await visit.events()
    assert after.count(UPSERTED) == before.count(UPSERTED) + 1
    assert world.people.latest[visit.code].version > version
    assert world.people.notices[visit.code] == notices
    last = [
        e
        for e in (await visit.history()).events
        if e.HasField("upsert_workflow_search_attributes_event_attributes")
    ]
    fields = last[-1].upsert_workflow_search_attributes_event_attributes.search_attributes.indexed_fields
    assert set(fields) == {key.name for key in search_attributes.ALL}
    assert await _differs(visit) == []
    await visit.replay()


async def test_one_that_is_over_cannot_show_itself_again(world: World) -> None:
    visit = await world.book()
    await visit.ask("cancel", Cancel(reason="rain"))
    await visit.ended()
    assert not await Standings(world.client).show_again(visit.code)


async def _differs(visit: Visit) -> list[str]:
    """Beside SiteId, which a start by the API sets."""
    await visit.view()  # the step under way is over
    standing = await Standings(visit.world.client).of(visit.code)
    assert standing is not None
    assert standing.view is not None
    standing.attributes.setdefault(search_attributes.SITE.name, standing.view.site_id)
    shown = visit.world.people.latest[visit.code]
    row = ReservationRow(
        code=visit.code,
        **columns_of(shown.view),
        snapshot=view_to_document(shown.view),
        closed_at=shown.now if shown.closed else None,
    )
    return sorted(differences(row, standing, holds=False))
