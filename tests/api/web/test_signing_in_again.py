"""Who holds a stolen session, or somebody's unlocked phone, takes no account over: what lets others in, tells all or
cannot be undone asks for having signed in just now.
"""

import re
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from api.web.face import Face
from domain.signing_in.freshness import FRESH_FOR
from domain.signing_in.ways import WayIn
from simulator.identity.people import Person
from tests.api.stage import NOW, Stage
from tests.api.web.issuing import Issuing, issued
from tests.api.web.visits import ANA, BEN, signed_in, signed_in_since

LONG_AGO = timedelta(days=3)
FIONA = {"sub": "fiona", "scope": "fleet", "fleet_id": "fleet-1"}
ASKED = [
    ("/me/data", "/me/data/erase", {"word": "ERASE"}),
    ("/preferences", "/preferences/addresses", {"address": "mallory@example.org"}),
    ("/preferences", "/preferences/numbers", {"number": "+4930123456", "channel": "sms"}),
    ("/preferences", "/preferences/addresses/1/remove", {}),
    ("/preferences/signing-in", "/preferences/passkeys", {"credential": "{}"}),
    ("/preferences/signing-in", "/preferences/passkeys/1/remove", {}),
]


@pytest.mark.parametrize(("page", "to", "said"), ASKED)
async def test_an_old_session_is_led_through_signing_in_again_and_does_nothing(
    stage: Stage, page: str, to: str, said: dict[str, str]
) -> None:
    thief = await signed_in_since(stage, ANA, FRESH_FOR, Referer=f"http://slotkeeper.test{page}")
    async with thief.http:
        shown = await thief.get(page)
        before = await stage.row_counts()
        answer = await thief.send(shown, to, **said)
        assert (answer.status_code, answer.headers["location"]) == (
            303,
            f"/sign-in/again?back={page.replace('/', '%2F')}",
        )
        assert await stage.row_counts() == before
        assert f'action="{to}"' not in shown.text


async def test_an_old_session_tells_nobody_all_that_a_fleet_does_and_may_still_try_and_remove(
    stage: Stage,
) -> None:
    fleet = {"sub": "fleur", "scope": "fleet", "fleet_id": "fleet-of-fleur"}
    fleur = await signed_in(stage, fleet)
    async with fleur.http:
        page = await fleur.get("/webhooks")
        made = await fleur.send(page, "/webhooks", url="https://hooks.example/in")
        one = re.findall(r'href="(/webhooks/[0-9]+)"', made.text)[0]
    for at, to, said in (
        ("/webhooks", "/webhooks", {"url": "https://evil.example/in", "edition": "x"}),
        (one, one, {"url": "https://evil.example/in", "edition": "x", "active": "true"}),
        (one, f"{one}/replay", {"hours": "1"}),
        (one, f"{one}/rotate-secret", {"edition": "x"}),
    ):
        thief = await signed_in_since(stage, fleet, FRESH_FOR, Referer=f"http://slotkeeper.test{at}")
        async with thief.http:
            shown = await thief.get(at)
            before = await stage.row_counts()
            answer = await thief.send(shown, to, **said)
            led = f"/sign-in/again?back={at.replace('/', '%2F')}"
            assert (answer.status_code, answer.headers["location"]) == (303, led)
            assert await stage.row_counts() == before
            assert f'action="{to}"' not in shown.text
            assert f"/sign-in/again?back={at}" in shown.text
    old = await signed_in_since(stage, fleet, FRESH_FOR)
    async with old.http:
        page = await old.get(one)
        for press in ("/test", "/remove"):
            led = (await old.send(page, f"{one}{press}")).headers["location"]
            assert led == ("/webhooks" if press == "/remove" else one)


@pytest.mark.parametrize("page", ["/me/data", "/preferences"])
async def test_the_page_says_so_before_anything_is_filled_in(stage: Stage, page: str) -> None:
    before: Face = stage.app.state.face
    stage.app.state.face = replace(before, mails=True)
    ana = await signed_in_since(stage, ANA, LONG_AGO)
    async with ana.http:
        there = f"/sign-in/again?back={page}"
        assert there in (await ana.get(page)).text
    just = await signed_in(stage, ANA)
    async with just.http:
        assert there not in (await just.get(page)).text
    stage.app.state.face = before


