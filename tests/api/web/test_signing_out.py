"""Signing out ends it at the issuer, too, of whom the issuer signed in; whoever else signs out is not sent there."""

import re
from dataclasses import replace
from html import unescape

import httpx
import pytest

from api.web.face import Face
from api.web.identity import Identity
from api.web.visitor import SESSION
from domain.signing_in.ways import WayIn
from simulator.identity.people import driver
from tests.api.stage import NOW, Stage
from tests.api.web.issuing import Issuing, client_of, issued
from tests.api.web.visits import ANA, signed_in

PEOPLE = (driver("driver-1", "Ana", "ana@example.org"),)
_ALIAS = re.compile(r"erased[-:_][A-Za-z0-9]+")
_ON = re.compile(r'http-equiv="refresh" content="0; url=([^"]+)"')


async def out(issuing: Issuing, to: str = "/sign-out") -> httpx.Response:
    page = await issuing.browser.get("/preferences/signing-in")
    return await issuing.browser.send(page, to)


def sent_on(answer: httpx.Response) -> httpx.URL:
    found = _ON.search(answer.text)
    assert found is not None, answer.text
    return httpx.URL(unescape(found[1]))


@pytest.mark.parametrize("to", ["/sign-out", "/preferences/signing-in/end"])
async def test_it_ends_here_at_once_then_at_the_issuer_and_they_are_back(stage: Stage, to: str) -> None:
    async with issued(stage, PEOPLE) as issuing:
        await issuing.signs_in("driver-1")
        answer = await out(issuing, to)
        assert SESSION not in issuing.browser.http.cookies
        there = sent_on(answer)
        assert there.copy_with(query=None) == httpx.URL(f"{issuing.address}/logout")
        assert there.params["post_logout_redirect_uri"] == "http://127.0.0.1/sign-out/done"
        assert "logout" in unescape(answer.text.split("<main", 1)[1])
        async with httpx.AsyncClient() as http:
            returned = httpx.URL((await http.get(there)).headers["location"])
        assert returned.params["state"] == there.params["state"]
        back = await issuing.browser.get(returned.raw_path.decode())
        assert (back.status_code, "Signed out" in back.text) == (200, True)
        again = await issuing.browser.get(returned.raw_path.decode())
        assert (again.status_code, again.headers["location"]) == (303, "/")


async def test_who_had_all_erased_is_signed_out_at_the_issuer_too_and_told_what_they_are_called(
    stage: Stage,
) -> None:
    leaves = driver("driver-who-leaves", "Lea", "lea@example.org")
    leaves = replace(leaves, claims={**leaves.claims, "auth_time": int(NOW.timestamp())})
    async with issued(stage, (leaves,)) as issuing:
        await issuing.signs_in(leaves.subject)
        page = await issuing.browser.get("/me/data")
        answer = await issuing.browser.send(page, "/me/data/erase", word="ERASE")
        assert answer.status_code == 200, answer.text
        assert SESSION not in issuing.browser.http.cookies
        there = sent_on(answer)
        assert there.copy_with(query=None) == httpx.URL(f"{issuing.address}/logout")
        alias = _ALIAS.findall(answer.text)[0]
        async with httpx.AsyncClient() as http:
            returned = httpx.URL((await http.get(there)).headers["location"])
        back = await issuing.browser.get(returned.raw_path.decode())
        assert (back.status_code, alias in back.text) == (200, True)
        again = await issuing.browser.get(returned.raw_path.decode())
        assert (again.status_code, again.headers["location"]) == (303, "/")


@pytest.mark.parametrize(("who", "sent"), [("driver-1", True), ("driver-2", False)])
async def test_who_came_back_by_another_way_is_still_signed_out_where_they_came_from(
    stage: Stage, who: str, sent: bool
) -> None:
    """Who signs in once more by a link has the issuer's sign-in in that browser all the same; somebody else does not
    learn what the issuer said of the one before.
    """
    web = stage.app.state.services.desk.web_sessions
    async with issued(stage, PEOPLE) as issuing:
        await issuing.signs_in("driver-1")
        before = issuing.browser.http.cookies[SESSION]
        begun = await web.begin_for_driver(who, way_in=WayIn.LINK, browser="", instead_of=before)
        issuing.browser.http.cookies.clear()
        issuing.browser.http.cookies.set(SESSION, begun.secret)
        answer = await out(issuing)
        assert (_ON.search(answer.text) is not None) == sent


async def test_who_was_never_there_is_not_sent_there(stage: Stage) -> None:
    async with issued(stage, PEOPLE) as issuing:
        ana = await signed_in(stage, ANA)
        async with ana.http:
            answer = await ana.send(await ana.get("/me"), "/sign-out")
            assert (answer.status_code, answer.headers["location"]) == (303, "/")
        stray = await issuing.browser.get("/sign-out/done?state=made-up")
        assert (stray.status_code, stray.headers["location"]) == (303, "/")
        assert (await issuing.browser.get("/sign-out/done")).headers["location"] == "/"


async def test_where_the_issuer_offers_none_or_is_away_it_ends_here_all_the_same(stage: Stage) -> None:
    async with issued(stage, PEOPLE, ends_sessions=False) as issuing:
        for away in (False, True):
            await issuing.signs_in("driver-1")
            if away:
                face: Face = stage.app.state.face
                stage.app.state.face = replace(face, identity=Identity(client_of("http://127.0.0.1:9")))
            answer = await out(issuing)
            assert (answer.status_code, answer.headers["location"]) == (303, "/")
            assert SESSION not in issuing.browser.http.cookies
