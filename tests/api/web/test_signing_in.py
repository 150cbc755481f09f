"""Signing in by an issuer, on real sockets: whose word counts, once, and only in the browser that set out."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from api.desk.contact_points import ContactPoints
from api.desk.principal import Principal
from api.desk.refusals import IssuerUnavailable
from api.desk.web_sessions import LASTS, LASTS_AT_WORK, WebSessions
from api.web.face import Face
from api.web.identity import Identity
from api.web.on_the_way import set_out
from api.web.visitor import SESSION
from db.tables import WebSession
from domain.errors import TooManyAttempts
from domain.facts.refused_invitations import TriedTooOften
from domain.telling.channels import Channel
from domain.telling.confirming import MOST_SENT_BY_ONE
from domain.telling.contact import Wanted
from simulator.identity.people import Person, driver, operator
from tests.api.stage import NOW, Stage
from tests.api.web.issuing import Issuing, client_of, issued
from tests.api.web.visits import ANA, BEN, OLGA, opened, signed_in

VICTIM, UNWRITABLE = "victim@example.org", ("jürgen@example.org", "x@münchen.de", '"a b"@example.org')
PEOPLE = (
    driver("driver-1", "Ana", "ana@example.org"),
    driver("driver-victim", "Vera", VICTIM),
    *(driver(f"driver-odd-{at}", "Odd", email) for at, email in enumerate(UNWRITABLE)),
    operator("olga", "Olga", "manager"),
    Person(subject="nobody", label="With no scope", claims={"scope": "coffee"}),
)


@pytest.fixture
async def issuing(stage: Stage) -> AsyncIterator[Issuing]:
    async with issued(stage, PEOPLE) as issuing:
        yield issuing


async def test_who_signs_in_is_back_where_they_were_and_is_who_the_issuer_says(issuing: Issuing) -> None:
    answer = await issuing.signs_in("driver-1", "/s/north?minutes=30")
    assert (answer.status_code, answer.headers["location"]) == (303, "/s/north?minutes=30")
    kept = [one for one in answer.headers.get_list("set-cookie") if one.startswith(SESSION)]
    assert "HttpOnly" in kept[0]
    assert "samesite=lax" in kept[0].lower()
    page = await issuing.browser.get("/me")
    assert page.status_code == 200
    assert "driver-1" in page.text


async def test_who_they_say_they_are_is_handed_on_to_the_issuer(issuing: Issuing) -> None:
    answer = await issuing.browser.get("/sign-in?hint=driver-1&back=/me")
    asked = httpx.URL(answer.headers["location"])
    assert asked.params["login_hint"] == "driver-1"
    assert "login_hint" not in (await issuing.sent()).params


async def test_the_browser_keeps_a_secret_that_is_stored_nowhere(issuing: Issuing) -> None:
    await issuing.signs_in("driver-1")
    secret = issuing.browser.http.cookies[SESSION]
    async with issuing.stage.sessions() as session:
        rows = (await session.scalars(select(WebSession))).all()
    assert all(secret not in (row.digest, str(row.claims)) for row in rows)


async def test_an_answer_is_good_once_and_in_the_browser_that_set_out(issuing: Issuing) -> None:
    returned = await issuing.back_as("driver-1", await issuing.sent())
    stranger = opened(issuing.stage)
    async with stranger.http:
        assert (await stranger.get(returned.raw_path.decode())).status_code == 403
        assert SESSION not in stranger.http.cookies
    again = await issuing.back_as("driver-1", await issuing.sent())
    assert (await issuing.browser.get(again.raw_path.decode())).status_code == 303
    assert (await issuing.browser.get(again.raw_path.decode())).status_code == 403


async def test_the_answer_to_another_question_is_none(issuing: Issuing) -> None:
    """A code of somebody else's sign-in, put behind one's own state: its nonce and its verifier are others."""
    mine, theirs = await issuing.sent(), await issuing.sent()
    other = await issuing.back_as("driver-1", theirs)
    injected = other.copy_set_param("state", mine.params["state"])
    refused = await issuing.browser.get(injected.raw_path.decode())
    assert refused.status_code == 403
    assert refused.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    "query", ["", "?code=x", "?state=x", "?code=x&state=x", "?error=access_denied&state=x"]
)
async def test_who_comes_back_with_nothing_is_nobody(issuing: Issuing, query: str) -> None:
    await issuing.sent()
    assert (await issuing.browser.get(f"/sign-in/done{query}")).status_code == 403
    assert (await issuing.browser.get("/me")).status_code == 303


async def test_who_may_do_nothing_here_is_not_signed_in(issuing: Issuing) -> None:
    assert (await issuing.signs_in("nobody")).status_code == 403


async def test_nobody_is_sent_on_to_another_host(issuing: Issuing) -> None:
    for evil in ("https://evil.example", "//evil.example", "/\\evil.example"):
        answer = await issuing.signs_in("driver-1", evil)
        assert answer.headers["location"] == "/"


async def test_signing_in_again_ends_what_the_browser_had_before(issuing: Issuing) -> None:
    """No session can be planted: what was known before is good for nothing after."""
    await issuing.signs_in("driver-1")
    planted = issuing.browser.http.cookies[SESSION]
    await issuing.signs_in("olga")
    assert issuing.browser.http.cookies[SESSION] != planted
    web = issuing.stage.app.state.services.desk.web_sessions
    assert await web.claims(planted) is None


async def test_an_issuer_that_is_away_is_said_to_be(issuing: Issuing) -> None:
    face: Face = issuing.stage.app.state.face
    issuing.stage.app.state.face = replace(face, identity=Identity(client_of("http://127.0.0.1:9")))
    answer = await issuing.browser.get("/sign-in")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


async def test_nobody_is_locked_out_by_who_has_codes_sent_to_their_address(issuing: Issuing) -> None:
    points = issuing.stage.app.state.services.desk.contact_points
    mallory = Principal(subject="driver-mallory", scopes=frozenset({"driver"}))
    mailed = Wanted(channel=Channel.MAIL, address=VICTIM)
    for _ in range(MOST_SENT_BY_ONE):
        await points.add(mallory, mailed)
    with pytest.raises(TooManyAttempts):
        await points.add(mallory, mailed)
    eve = Principal(subject="eve", scopes=frozenset({"driver"}))
    await points.add(eve, mailed)
    with pytest.raises(TooManyAttempts):
        await points.add(eve, mailed)
    assert (await issuing.signs_in("driver-victim")).headers["location"] == "/me"
    assert (await issuing.browser.get("/me")).status_code == 200
    (own,) = await points.all(Principal(subject="driver-victim", scopes=frozenset({"driver"})))
    assert (own.address, own.confirmed_at is not None) == (VICTIM, True)


@pytest.mark.parametrize("number", range(len(UNWRITABLE)))
async def test_who_has_an_address_that_no_mail_of_ours_goes_to_is_signed_in_without(
    issuing: Issuing, number: int
) -> None:
    who = f"driver-odd-{number}"
    assert (await issuing.signs_in(who)).headers["location"] == "/me"
    assert who in (await issuing.browser.get("/me")).text
    points = issuing.stage.app.state.services.desk.contact_points
    assert await points.all(Principal(subject=who, scopes=frozenset({"driver"}))) == []


class _Full(ContactPoints):
    async def adopt(self, principal: Principal) -> None:
        raise TooManyAttempts(TriedTooOften(again=NOW))


async def test_whatever_keeps_an_address_from_being_adopted_keeps_nobody_out(issuing: Issuing) -> None:
    state = issuing.stage.app.state
    before = state.services
    full = _Full(issuing.stage.sessions, before.desk.contact_points.offered, before.clock)
    state.services = replace(before, desk=replace(before.desk, contact_points=full))
    try:
        assert (await issuing.signs_in("driver-1")).headers["location"] == "/me"
    finally:
        state.services = before
    assert (await issuing.browser.get("/me")).status_code == 200


async def test_signing_out_ends_it_for_good(stage: Stage) -> None:
    ana = await signed_in(stage, ANA)
    async with ana.http:
        secret = ana.http.cookies[SESSION]
        page = await ana.get("/me")
        assert (await ana.send(page, "/sign-out")).status_code == 303
        ana.http.cookies.set(SESSION, secret)
        assert (await ana.get("/me")).status_code == 303


@pytest.mark.parametrize(("claims", "lasts"), [(ANA, LASTS), (BEN, LASTS), (OLGA, LASTS_AT_WORK)])
async def test_a_session_ends_by_itself(stage: Stage, claims: dict[str, Any], lasts: timedelta) -> None:
    now = NOW
    web = WebSessions(stage.sessions, lambda: now)
    begun = await web.begin(claims)
    assert begun.ends_at == now + lasts
    now = NOW + lasts - timedelta(seconds=1)
    found = await web.claims(begun.secret)
    assert found is not None
    assert found["sub"] == claims["sub"]
    now = NOW + lasts
    assert await web.claims(begun.secret) is None
    assert await web.claims("made up") is None


async def test_two_tabs_are_on_their_way_at_once_and_each_comes_back_as_itself(issuing: Issuing) -> None:
    one, other = await issuing.sent("/me"), await issuing.sent("/preferences")
    for asked, page in ((one, "/me"), (other, "/preferences")):
        returned = await issuing.back_as("driver-1", asked)
        answer = await issuing.browser.get(returned.raw_path.decode())
        assert (answer.status_code, answer.headers["location"]) == (303, page)


async def test_a_page_that_follows_its_changes_takes_nobody_s_way(issuing: Issuing) -> None:
    """Its script would follow to the issuer, again and again, and be the one who is on the way."""
    asked = await issuing.sent()
    followed = await issuing.browser.get("/r/K7ABCDEF/live", Accept="text/html, text/event-stream")
    assert followed.status_code == 403
    returned = await issuing.back_as("driver-1", asked)
    assert (await issuing.browser.get(returned.raw_path.decode())).status_code == 303


async def test_a_browser_keeps_few_ways_however_often_it_is_sent(issuing: Issuing) -> None:
    for _ in range(30):
        await issuing.sent()
    kept = [name for name in issuing.browser.http.cookies if name.startswith("slotkeeper_signing_in")]
    assert 1 <= len(kept) <= 4
    assert (await issuing.signs_in("driver-1")).status_code == 303


async def test_many_who_wait_for_an_issuer_ask_it_once(stage: Stage) -> None:
    asked = 0

    async def silent(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        identity = Identity(client_of(f"http://127.0.0.1:{port}"))
        way = set_out("/")
        answers = await asyncio.gather(*(identity.address(way) for _ in range(20)), return_exceptions=True)
        assert {type(one) for one in answers} == {IssuerUnavailable}
        assert asked == 1
        with pytest.raises(IssuerUnavailable):
            await identity.address(way)
        assert asked == 2
