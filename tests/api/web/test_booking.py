"""From a free time to a reservation, by pages alone and without scripts; what is pressed twice is done once."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from io import BytesIO

import pytest
import segno
from icalendar import Calendar, Event

from tests.api.conftest import LIMITS, open_stage
from tests.api.stage import NOW, Stage
from tests.api.web.visits import ANA, BEN, UNREADABLE, Browser, ends_in, opened, signed_in

_WINDOW = re.compile(r'<a href="(/book\?[^"]+)"')


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
    """Of 20 kWh, at 150 kW eight minutes; of 60, twenty-four: as long as that takes on a grid of quarters."""
    for kwh, end in ((20, "15"), (60, "30")):
        site = await ana.get(f"/s/north?day=2026-11-23&kwh={kwh}")
        (noon,) = [one for one in _WINDOW.findall(site.text) if "2026-11-23T11%3A00" in one]
        assert f"kwh={kwh}" in noon
        priced = await ana.get(unescape(noon))
        assert f"<dd>Mon 23 Nov 12:00 to 12:{end} CET</dd>" in priced.text
        assert f"{kwh} kWh over the whole slot come to" in priced.text
        booked = await ana.send(priced, "/book")
        page = await ana.get(booked.headers["location"])
        assert f"<dd>Mon 23 Nov 11:00 to 11:{end} UTC</dd>" in page.text, (
            "and booked: by the stand-in's clock"
        )


async def test_what_is_refused_is_said_with_what_there_is_instead(stage: Stage, ana: Browser) -> None:
    await _opens(stage, "Mo-Su 08:00-20:00")
    refused = await ana.get("/book?site=north&start=2026-11-23T03:00:00Z&minutes=60")
    await _opens(stage, "24/7")
    assert refused.status_code == 409
    assert refused.text.count("<h1>") == 1
    (first, *_others) = re.findall(r'href="(/book\?quote=[^"]+)"', refused.text)
    priced = await ana.get(unescape(first))
    assert "Book at this price" in priced.text


@pytest.mark.parametrize(
    ("start", "told"),
    [
        ("2026-11-22T10:00:00Z", "22 Nov 11:00 CET is over already"),
        ("2027-11-22T10:00:00Z", "One can book 14 days ahead"),
    ],
)
async def test_what_no_place_would_help_is_told_on_the_sites_clock(
    ana: Browser, start: str, told: str
) -> None:
    refused = await ana.get(f"/book?site=north&start={start}&minutes=60")
    assert refused.status_code == 422
    assert told in refused.text.replace("\u00a0", " ")
    assert "/book?quote=" not in refused.text


async def _opens(stage: Stage, text: str) -> None:
    body = {"opening_hours": text, "country": "DE", "reason": "test"}
    hours = "/v1/operations/sites/north/opening-hours"
    assert (await stage.http.put(hours, json=body, headers=stage.operators())).status_code == 200


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


async def test_a_calendar_takes_it_and_its_newer_word(stage: Stage) -> None:
    code = await stage.booked(start="2026-11-27T14:00:00+01:00", end="2026-11-27T15:00:00+01:00")
    now = NOW
    async with open_stage(stage.sessions, stage.temporal, stage.issuer, LIMITS, clock=lambda: now) as later:
        ana = await signed_in(later, ANA)
        async with ana.http:
            first = await _event(ana, code)
            assert first["UID"] == f"{code}@slotkeeper"
            assert (first.start, first["STATUS"]) == (datetime(2026, 11, 27, 13, tzinfo=UTC), "CONFIRMED")
            now += timedelta(minutes=1)
            slot = {"start": "2026-11-28T16:00:00+01:00", "end": "2026-11-28T18:00:00+01:00"}
            await later.http.post(f"/v1/reservations/{code}/reschedule", json=slot, headers=stage.driver())
            moved = await _event(ana, code)
            now += timedelta(minutes=1)
            await ana.send(await ana.get(f"/r/{code}"), f"/r/{code}/cancel")
            gone = await _event(ana, code)
    assert moved.start == datetime(2026, 11, 28, 15, tzinfo=UTC)
    assert moved.end == datetime(2026, 11, 28, 17, tzinfo=UTC)
    assert [one["STATUS"] for one in (first, moved, gone)] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert first["UID"] == moved["UID"] == gone["UID"]
    sequence = [int(str(one["SEQUENCE"])) for one in (first, moved, gone)]
    assert sequence[0] < sequence[1] < sequence[2], "else a calendar keeps the older word"


async def _event(browser: Browser, code: str) -> Event:
    answer = await browser.get(f"/r/{code}/calendar.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert all(len(line.encode()) <= 75 for line in answer.text.split("\r\n"))
    (event,) = Calendar.from_ical(answer.content).events
    return event


async def test_a_code_leads_to_its_bay_or_its_site(stage: Stage) -> None:
    """To the page, where people find it: as the library of codes draws that address."""
    address = "https://slots.example.org"
    async with open_stage(stage.sessions, stage.temporal, stage.issuer, LIMITS, address=address) as there:
        passer = opened(there)
        async with passer.http:
            for path in ("/b/NORTH-1/1", "/b/NORTH-2/1", "/s/north"):
                picture = await passer.get(f"{path}/code.svg")
                assert picture.headers["content-type"].startswith("image/svg+xml")
                drawn = BytesIO()
                segno.make_qr(address + path, error="m").save(drawn, kind="svg", scale=4, border=2)
                assert picture.content == drawn.getvalue()
