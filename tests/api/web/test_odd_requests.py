"""Whatever is asked of a page, by its address or by a form, is answered by a page, and by none of our faults."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from api.desk.web_sessions import WebSessions
from api.services import Services
from api.web import addresses
from db.engine import create_sessions
from tests.api.stage import Stage
from tests.api.web.page_routes import USUAL, address_of, names, page_routes
from tests.api.web.visits import ANA, OLGA, Browser, form_token_in, opened, signed_in

ODD = (
    "%00", "a%00b", "99999999999999999999", "-1", "0", "9223372036854775808", "%FF%FE", "9999-12-31", "9999-12-25",
    "0001-01-01", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00%2B14:00", "a" * 2000, "%20", "%F0%9F%9A%97", "1e309",
    "Infinity", "%27%3B--",
)  # fmt: skip
_DISPATCHER = {"sub": "dora", "scope": "fleet driver", "fleet_id": "fleet-1"}


def _asked(under: str = "") -> Iterator[str]:
    for route in page_routes("GET", under):
        for name in names(route.dependant, "path_params"):
            yield from (address_of(route, {name: odd}) for odd in ODD)
        for name in names(route.dependant, "query_params"):
            usual = "site=north&" if route.path == "/book" and name != "site" else ""
            yield from (f"{address_of(route, {})}?{usual}{name}={odd}" for odd in ODD)


@pytest.fixture
async def browsers(stage: Stage) -> AsyncIterator[tuple[Browser, ...]]:
    found = (opened(stage), await signed_in(stage, ANA), await signed_in(stage, _DISPATCHER))
    yield found
    for browser in found:
        await browser.http.aclose()


async def test_an_odd_address_is_answered_by_a_page(browsers: tuple[Browser, ...]) -> None:
    for address in _asked():
        for browser in browsers:
            await _is_answered(browser, address)


async def test_an_odd_form_is_answered_by_a_page(browsers: tuple[Browser, ...]) -> None:
    for browser in browsers:
        await _forms_are_answered(browser)


async def test_operators_are_answered_by_pages_where_only_they_come(stage: Stage) -> None:
    olga = await signed_in(stage, OLGA)
    async with olga.http:
        for address in _asked(addresses.OPERATIONS):
            await _is_answered(olga, address)
        await _forms_are_answered(olga, addresses.OPERATIONS)


async def _is_answered(browser: Browser, address: str) -> None:
    answer = await browser.http.head(address)
    assert answer.status_code < 500, address
    assert "json" not in answer.headers.get("content-type", ""), address


async def _forms_are_answered(browser: Browser, under: str = "") -> None:
    token = form_token_in(await browser.get("/sites"))
    for route in page_routes("POST", under):
        fields = [*names(route.dependant, "body_params")]
        usual: dict[str, Any] = {name: USUAL[name] for name in fields if name in USUAL} | {
            "form_token": token
        }
        odd_forms = [usual | {name: odd} for name in fields for odd in (*map(unquote_to_bytes, ODD), b"")]
        missing = [{name: value for name, value in usual.items() if name != left} for left in fields]
        for form in [*odd_forms, *missing]:
            answer = await browser.post(address_of(route, {}), form)
            assert answer.status_code < 500, (route.path, form)
            assert "json" not in answer.headers.get("content-type", ""), (route.path, form)


@pytest.mark.parametrize("origin", ["http://[", "null", "//", "http://[::1"])
async def test_an_odd_origin_is_not_ours(browsers: tuple[Browser, ...], origin: str) -> None:
    _, ana, _ = browsers
    token = form_token_in(await ana.get("/me"))
    assert (await ana.post("/sign-out", {"form_token": token}, Origin=origin)).status_code == 403


async def test_a_body_that_is_no_form_is_answered_by_a_page(browsers: tuple[Browser, ...]) -> None:
    _, ana, _ = browsers
    broken = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = await ana.http.post("/language", content=b"--x\r\nnonsense", headers=broken)
    assert answer.status_code in (403, 422)
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("address", ["/nowhere", "/r/K7ABCDEF/extend", "/language"])
async def test_who_asks_by_a_browser_for_what_there_is_not_gets_a_page(
    browsers: tuple[Browser, ...], address: str
) -> None:
    _, ana, _ = browsers
    shown = await ana.get(address, Accept="text/html,*/*;q=0.8")
    assert (shown.status_code, shown.headers["content-type"]) == (404, "text/html; charset=utf-8")
    told = await ana.get(address, Accept="*/*")
    assert told.headers["content-type"].startswith("application/problem+json")


async def test_a_picture_for_everybody_makes_no_secret_of_anybody(stage: Stage) -> None:
    someone = opened(stage)
    async with someone.http:
        picture = await someone.get("/b/NORTH-1/1/code.svg")
        assert picture.headers["cache-control"].startswith("public")
        assert "set-cookie" not in picture.headers


async def test_who_is_signed_in_while_the_database_is_away_gets_a_page(stage: Stage) -> None:
    ana = await signed_in(stage, ANA)
    services: Services = stage.app.state.services
    engine = create_async_engine("postgresql+psycopg://nobody@127.0.0.1:9/nowhere")
    away = WebSessions(create_sessions(engine), services.clock)
    stage.app.state.services = replace(services, desk=replace(services.desk, web_sessions=away))
    try:
        async with ana.http:
            page = await ana.get("/me")
    finally:
        stage.app.state.services = services
        await engine.dispose()
    assert (page.status_code, page.headers["content-type"]) == (503, "text/html; charset=utf-8")
