"""From a free time to a reservation, by pages alone and without scripts; what is pressed twice is done once."""

import re
from collections.abc import AsyncIterator
from html import unescape

import pytest

from tests.api.stage import Stage
from tests.api.web.visits import ANA, BEN, UNREADABLE, Browser, ends_in, signed_in

_WINDOW = re.compile(r'<a href="(/book\?[^"]+)"')


@pytest.fixture
async def ana(stage: Stage) -> AsyncIterator[Browser]:
    browser = await signed_in(stage, ANA)
    async with browser.http:
        yield browser


async def test_three_presses_from_a_site_to_a_held_slot(ana: Browser) -> None:
    site = await ana.get("/s/north?day=2026-11-23")
    times = _WINDOW.findall(site.text)
    assert times
    priced = await ana.get(unescape(times[5]))
    assert priced.status_code == 200
    booked = await ana.send(priced, "/book")
    assert booked.status_code == 303
    again = await ana.send(priced, "/book")
    assert again.headers["location"] == booked.headers["location"]
    page = await ana.get(booked.headers["location"])
    assert page.status_code == 200
    assert "Stand-in" in page.text


async def test_a_slot_is_asked_for_by_energy(ana: Browser) -> None:
    site = await ana.get("/s/north?day=2026-11-23&kwh=20")
    (first, *_others) = _WINDOW.findall(site.text)
    assert "kwh=20" in first
    priced = await ana.get(unescape(first))
    assert "20" in priced.text


async def test_what_is_refused_is_said_with_what_there_is_instead(ana: Browser) -> None:
    refused = await ana.get("/book?site=north&start=2026-11-22T10:00:00Z&minutes=60")
    assert refused.status_code == 422
    assert refused.text.count("<h1>") == 1
    far = await ana.get("/book?site=north&start=2027-11-22T10:00:00Z&minutes=60")
    assert far.status_code in (409, 422)


async def test_a_quote_of_somebody_else_books_nothing(stage: Stage, ana: Browser) -> None:
    priced = await ana.get("/book?site=north&start=2026-11-25T13:00:00Z&minutes=60")
    quote = re.search(r'name="quote" value="([^"]+)"', priced.text)
    assert quote is not None
    ben = await signed_in(stage, BEN)
    async with ben.http:
        assert (await ben.get(f"/book?quote={quote[1]}")).status_code == 404
        page = await ben.get("/me")
        assert (await ben.send(page, "/book", quote=quote[1])).status_code == 404


async def test_the_bay_that_one_stands_at_is_booked_from_its_own_page(ana: Browser) -> None:
    page = await ana.get("/b/NORTH-1/1")
    until, later = ends_in(page)[:2]
    booked = await ana.send(page, "/b/NORTH-1/1", until=until)
    assert booked.status_code == 303
    twice = await ana.send(page, "/b/NORTH-1/1", until=until)
    assert twice.headers["location"] == booked.headers["location"]
    otherwise = await ana.send(page, "/b/NORTH-1/1", until=later)
    assert otherwise.status_code == 303, "who goes back and chooses otherwise asks for something else"
    assert otherwise.headers["location"] != booked.headers["location"]
    another = await ana.send(await ana.get("/b/NORTH-1/1"), "/b/NORTH-1/1", until=until)
    assert another.headers["location"] not in {booked.headers["location"], otherwise.headers["location"]}


@pytest.mark.parametrize("said", [{"until": ""}, {"until": "soon"}, {"key": ""}, {"key": "a b"}])
async def test_what_no_page_of_a_bay_says_books_nothing(
    stage: Stage, ana: Browser, said: dict[str, str]
) -> None:
    page = await ana.get("/b/NORTH-1/1")
    before = await stage.row_counts()
    answer = await ana.send(page, "/b/NORTH-1/1", **{"until": ends_in(page)[0], **said})
    assert answer.status_code == UNREADABLE
    assert await stage.row_counts() == before


async def test_what_can_be_done_is_a_press_and_what_cannot_is_said(stage: Stage, ana: Browser) -> None:
    code = await stage.booked(start="2026-11-26T14:00:00+01:00", end="2026-11-26T15:00:00+01:00")
    page = await ana.get(f"/r/{code}")
    assert (await ana.send(page, f"/r/{code}/reschedule")).status_code == 404
    assert (await ana.send(page, f"/r/{code}/force-release")).status_code == 404
    assert (await ana.send(page, f"/r/{code}/nothing")).status_code == 404
    done = await ana.send(page, f"/r/{code}/cancel")
    assert (done.status_code, done.headers["location"]) == (303, f"/r/{code}")


async def test_a_calendar_takes_it_and_its_newer_word(stage: Stage, ana: Browser) -> None:
    code = await stage.booked(start="2026-11-27T14:00:00+01:00", end="2026-11-27T15:00:00+01:00")
    answer = await ana.get(f"/r/{code}/calendar.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert f"UID:{code}@slotkeeper" in answer.text
    assert "DTSTART:20261127T130000Z" in answer.text
    assert all(len(line.encode()) <= 75 for line in answer.text.split("\r\n"))


async def test_a_code_leads_to_its_bay(ana: Browser) -> None:
    picture = await ana.get("/b/NORTH-1/1/code.svg")
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert picture.content.startswith(b"<?xml")