async def test_nothing_of_all_that_is_held_is_told(stage: Stage) -> None:
    thief = await signed_in_since(stage, ANA, LONG_AGO)
    async with thief.http:
        answer = await thief.get("/me/data/export")
        assert (answer.status_code, answer.headers["location"]) == (303, "/me/data")


async def test_a_stranger_signs_in_first_and_a_dispatcher_only_where_it_makes_them_one_again(
    stage: Stage,
) -> None:
    before: Face = stage.app.state.face
    stage.app.state.face = replace(before, mails=True)
    try:
        ana, fiona = (
            await signed_in_since(stage, ANA, LONG_AGO),
            await signed_in_since(stage, FIONA, LONG_AGO),
        )
        async with ana.http, fiona.http:
            assert 'action="/sign-in/link"' in (await ana.get("/sign-in/again")).text
            assert 'action="/sign-in/link"' not in (await fiona.get("/sign-in/again")).text
            ana.http.cookies.clear()
            assert (await ana.get("/sign-in/again")).headers["location"].startswith("/sign-in?back=")
    finally:
        stage.app.state.face = before


def said_before(subject: str, **claims: object) -> Person:
    """At an issuer that knows them, and asks nobody."""
    return Person(subject=subject, label=subject, claims={"scope": "driver", **claims})


LATELY = int(NOW.timestamp())
PEOPLE = (
    said_before("asked-now", auth_time=LATELY),
    said_before("asked-yesterday", auth_time=LATELY - 86400),
    said_before("never-said", auth_time=None),
    said_before("odd", auth_time="just now"),
    said_before("odder", auth_time=10**30),
)


async def test_the_issuer_asks_anew_and_says_so_and_then_they_are_back(stage: Stage) -> None:
    async with issued(stage, PEOPLE) as issuing:
        await issuing.signs_in("asked-yesterday")
        assert "/me/data/erase" not in (await issuing.browser.get("/me/data")).text
        returned = await issuing.back_as("asked-now", await again(issuing, "/me/data"))
        answer = await issuing.browser.get(returned.raw_path.decode())
        assert (answer.status_code, answer.headers["location"]) == (303, "/me/data")
        assert "/me/data/erase" in (await issuing.browser.get("/me/data")).text


async def again(issuing: Issuing, back: str) -> httpx.URL:
    """To the issuer, from the page that says why."""
    answer = await issuing.browser.get(f"/sign-in/issuer?back={back}&again=true")
    asked = httpx.URL(answer.headers["location"])
    assert (asked.params["prompt"], asked.params["max_age"]) == ("login", "0")
    return asked


@pytest.mark.parametrize("who", ["asked-yesterday", "never-said", "odd", "odder"])
async def test_an_issuer_that_asked_nobody_lets_nobody_on(stage: Stage, who: str) -> None:
    """Whoever sits there takes `prompt` out of the address: what counts is when the issuer says that it asked."""
    async with issued(stage, PEOPLE) as issuing:
        await issuing.signs_in(who)
        assert "/me/data/erase" not in (await issuing.browser.get("/me/data")).text
        returned = await issuing.back_as(who, await again(issuing, "/me/data"))
        assert (await issuing.browser.get(returned.raw_path.decode())).status_code == 403
        page = await issuing.browser.get("/me/data")
        assert page.status_code == 200
        assert "/me/data/erase" not in page.text


async def test_nobody_is_sent_on_to_another_host(stage: Stage) -> None:
    async with issued(stage, PEOPLE) as issuing:
        for evil in ("https://evil.example", "//evil.example", "/\\evil.example"):
            returned = await issuing.back_as("asked-now", await again(issuing, evil))
            answer = await issuing.browser.get(returned.raw_path.decode())
            assert answer.headers["location"] == "/"


async def test_a_link_is_as_good_and_a_session_that_began_lately_needs_neither(stage: Stage) -> None:
    web = stage.app.state.services.desk.web_sessions
    ben = await signed_in_since(stage, BEN, FRESH_FOR - timedelta(seconds=1))
    async with ben.http:
        assert "/me/data/erase" in (await ben.get("/me/data")).text
    vouched = await web.begin_for_driver("driver-2", way_in=WayIn.LINK, browser="", instead_of=None)
    assert await web.is_fresh(vouched.secret)
    assert not await web.is_fresh("made up")
