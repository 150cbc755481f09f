"""What holds for every page: in each language, safe in any browser, small, and for whom it is."""

import gzip
import re

import httpx
import pytest

from api.web.assets import FOLDER, Assets
from tests.api.stage import Stage
from tests.api.web.offered import offered_to
from tests.api.web.visits import ANA, BEN, OLGA, Browser, opened, signed_in
from texts.languages import Language

PUBLIC = (
    "/", "/sites", "/s/north", "/s/north?kwh=20", "/s/north/signs", "/s/north/screen", "/b/NORTH-1/1",
    "/b/NORTH-1/1/report", "/b/NORTH-1/1/reported", "/b/NORTH-1/1/screen",
)  # fmt: skip
OWN = (
    "/me",
    "/me/vehicles",
    "/me/cards",
    "/me/credits",
    "/me/money",
    "/me/documents",
    "/me/data",
    "/preferences",
    "/preferences/signing-in",
    "/r/{code}",
    "/o/{offer}",
    "/book?site=north&start=2026-11-23T13:00:00Z&minutes=60",
)
OF_OPERATORS = ("/operations", "/operations/s/north", "/operations/messages")
_UNSAFE = re.compile(r"<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)
_ELSEWHERE = re.compile(r'(?:src|href|action)="(?:https?:)?//', re.IGNORECASE)
_LOADED = re.compile(r'(?:src|<link [^>]*href)="(/[^"]+)"')
_MOST = 60_000


@pytest.fixture(scope="module")
async def code(stage: Stage) -> str:
    return await stage.booked()


@pytest.fixture(scope="module")
async def offer(stage: Stage) -> str:
    """Of a waiting list, to whoever has booked that."""
    return await offered_to(stage, str(ANA["sub"]), days=9)


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("address", [*PUBLIC, *OWN, *OF_OPERATORS])
async def test_a_page_is_in_its_readers_language_and_loads_nothing_from_elsewhere(
    ana: Browser, olga: Browser, code: str, offer: str, address: str, language: Language
) -> None:
    reader = olga if address in OF_OPERATORS else ana
    page = await reader.get(address.format(code=code, offer=offer), **{"Accept-Language": language.value})
    assert page.status_code == 200, page.text
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-language"] == language.value
    assert f'<html lang="{language.value}">' in page.text
    assert "Cookie" in page.headers["vary"]
    assert page.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    assert not _UNSAFE.search(page.text), _UNSAFE.search(page.text)
    assert not _ELSEWHERE.search(page.text), _ELSEWHERE.search(page.text)
    assert page.text.count("<h1>") == 1
    assert page.text.count('method="post"') <= page.text.count('name="form_token"') + page.text.count("form=")


@pytest.mark.parametrize("address", [*PUBLIC, *OWN, *OF_OPERATORS])
async def test_a_page_with_all_that_it_loads_is_small(
    ana: Browser, olga: Browser, code: str, offer: str, address: str
) -> None:
    reader = olga if address in OF_OPERATORS else ana
    page = await reader.get(address.format(code=code, offer=offer), **{"Accept-Encoding": "gzip"})
    loaded = 0
    for asset in sorted(set(_LOADED.findall(page.text))):
        found = await ana.get(asset, **{"Accept-Encoding": "gzip"})
        assert found.headers["content-encoding"] == "gzip", asset
        loaded += int(found.headers["content-length"])
    assert int(page.headers["content-length"]) + loaded <= _MOST


async def test_the_signs_of_a_large_site_are_small(ana: Browser) -> None:
    """Of sixty bays, each with its code and what stands beside it."""
    packed = {"Accept-Encoding": "gzip"}
    page = await ana.get("/s/north/signs", **packed)
    codes = [one for one in _LOADED.findall(page.text) if one.endswith("/code.svg")]
    assert codes
    for one in codes:
        assert int((await ana.get(one, **packed)).headers["content-length"]) * 60 <= _MOST / 2


@pytest.mark.parametrize("address", [*OWN, *OF_OPERATORS])
async def test_who_is_not_signed_in_is_sent_to_do_so_and_back(
    stage: Stage, code: str, offer: str, address: str
) -> None:
    async with opened(stage).http as http:
        wanted = address.format(code=code, offer=offer)
        answer = await http.get(wanted)
        assert answer.status_code == 303
        assert httpx.URL(answer.headers["location"]).path == "/sign-in"
        assert httpx.URL(answer.headers["location"]).params["back"] == wanted


async def test_nobody_sees_or_moves_the_reservation_of_another(stage: Stage, code: str) -> None:
    ben = await signed_in(stage, BEN)
    async with ben.http:
        before = await stage.row_counts()
        for address in (f"/r/{code}", f"/r/{code}/live", f"/r/{code}/calendar.ics", f"/r/{code}/pay"):
            assert (await ben.get(address)).status_code == 404, address
        page = await ben.get("/me")
        assert (await ben.send(page, f"/r/{code}/cancel")).status_code == 404
        assert await stage.row_counts() == before


async def test_who_may_read_a_reservation_and_has_not_booked_it_gets_nothing_that_opens(
    stage: Stage, ana: Browser, code: str
) -> None:
    mine = await ana.get(f"/r/{code}")
    assert "STANDIN" in mine.text
    olga = await signed_in(stage, OLGA)
    async with olga.http:
        theirs = await olga.get(f"/r/{code}")
        assert theirs.status_code == 200
        assert "STANDIN" not in theirs.text
        assert "formaction" not in theirs.text


async def test_what_is_written_by_others_is_text_on_every_page(stage: Stage, ana: Browser) -> None:
    evil = '"><script>alert(1)</script>'
    named = await stage.booked(start="2026-11-24T14:00:00+01:00", end="2026-11-24T15:00:00+01:00")
    await stage.publish(named, closed=True, site_name=evil, site_address=evil, bay=evil)
    for address in (f"/r/{named}", "/me", f"/s/north?day={evil}&kwh={evil}", f"/book?quote={evil}"):
        page = await ana.get(address)
        assert "<script>alert" not in page.text


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/s/nowhere", 404),
        ("/b/nowhere/1", 404),
        ("/b/NORTH-1/9", 404),
        ("/b/NORTH-1/x", 404),
        ("/r/nothing", 404),
        ("/r/0000-0000-0000", 404),
        ("/book?site=nowhere&minutes=60", 404),
        ("/book?site=north&minutes=abc", 422),
        ("/book?quote=nothing", 404),
        ("/s/north?minutes=99999999999", 422),
        ("/assets/0/none.css", 404),
    ],
)
async def test_what_there_is_not_is_said_on_a_page_of_its_own(
    ana: Browser, address: str, status: int
) -> None:
    page = await ana.get(address)
    assert page.status_code == status, page.text
    if not address.startswith("/assets"):
        assert page.headers["content-type"].startswith("text/html")


def test_what_pages_load_is_named_by_its_content() -> None:
    assets = Assets()
    for path in FOLDER.iterdir():
        assert assets.address(path.name).endswith(path.name)
    with pytest.raises(KeyError):
        assets.address("none.css")


async def test_a_browser_that_unpacks_nothing_gets_it_as_it_is(ana: Browser) -> None:
    plain = await ana.get("/sites", **{"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    asset = _LOADED.findall(plain.text)[0]
    loose = await ana.get(asset, **{"Accept-Encoding": "identity"})
    packed = await ana.get(asset, **{"Accept-Encoding": "gzip"})
    assert loose.content == packed.content
    assert "immutable" in loose.headers["cache-control"]
    assert len(gzip.compress(loose.content)) >= int(packed.headers["content-length"]) - 64
