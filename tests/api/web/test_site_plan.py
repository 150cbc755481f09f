"""The plan of a site on its pages: after the list, as the list says it, with the way to one's own bay."""

import re
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import delete, update

from activities.holds.activities import HoldActivities
from db.tables import Connector, Hold, Site
from domain.charging.connector import ConnectorStatus
from tests.api.served import serving
from tests.api.stage import NOW, Stage, publish, view_of
from tests.api.v1.test_site_plans import ADDRESS, PLAN
from tests.api.web.test_guests import MIA, pass_in
from tests.api.web.test_live import following, soon
from tests.api.web.visits import ANA, opened, signed_in
from tests.factories import make_booking, make_slot

ENGLISH = {"Accept-Language": "en"}
EVIL = '"><script>alert(1)</script>'
GATE = {"kind": "entrance", "x_cm": 0, "y_cm": 900, "label": EVIL}
_SPOKEN = re.compile(r'<a href="(/b/[^"]+)" aria-label="([^"]+)">')


@pytest.fixture(autouse=True)
async def as_before(stage: Stage) -> AsyncIterator[None]:
    yield
    async with stage.sessions.begin() as session:
        await session.execute(delete(Hold))
        await session.execute(update(Connector).values(status=ConnectorStatus.AVAILABLE))
        await session.execute(update(Site).values(plan=None))


async def lay_down(stage: Stage) -> None:
    put = await stage.http.put(ADDRESS, json=PLAN | {"landmarks": [GATE]}, headers=stage.operators())
    assert put.status_code == 200, put.text


async def test_each_bay_is_listed_and_then_drawn_as_the_list_says_it_and_told_anew(stage: Stage) -> None:
    browser = opened(stage, **ENGLISH)
    assert "<svg" not in (await browser.get("/s/north")).text, "a site without a plan"
    await lay_down(stage)
    mine = make_booking("a", slot=make_slot(60, after=NOW), now=NOW)
    assert (await HoldActivities(stage.sessions).place_hold(mine)).held is not None
    page = (await browser.get("/s/north")).text
    assert page.index('<ul class="bays">') < page.index('<figure class="plan">')
    listed = dict(re.findall(r'<a href="(/b/[^"]+)">[^<]*</a></strong>\n<span>([^<]*)</span>', page))
    drawn = dict(_SPOKEN.findall(page))
    assert listed.pop("/b/NORTH-3/1") == "Free", "it is on no plan"
    assert drawn == {at: f"Bay {at[9]}: {said}" for at, said in listed.items()}
    assert "Free until" in str(drawn)
    assert mine.code not in page
    assert "<script>alert" not in page
    assert "Entrance &#34;&gt;&lt;script&gt;" in page
    async with serving(stage.app) as base, following(base, "/s/north/live") as told:
        assert "Bay 2: Out of order" not in await soon(told)
        async with stage.sessions.begin() as session:
            broken = update(Connector).where(Connector.charger_id == "NORTH-2")
            await session.execute(broken.values(status=ConnectorStatus.FAULTED))
        assert 'aria-label="Bay 2: Out of order' in await soon(told)


async def test_a_screen_shows_the_plan_and_nothing_to_press(stage: Stage) -> None:
    await lay_down(stage)
    screen = (await opened(stage, **ENGLISH).get("/s/north/screen")).text
    assert re.search(r'<svg viewBox="0 0 2000 1000" width="\d+" role="img"', screen)
    assert '<a href="/b/' not in screen


async def test_the_way_leads_to_ones_own_bay_wherever_it_is_told(stage: Stage) -> None:
    code, own = "7F3K-2QVM-X9TA", {"id_tag": "AB12", "connector_number": 1}
    await publish(stage.sessions, view_of(code, charger_id="NORTH-2", bay="Bay 2", **own))
    ana = await signed_in(stage, ANA, **ENGLISH)
    handed_on = await ana.send(await ana.get(f"/r/{code}/guests"), f"/r/{code}/guests", **MIA)
    pages = (f"/r/{code}", f"/r/{code}/card", f"/g/{pass_in(handed_on)}", "/b/NORTH-2/1")
    for address in pages:
        assert "<svg viewBox" not in (await ana.get(address)).text, address
    await lay_down(stage)
    for address in pages:
        page = (await ana.get(address)).text
        (marked,) = re.findall(r'<g class="bay  mine"[^>]*>\n<title>([^<]*)', page)
        assert marked == "Bay 2", address
        assert "→ Bay 2: about 8 m" in page, address
        assert "<script>alert" not in page
    await publish(stage.sessions, view_of(code, charger_id="NORTH-1", bay="Bay 1", **own))
    assert "→ Bay 1: about 7 m" in (await ana.get(f"/r/{code}")).text, "it was moved"
