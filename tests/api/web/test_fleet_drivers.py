"""A fleet's drivers, by pages: what is said of them, and their lost cards; of no others."""

import re
from collections.abc import AsyncIterator

import pytest

from db.tables import CostCenter, Token, Vehicle
from tests.api.stage import NOW, Stage, assert_problem
from tests.api.web.visits import ANA, Browser, signed_in

DORA = {"sub": "dora", "scope": "fleet", "fleet_id": "fleet-1"}
PLATE = "<i>KI</i>"


@pytest.fixture
async def dora(stage: Stage) -> AsyncIterator[Browser]:
    async with stage.sessions.begin() as session:
        await session.merge(CostCenter(fleet_id="fleet-1", code="4711", name="Vans", made_at=NOW))
        await session.merge(
            Vehicle(id="v-van", fleet_id="fleet-1", plate=PLATE, plugs=["IEC_62196_T2_COMBO"], made_at=NOW)
        )
    browser = await signed_in(stage, DORA)
    async with browser.http:
        yield browser


async def _card(stage: Stage, card_id: str, driver_id: str) -> None:
    value = f"04{card_id.upper()}"
    async with stage.sessions.begin() as session:
        await session.merge(
            Token(
                value=value, kind="rfid", driver_id=driver_id, card_id=card_id, blocked=False, blocked_at=None
            )
        )


async def _is_blocked(stage: Stage, card_id: str) -> bool:
    async with stage.sessions() as session:
        return (await session.get_one(Token, f"04{card_id.upper()}")).blocked


async def test_what_a_driver_drives_and_for_whom_is_said_on_the_page(dora: Browser) -> None:
    page = await dora.get("/fleet/drivers")
    assert PLATE not in page.text
    said = {"driver": "fleet-1-driver", "vehicle": "v-van", "center": "4711"}
    assert (await dora.send(page, "/fleet/drivers", **said)).status_code == 303
    shown = await dora.get("/fleet/drivers")
    assert re.search(r'value="v-van" selected', shown.text)
    assert re.search(r'value="4711" selected', shown.text)
    assert (await dora.send(page, "/fleet/drivers", **said)).status_code == 412  # seen before it was said
    assert (
        await dora.send(shown, "/fleet/drivers", **(said | {"driver": "fleet-2-driver"}))
    ).status_code == 404


async def test_a_lost_card_is_blocked_by_the_fleet_whose_driver_has_it(stage: Stage, dora: Browser) -> None:
    await _card(stage, "c-mine", "fleet-1-driver")
    await _card(stage, "c-theirs", "fleet-2-driver")
    await _card(stage, "c-ana", "driver-1")
    page = await dora.get("/fleet/drivers")
    assert "c-mine" in page.text
    assert "c-theirs" not in page.text
    assert "04C-MINE" not in page.text  # whoever knows it can charge with it
    for card in ("c-theirs", "c-ana", "c-none"):
        assert (await dora.send(page, "/fleet/drivers/lost", card=card)).status_code == 404
    assert not await _is_blocked(stage, "c-theirs")
    assert (await dora.send(page, "/fleet/drivers/lost", card="c-mine")).status_code == 303
    assert await _is_blocked(stage, "c-mine")
    ana = await signed_in(stage, ANA)
    async with ana.http:
        assert (await ana.get("/fleet/drivers")).status_code == 403
        theirs = await ana.get("/me")
        assert (await ana.send(theirs, "/fleet/drivers/lost", card="c-theirs")).status_code == 403
    assert not await _is_blocked(stage, "c-theirs")


async def test_a_fleet_reports_lost_cards_by_api_too(stage: Stage) -> None:
    await _card(stage, "c-api", "fleet-2-driver")
    path = "/v1/cards/c-api/report-lost"
    assert_problem(await stage.http.post(path, headers=stage.fleet("fleet-1")), 404, "card_unknown")
    assert (await stage.http.post(path, headers=stage.fleet("fleet-2"))).status_code == 200
    assert await _is_blocked(stage, "c-api")
