"""Nobody else's page can press a button here, and a form is not sent twice for two things."""

from dataclasses import replace
from http import HTTPStatus

import pytest
from fastapi import Request
from hypothesis import given
from hypothesis import strategies as st

from api.web.addresses import own_address
from api.web.face import Face
from api.web.forms import form_token, is_ours
from api.web.refusing import Refusal, shown_refused
from api.web.visitor import LANGUAGE, SESSION, STRANGER, stranger_at
from tests.api.stage import NOW, Stage
from tests.api.web.visits import ANA, BEN, form_token_in, opened, signed_in


@given(st.text(min_size=1), st.text(min_size=1))
def test_a_token_is_of_one_session_and_never_looks_the_same(mine: str, other: str) -> None:
    token = form_token(mine)
    assert is_ours(token, mine)
    assert is_ours(token, other) == (mine == other)
    assert form_token(mine) != token


@given(st.text(), st.text(min_size=1))
def test_whatever_is_sent_in_place_of_one_is_none(said: str, mine: str) -> None:
    assert not is_ours(said, mine)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
async def test_a_form_of_another_site_does_nothing(stage: Stage, headers: dict[str, str]) -> None:
    ana = await signed_in(stage, ANA)
    async with ana.http:
        token = form_token_in(await ana.get("/me"))
        before = await stage.row_counts()
        answer = await ana.post("/sign-out", {"form_token": token}, **headers)
        assert answer.status_code == 403
        assert answer.headers["content-type"].startswith("text/html")
        assert await stage.row_counts() == before


async def test_a_form_without_the_token_of_its_session_does_nothing(stage: Stage) -> None:
    ana, ben = await signed_in(stage, ANA), await signed_in(stage, BEN)
    async with ana.http, ben.http:
        of_ben = form_token_in(await ben.get("/me"))
        for said in ({}, {"form_token": ""}, {"form_token": "x" * 88}, {"form_token": of_ben}):
            assert (await ana.post("/sign-out", said)).status_code == 403
        assert (await ana.get("/me")).status_code == 200


async def test_a_stranger_chooses_a_language_by_a_form_of_theirs(stage: Stage) -> None:
    someone = opened(stage)
    async with someone.http:
        page = await someone.get("/sites")
        assert page.headers["content-language"] == "en"
        chosen = await someone.send(page, "/language", language="de", back="/sites")
        assert (chosen.status_code, chosen.headers["location"]) == (303, "/sites")
        assert (await someone.get("/sites")).headers["content-language"] == "de"


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "evil",
        "/a\nb",
        "/ä",
        "",
    ],
)
def test_nobody_is_sent_on_to_an_address_that_is_not_ours(wanted: str) -> None:
    assert own_address(wanted) == "/"


@pytest.mark.parametrize("wanted", ["/", "/me", "/s/north?day=2026-11-22&minutes=60", "/b/NORTH-1/1"])
def test_a_page_of_ours_is_gone_back_to(wanted: str) -> None:
    assert own_address(wanted) == wanted


async def test_by_https_a_cookie_counts_that_no_other_host_could_set(stage: Stage) -> None:
    """Browsers take a name that begins so from this very host alone, with Secure, Path=/ and no Domain."""
    before: Face = stage.app.state.face
    secret = (await stage.app.state.services.desk.web_sessions.begin(ANA)).secret
    anybody = opened(stage)
    stage.app.state.face = replace(before, address="https://book.example")
    async with anybody.http:
        planted = await anybody.get("/me", Cookie=f"{SESSION}={secret}")
        own = await anybody.get("/me", Cookie=f"__Host-{SESSION}={secret}")
        chosen = await anybody.post(
            "/language",
            {"language": "de", "form_token": form_token("mine")},
            Cookie=f"__Host-{STRANGER}=mine",
        )
    stage.app.state.face = before
    assert (planted.status_code, own.status_code) == (303, 200)
    (kept,) = chosen.headers.get_list("set-cookie")
    assert kept.startswith(f"__Host-{LANGUAGE}=de;")
    assert {"Secure", "Path=/"} <= set(kept.split("; "))
    assert "domain" not in kept.lower()


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://slotkeeper.test/me/vehicles", "/me/vehicles"),
        (
            "http://slotkeeper.test/fleet?first=2026-11-23&rows=vehicles",
            "/fleet?first=2026-11-23&amp;rows=vehicles",
        ),
        ("https://evil.example/me", None),
        ("http://slotkeeper.test//evil.example", None),
        ("http://slotkeeper.test@evil.example/me", None),
        ("http://[", None),
        ("javascript:alert(1)", None),
        ("", None),
    ],
)
async def test_who_is_refused_finds_back_to_the_page_they_came_from_and_to_nobody_elses(
    stage: Stage, referer: str, back: str | None
) -> None:
    ana = await signed_in(stage, ANA)
    async with ana.http:
        said = {"form_token": form_token_in(await ana.get("/me"))}
        page = await ana.post("/r/K7ABCDEF/cancel", said, Referer=referer)
    assert page.status_code == 404
    assert "evil" not in page.text
    assert "javascript:" not in page.text
    assert ("Back to the page you came from" in page.text) == (back is not None)
    assert back is None or f'href="{back}"' in page.text


async def test_who_has_to_sign_in_meanwhile_comes_back_to_the_page_of_the_form(stage: Stage) -> None:
    stranger = opened(stage)
    async with stranger.http:
        said = {"form_token": form_token_in(await stranger.get("/sites"))}
        asked = await stranger.post("/me/vehicles", said, Referer="http://slotkeeper.test/me/vehicles")
    assert asked.headers["location"].endswith("back=%2Fme%2Fvehicles")


async def test_a_mistake_of_ours_is_shown_with_what_it_is_found_by(stage: Stage) -> None:
    about = {
        "type": "http",
        "method": "GET",
        "path": "/me",
        "query_string": b"",
        "headers": [],
        "app": stage.app,
    }
    request = Request({**about, "server": ("slotkeeper.test", 80), "state": {"request_id": "req-4711"}})
    face, visitor = stage.app.state.face, stranger_at(request, NOW)
    for status, found in ((HTTPStatus.INTERNAL_SERVER_ERROR, True), (HTTPStatus.CONFLICT, False)):
        refusal = Refusal(status=status, title="Something went wrong here", told="Try again")
        page = await shown_refused(request, face.pages, visitor, refusal)
        assert (b"req-4711" in page.body) == found
