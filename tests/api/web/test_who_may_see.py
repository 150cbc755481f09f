"""Each page as everybody asks for it: who sees it is what docs/faces.md says, and to others it is as if it were not."""

import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from html import unescape
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute

from domain.reservation.code import reservation_code
from tests.api.stage import Stage
from tests.api.web.page_routes import page_routes
from tests.api.web.things import PEOPLE, SITE, Thing, somebody, things
from tests.api.web.visits import Browser
from tests.browser.pictures import NOT_LOOKED_AT, PART, STREAM
from tests.docs.faces_table import nameless, who_may_see

_NO_WAY_IN = {"/sign-in", "/sign-in/issuer", "/sign-in/done", "/sign-in/link"}
"""Nobody signs in at this stage, and there is no link: to everybody alike."""
_NUMBERED = {"/documents": "document", "/webhooks": "endpoint", "/o/": "offer"}
"""Which thing a number or a code is of, by the beginning of the path; else of a bay or a reservation."""
_NOBODYS = reservation_code("nobody", "none")
_LINK = re.compile(r'<a [^>]*?href="(/[^"]*)"')
_UNKNOWN = {
    "code": _NOBODYS, "document": "999999", "endpoint": "999999", "offer": _NOBODYS, "secret": "x" * 32,
    "site_id": "nowhere", "report_id": "999999", "charger_id": "NORTH-1", "map_": "osm", "month": "2026-11",
}  # fmt: skip
_A_FEW = ("a stranger", "an operator of another site")
"""Of pages for anybody."""


@pytest.fixture
async def browsers(stage: Stage) -> AsyncIterator[Mapping[str, Browser]]:
    found = {who: await somebody(stage, who) for who in PEOPLE}
    yield found
    for browser in found.values():
        await browser.http.aclose()


async def test_who_sees_a_page_is_what_is_said_of_it(stage: Stage, browsers: Mapping[str, Browser]) -> None:
    said, amiss = who_may_see(), []
    for route, thing in _looked_at(await things(stage)):
        whom = said[nameless(_page_of(route.path))]
        for who in _A_FEW if "anybody" in whom else PEOPLE:
            seen = any(_KINDS[kind](PEOPLE[who] or {}, thing) for kind in whom)
            answer = await browsers[who].http.head(_address(route, thing.at))
            if seen:
                right = not _is_sent_to_sign_in(answer) and answer.status_code in (200, 303, 409)
            elif PEOPLE[who] is None:
                right = _is_sent_to_sign_in(answer)
            else:
                unknown = await browsers[who].http.head(_address(route, _UNKNOWN))
                right = answer.status_code in (403, 404) and answer.status_code == unknown.status_code
            if not right:
                amiss.append((route.path, thing.driver, who, answer.status_code))
    assert amiss == []


async def test_what_is_for_nobody_yet_is_the_same_to_everybody(browsers: Mapping[str, Browser]) -> None:
    for path in sorted(_NO_WAY_IN):
        assert len({(await browser.http.head(path)).status_code for browser in browsers.values()}) == 1, path


async def test_nobody_is_led_to_what_is_not_for_them(browsers: Mapping[str, Browser]) -> None:
    """By what stands above and below each page."""
    for who, browser in browsers.items():
        page = await browser.get("/sites")
        for address in _LINK.findall(page.text):
            if httpx.URL(unescape(address)).path not in _NO_WAY_IN:
                assert (await browser.http.head(unescape(address))).status_code == 200, (who, address)


@pytest.mark.parametrize("said", sorted(frozenset[str]().union(*who_may_see().values())))
def test_what_is_said_of_pages_is_said_in_few_words(said: str) -> None:
    assert said in _KINDS


def _looked_at(found: tuple[Thing, ...]) -> Iterator[tuple[APIRoute, Thing]]:
    """Each page with all that is looked at by it; what names nobody's thing once."""
    for route in page_routes("GET"):
        named = {_key(route, name) for name in route.param_convertors}
        of_somebody = [thing for thing in found if named <= {*thing.at}]
        if route.path not in _NO_WAY_IN:
            yield from ((route, thing) for thing in (of_somebody if named & _OWNED else of_somebody[:1]))


_OWNED = {"code", "document", "endpoint", "offer", "secret"}


def _key(route: APIRoute, name: str) -> str:
    found = (key for begins, key in _NUMBERED.items() if route.path.startswith(begins))
    return next(found, name) if name in ("number", "code") else name


def _address(route: APIRoute, at: Mapping[str, str]) -> str:
    address = route.path_format.format_map({name: at[_key(route, name)] for name in route.param_convertors})
    return (
        f"{address}?site={SITE}&start=2026-11-23T13:00:00Z&minutes=60" if route.path == "/book" else address
    )


def _page_of(path: str) -> str:
    """Where a stream or a part of a page is seen."""
    page = path.rpartition("/")[0]
    match NOT_LOOKED_AT.get(path):
        case why if why == STREAM:
            return page
        case why if why == PART:
            return page if page.startswith("/b/") else f"{page}/signs"
        case _:
            return path


def _is_sent_to_sign_in(answer: httpx.Response) -> bool:
    return str(answer.headers.get("location", "")).startswith("/sign-in?")


def _scope(claims: Mapping[str, Any], name: str) -> bool:
    return name in str(claims.get("scope", "")).split()


def _of_all_sites(claims: Mapping[str, Any]) -> bool:
    return _scope(claims, "operator") and "sites" not in claims


_KINDS: Mapping[str, Callable[[Mapping[str, Any], Thing], bool]] = {
    "anybody": lambda _who, _thing: True,
    "who has its address": lambda _who, _thing: True,
    "who is signed in": lambda who, _thing: bool(who),
    "drivers": lambda who, _thing: _scope(who, "driver"),
    "fleets": lambda who, _thing: _scope(who, "fleet"),
    "operators": lambda who, _thing: _scope(who, "operator"),
    "operators of all sites": lambda who, _thing: _of_all_sites(who),
    "its operators": lambda who, _thing: _of_all_sites(who) or SITE in who.get("sites", ()),
    "its driver": lambda who, thing: who.get("sub") == thing.driver,
    "its fleet": lambda who, thing: thing.fleet is not None and who.get("fleet_id") == thing.fleet,
}
"""The words of the table."""
