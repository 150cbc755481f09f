"""How sure a promise is, and what it costs, stands on each page from which it is booked, before the press."""

import re
from collections.abc import AsyncIterator
from html import unescape

import pytest
from sqlalchemy import select, update

from db.tables import BerthRecordRow, Connector
from domain.charging.connector import ConnectorStatus
from domain.place.berth_rates import UNSEEN
from domain.place.certainty import certainty
from tests.api.stage import NOW, Stage
from tests.api.v1.test_price_rules import written
from tests.api.web.visits import ANA, Browser, opened, signed_in

_ENGLISH = {"Accept-Language": "en"}
_ELSEWHERE = f"Of 100 such bookings {certainty(UNSEEN).percent} are kept as promised."
_HERE = "Of 100 such bookings 71 are kept as promised."


@pytest.fixture
async def ana(stage: Stage) -> AsyncIterator[Browser]:
    """Before a site of whose bays the first one keeps seven of ten promises, and its charger keeps others away."""
    async with stage.sessions.begin() as session:
        first = select(Connector.berth_id).where(Connector.charger_id == "NORTH-1")
        seen = {"promises": 100, "fault": 20, "overrun": 9, "taken": 0, "withdrawn": 0}
        rates = {"fault_rate": 0.2, "overrun_rate": 0.09, "taken_rate": 0.0, "withdrawn_rate": 0.0}
        berth_id = (await session.scalars(first)).one()
        await session.merge(BerthRecordRow(berth_id=berth_id, level="hard", counted_at=NOW, **seen, **rates))
    browser = await signed_in(stage, ANA, **_ENGLISH)
    async with browser.http:
        yield browser


async def test_a_bay_says_how_sure_it_is_to_whoever_may_have_it_from_now_on(
    stage: Stage, ana: Browser
) -> None:
    page = (await ana.get("/b/NORTH-1/1")).text
    assert (
        page.index(_HERE) < page.index("The charger itself keeps others away.") < page.index("Book this bay")
    )
    stranger = opened(stage, **_ENGLISH)
    async with stranger.http:
        assert _HERE in (await stranger.get("/b/NORTH-1/1")).text
        assert _ELSEWHERE in (await stranger.get("/b/NORTH-2/1")).text
    broken = update(Connector).where(Connector.charger_id == "NORTH-2")
    async with stage.sessions.begin() as session:
        await session.execute(broken.values(status=ConnectorStatus.FAULTED))
    assert "such bookings" not in (await ana.get("/b/NORTH-2/1")).text, "nobody can have it now"


async def test_each_time_and_its_price_say_the_least_of_what_may_be_given(ana: Browser) -> None:
    site = (await ana.get("/s/north?day=2026-11-23")).text
    times = re.findall(r'<a href="(/book\?[^"]+)".*?<small>(.*?)</small>', site, re.DOTALL)
    assert {told.rpartition(" · ")[2] for _address, told in times} == {"71 % sure"}
    priced = (await ana.get(unescape(times[0][0]))).text
    assert "<h2>How sure it is</h2>" in priced
    assert _HERE in priced


async def test_what_each_time_costs_stands_at_it_where_that_is_not_always_the_same(
    stage: Stage, ana: Browser
) -> None:
    assert "a kWh" not in (await ana.get("/s/north?day=2026-11-23")).text
    noon = {"name": "Noon", "weekly": [{"start": "12:00", "end": "15:00"}], "energy_per_kwh": 61}
    assert (await written(stage, {"currency": "EUR", "bands": [noon]})).status_code == 201
    site = (await ana.get("/s/north?day=2026-11-23")).text
    await written(stage, None)
    told = re.findall(r"<time[^>]*>([^<]*)</time>.*?</small>\s*<small>([^<]*)</small>", site, re.DOTALL)
    prices = {clock: price.replace("\u00a0", " ") for clock, price in told}
    assert (prices["11:45"], prices["12:00"], prices["14:45"], prices["15:00"]) == (
        "0.50 EUR a kWh", "0.61 EUR a kWh", "0.61 EUR a kWh", "0.50 EUR a kWh"
    )  # fmt: skip
