"""What one presses on the page of the virtual chargers happens at them, and nothing that another page presses."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from simulator.charge_point import VirtualChargePoint
from simulator.forecourt.app import create_app
from simulator.forecourt.bays import Deed, Forecourt
from tests.simulator.charge_point.csms import HonestCSMS, running


@asynccontextmanager
async def opened() -> AsyncIterator[tuple[Forecourt, VirtualChargePoint, httpx.AsyncClient]]:
    async with running(HonestCSMS(version="1.6", tokens={"CARD-BEN": {"status": "Blocked"}})) as csms:
        charger = VirtualChargePoint(
            identity="CP-1", version="1.6", url=csms.url, password=None, energy_step_wh=100
        )
        await charger.start()
        forecourt = Forecourt([charger], pages="http://pages", cards=("CARD-ANA", "CARD-BEN"))
        transport = httpx.ASGITransport(app=create_app(forecourt))
        async with httpx.AsyncClient(transport=transport, base_url="http://forecourt") as http:
            yield forecourt, charger, http
        await charger.stop()
        assert csms.violations == []


async def test_a_driver_charges_by_presses_alone() -> None:
    async with opened() as (forecourt, charger, http):
        page = (await http.get("/")).text
        assert "Plug in at CP-1" in page
        assert 'href="http://pages/b/CP-1/1"' in page
        assert (await http.post("/bays/CP-1/1/plug-in")).headers["location"] == "/#CP-1-1"
        assert forecourt.is_by_hand("CP-1", 1)
        await http.post("/bays/CP-1/1/show-card", data={"card": "CARD-ANA"})
        await charger.charge(1, 1500)
        page = (await http.get("/")).text
        assert "CARD-ANA was accepted" in page
        assert "1.5 kWh" in page
        await http.post("/bays/CP-1/1/unplug")
        assert not charger.connector(1).plugged
        assert charger.connector(1).transaction is None
        assert not forecourt.is_by_hand("CP-1", 1)


async def test_a_card_that_is_refused_and_a_charger_that_is_broken_are_said_so() -> None:
    async with opened() as (_forecourt, charger, http):
        await http.post("/bays/CP-1/1/show-card", data={"card": "CARD-BEN"})
        assert "CARD-BEN was refused" in (await http.get("/")).text
        await http.post("/bays/CP-1/1/fail")
        assert charger.connector(1).fault is not None
        assert "Mend it" in (await http.get("/")).text
        await http.post("/bays/CP-1/1/mend")
        assert charger.connector(1).fault is None


@pytest.mark.parametrize(
    ("address", "card", "status"),
    [
        ("/bays/CP-2/1/plug-in", "", 404),
        ("/bays/CP-1/2/plug-in", "", 404),
        ("/bays/CP-1/1/explode", "", 404),
        ("/bays/CP-1/1/show-card", "", 422),
        ("/bays/CP-1/1/show-card", "A" * 37, 422),
    ],
)
async def test_what_there_is_not_does_nothing(address: str, card: str, status: int) -> None:
    async with opened() as (_forecourt, charger, http):
        answer = await http.post(address, data={"card": card})
        assert answer.status_code == status
        assert charger.connector(1).spare


@pytest.mark.parametrize("deed", list(Deed))
async def test_another_page_presses_nothing_here(deed: Deed) -> None:
    async with opened() as (_forecourt, charger, http):
        cross = {"Sec-Fetch-Site": "cross-site"}
        answer = await http.post(f"/bays/CP-1/1/{deed.value}", data={"card": "CARD-ANA"}, headers=cross)
        assert answer.status_code == 403
        assert charger.connector(1).spare


async def test_the_page_runs_no_script_but_its_own() -> None:
    async with opened() as (_forecourt, _charger, http):
        policy = (await http.get("/")).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert (await http.get("/fresh.js")).status_code == 200
