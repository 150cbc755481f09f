"""By the code at a bay, at a site with the ordinary grid, on a clock that runs: what the page offers can be booked."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import httpx
import pytest

from api.desk.limits import Limits
from api.web.visitor import SESSION
from domain.terms.policy import SlotRules
from tests.api.web.visits import Browser, ends_in
from tests.whole_stack.place import Place, new_place
from tests.whole_stack.rules import in_seconds
from tests.whole_stack.stack import Stack


@pytest.fixture
async def gridded(stack: Stack) -> AsyncIterator[Place]:
    """A site with one charger, where slots are as they are by default."""
    async with new_place(stack, policy=in_seconds(slots=SlotRules())) as opened:
        yield opened


@pytest.fixture
async def anna(gridded: Place) -> AsyncIterator[Browser]:
    """Signed in to the pages."""
    app = gridded.stack.app(limits=Limits())
    desk = app.state.services.desk
    claims = {"sub": f"{gridded.site_id}-anna", "scope": "driver"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://slotkeeper.test") as http:
        http.cookies.set(SESSION, (await desk.web_sessions.begin(claims)).secret)
        yield Browser(http=http)
    await desk.live.aclose()


async def test_each_end_that_is_offered_is_booked_once_however_often_it_is_pressed(
    gridded: Place, anna: Browser
) -> None:
    address = f"/b/{gridded.site_id.upper()}-1/1"
    page = await anna.get(address)
    for until in ends_in(page):
        booked = await anna.send(page, address, until=until)
        assert booked.status_code == 303, booked.text
        again = await anna.send(page, address, until=until)
        assert (again.status_code, again.headers["location"]) == (303, booked.headers["location"])
        (hold,) = await gridded.open_holds()
        assert hold.slot_end == datetime.fromisoformat(until)
        assert abs(hold.slot_start - gridded.began) < timedelta(minutes=1)
        reservation = await anna.get(booked.headers["location"])
        gone = await anna.send(reservation, f"{booked.headers['location']}/cancel")
        assert gone.status_code == 303, gone.text
