"""Every form that there is, sent by somebody else's page: nothing of it is done, whoever is signed in there."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute, iter_route_contexts

from api.web.face import PageRoute
from api.web.routers import PAGES
from tests.api.stage import Stage
from tests.api.web.page_routes import USUAL, address_of, names, page_routes
from tests.api.web.visits import BEN, Browser, form_token_in, opened, signed_in
from texts.languages import Language
from texts.reader import Reader

_ALL = {"sub": "driver-1", "scope": "driver fleet operator", "fleet_id": "fleet-1"}
"""Who might do all of it."""
_FOREIGN: Sequence[Mapping[str, str]] = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "none"},
)
_TITLE = Reader(Language.ENGLISH).refusal("form_not_ours")
_WRITES = {"POST", "PUT", "PATCH", "DELETE"}
_OF_THE_API = "/v1/"
"""There callers bring a token or a signature with each request, and no cookie counts."""


def _said(route: APIRoute) -> dict[str, Any]:
    return {name: USUAL[name] for name in names(route.dependant, "body_params") if name in USUAL}


def _is_refused(answer: httpx.Response, what: str) -> None:
    assert answer.status_code == 403, what
    assert answer.headers["content-type"].startswith("text/html"), what
    assert _TITLE in answer.text, what


@pytest.mark.parametrize("claims", [_ALL, None], ids=["whoever might do it", "a stranger"])
async def test_no_form_of_another_page_does_anything(stage: Stage, claims: dict[str, Any] | None) -> None:
    """What a check finds amiss is tried in `test_forms.py`; here, that no form goes without it."""
    own, other = await _somebody(stage, claims), await signed_in(stage, BEN)
    async with own.http, other.http:
        token, of_another = [form_token_in(await one.get("/sites")) for one in (own, other)]
        before = await stage.row_counts()
        for route in page_routes("POST"):
            address, said = address_of(route, {}), _said(route)
            for wrong in ({}, {"form_token": of_another}):
                _is_refused(await own.post(address, said | wrong), f"{address} with {wrong}")
            whole = said | {"form_token": token}
            for headers in _FOREIGN:
                _is_refused(await own.post(address, whole, **headers), f"{address} {headers}")
            _is_refused(await _by_a_script(own, address, whole), f"{address} as JSON")
        assert await stage.row_counts() == before


async def test_the_same_from_our_own_page_is_not_refused_so(stage: Stage) -> None:
    for route in page_routes("POST"):
        own = await _somebody(stage, {"sub": "nobody-yet", "scope": "driver"})
        async with own.http:
            token = form_token_in(await own.get("/sites"))
            answer = await own.post(address_of(route, {}), _said(route) | {"form_token": token})
        assert _TITLE not in answer.text, route.path


async def _somebody(stage: Stage, claims: dict[str, Any] | None) -> Browser:
    """None: who is not signed in."""
    headers = {"Accept-Language": "en"}
    return opened(stage, **headers) if claims is None else await signed_in(stage, claims, **headers)


async def _by_a_script(browser: Browser, address: str, said: dict[str, Any]) -> httpx.Response:
    """Browsers ask nobody before a request that looks so, and it is no form."""
    headers = browser.headers | {"Content-Type": "text/plain"}
    return await browser.http.post(address, json=said, headers=headers)


def test_whatever_writes_is_checked_as_a_form_or_is_the_apis(stage: Stage) -> None:
    written = [one for one in iter_route_contexts(stage.app.routes) if (one.methods or set()) & _WRITES]
    of_pages = {one.path for one in written if isinstance(one.original_route, PageRoute)}
    assert of_pages == {route.path for route in page_routes("POST")}
    assert {one.path for one in written if not (one.path or "").startswith(_OF_THE_API)} == of_pages


@pytest.mark.parametrize("router", PAGES, ids=lambda router: router.routes[0].path)
def test_no_page_is_left_out_of_the_check(router: APIRouter) -> None:
    assert [route for route in router.routes if not isinstance(route, PageRoute)] == []
