"""Reports at a bay by anybody: taken by forms of ours only, counted, shown to who passes by once several say it."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import delete, select

from db.tables import BayReport
from tests.api.served import serving
from tests.api.stage import Stage
from tests.api.web.test_live import following, soon
from tests.api.web.visits import ANA, BEN, UNREADABLE, Browser, form_token_in, opened, signed_in

BAY = "/b/NORTH-1/1"


@pytest.fixture(autouse=True)
async def nothing_reported(stage: Stage) -> AsyncIterator[None]:
    yield
    async with stage.sessions.begin() as session:
        await session.execute(delete(BayReport))


async def say(browser: Browser, kind: str = "blocked", text: str = "") -> int:
    page = await browser.get(f"{BAY}/report")
    return (await browser.send(page, f"{BAY}/report", kind=kind, text=text)).status_code


async def rows(stage: Stage) -> list[BayReport]:
    async with stage.sessions() as session:
        return list(await session.scalars(select(BayReport).order_by(BayReport.id)))


async def test_a_stranger_reports_with_the_form_that_their_browser_was_given(stage: Stage) -> None:
    browser = opened(stage, **{"Accept-Language": "en"})
    page = await browser.get(f"{BAY}/report")
    answer = await browser.send(page, f"{BAY}/report", kind="blocked", text="<script>alert(1)</script>")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{BAY}/reported")
    assert "Thank you" in (await browser.get(f"{BAY}/reported")).text
    (row,) = await rows(stage)
    assert (row.kind, row.text, row.account) == ("blocked", "<script>alert(1)</script>", None)
    bay = await browser.get(BAY)
    assert "script>alert" not in bay.text, "only operators read it"
    stolen = {"form_token": form_token_in(page), "kind": "blocked"}
    assert (await opened(stage).post(f"{BAY}/report", stolen)).status_code == 403
    assert (await browser.http.post(f"{BAY}/report", data={"kind": "blocked"})).status_code == 403


async def test_what_cannot_be_read_is_told_on_a_page(stage: Stage) -> None:
    browser = opened(stage)
    assert await say(browser, text="x" * 501) == UNREADABLE
    assert await say(browser, kind="nonsense") == UNREADABLE
    assert await rows(stage) == []


async def test_one_browser_is_counted_and_so_are_all_strangers_at_a_bay(stage: Stage) -> None:
    one = opened(stage)
    assert [await say(one, kind) for kind in ("blocked", "no_power", "other")] == [303] * 3
    assert await say(one, "broken_plug") == 429
    assert [await say(opened(stage)) for _ in range(4)] == [303, 303, 303, 429]
    assert await say(await signed_in(stage, ANA)) == 303


async def test_three_addresses_of_one_line_are_one_stranger(stage: Stage) -> None:
    for number in (1, 2, 3):
        transport = httpx.ASGITransport(stage.app, client=(f"2001:db8:7:{number}::1", 123))
        async with httpx.AsyncClient(transport=transport, base_url=stage.http.base_url) as http:
            assert await say(Browser(http=http)) == 303
    assert len({row.browser_digest for row in await rows(stage)}) == 3
    assert "doubt" not in (await opened(stage).get(BAY)).text


async def test_who_looks_at_a_bay_hears_that_several_have_reported_it_until_it_is_resolved(
    stage: Stage,
) -> None:
    ana, ben = await signed_in(stage, ANA), await signed_in(stage, BEN)
    async with serving(stage.app) as address, following(address, f"{BAY}/live") as told:
        assert "doubt" not in await soon(told)
        assert await say(ana) == 303
        assert "doubt" not in (await ana.get(BAY)).text, "one is not several"
        assert await say(ben) == 303
        part = await soon(told)
        assert re.search(r'class="doubt".*The bay is blocked: reported 1 min', part, re.DOTALL), part
        for row in await rows(stage):
            done = await stage.http.post(
                f"/v1/operations/bay-reports/{row.id}/resolve",
                json={"answer": "seen to"},
                headers=stage.operators(),
            )
            assert done.status_code == 200
        assert "doubt" not in await soon(told)


async def test_another_bay_is_offered_only_to_who_has_reported_theirs(stage: Stage) -> None:
    code = await stage.booked()
    await stage.publish(code)
    page = await (await signed_in(stage, ANA)).get(f"/r/{code}/another-bay")
    assert page.status_code == 409
    assert "Thank you" not in page.text


async def test_another_bay_is_offered_to_nobody_else(stage: Stage) -> None:
    code = await stage.booked()
    await stage.publish(code)
    ben = await signed_in(stage, BEN)
    assert (await ben.get(f"/r/{code}/another-bay")).status_code == 404
    page = await ben.get("/sites")
    assert (await ben.send(page, f"/r/{code}/another-bay")).status_code == 404
    assert (await opened(stage).get(f"/r/{code}/another-bay")).status_code == 303, "to sign in"
