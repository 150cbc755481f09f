"""What a screen at a site or a bay shows: large, nobody's name, no forms, and kept up with scripts and without."""

import re

import pytest
from sqlalchemy import delete, update

from activities.holds.activities import HoldActivities
from db.tables import Connector, Hold
from domain.charging.connector import ConnectorStatus
from tests.api.served import serving
from tests.api.stage import NOW, Stage
from tests.api.web.test_live import following, soon
from tests.api.web.visits import ANA, opened, signed_in
from tests.factories import make_booking, make_slot

SCREENS = ("/s/north/screen", "/b/NORTH-1/1/screen")


@pytest.mark.parametrize("address", SCREENS)
async def test_a_screen_has_no_forms_and_nobody_on_it_and_comes_back_without_scripts(
    stage: Stage, address: str
) -> None:
    ana = await signed_in(stage, ANA)
    page = await ana.get(address)
    assert page.status_code == 200
    for kept_off in ("<form", "<input", "<button", "driver-1", "form_token"):
        assert kept_off not in page.text
    assert '<noscript><meta http-equiv="refresh" content="60"></noscript>' in page.text
    (code,) = re.findall(r'<img src="([^"]+code\.svg)"', page.text)
    assert (await opened(stage).get(code)).headers["content-type"] == "image/svg+xml"


async def test_whose_a_bay_is_next_is_told_by_as_much_of_the_code_as_its_driver_needs(stage: Stage) -> None:
    here = make_booking("a", slot=make_slot(60, after=NOW), now=NOW)
    held = (await HoldActivities(stage.sessions).place_hold(here)).held
    assert held is not None
    try:
        page = await opened(stage, **{"Accept-Language": "en"}).get("/s/north/screen")
        assert "Reserved for" in page.text
        assert here.code not in page.text
    finally:
        async with stage.sessions.begin() as session:
            await session.execute(delete(Hold))


@pytest.mark.parametrize("address", SCREENS)
async def test_a_screen_changes_with_the_bay(stage: Stage, address: str) -> None:
    mine = update(Connector).where(Connector.charger_id == "NORTH-1")
    async with serving(stage.app) as base, following(base, f"{address}/live") as told:
        assert "state broken" not in await soon(told)
        try:
            async with stage.sessions.begin() as session:
                await session.execute(mine.values(status=ConnectorStatus.FAULTED))
            assert "state broken" in await soon(told)
        finally:
            async with stage.sessions.begin() as session:
                await session.execute(mine.values(status=ConnectorStatus.AVAILABLE))


async def test_a_site_that_there_is_not_has_no_screen(stage: Stage) -> None:
    for address in (
        "/s/nowhere/screen",
        "/s/nowhere/screen/live",
        "/s/nowhere/code.svg",
        "/b/NORTH-1/99/screen",
    ):
        assert (await opened(stage).get(address)).status_code == 404
