"""What the page of a bay says at a glance: free only where one can charge now, and until when."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from activities.holds.activities import HoldActivities
from db.tables import Connector, Hold
from domain.charging.connector import ConnectorStatus
from domain.place.slots import Slot
from tests.api.stage import NOW, Stage, fresh_key
from tests.api.v1.test_sites import hold
from tests.api.web.visits import ANA, Browser, opened, signed_in
from tests.factories import make_booking, make_slot

_SHOWN = re.compile(r'<p class="state (\w+)"[^>]*><strong>([^<]*)</strong>\s*(.*?)</p>', re.DOTALL)
_KEPT = re.compile(r"<li>(Reserved for .*?)</li>")
_HOURS = "/v1/operations/sites/north/opening-hours"
_WINDOWS = "/v1/operations/sites/north/maintenance-windows"
Shows = Callable[[], Awaitable[tuple[str, str, str]]]


@pytest.fixture
async def shows(stage: Stage) -> AsyncIterator[Shows]:
    """State, its words, and what is said of its end, of NORTH-1's bay, to whoever comes by."""
    browser: Browser = opened(stage, **{"Accept-Language": "en"})

    async def shown() -> tuple[str, str, str]:
        page = await browser.get("/b/NORTH-1/1")
        found = _SHOWN.search(page.text)
        assert found is not None, page.text
        return found[1], found[2], " ".join(re.sub(r"<[^>]+>", "", found[3]).split())

    async with browser.http:
        yield shown
    await _is(stage, ConnectorStatus.AVAILABLE)
    await _opens(stage, "24/7")


async def _is(stage: Stage, status: ConnectorStatus) -> None:
    one = Connector.charger_id == "NORTH-1"
    async with stage.sessions.begin() as session:
        await session.execute(update(Connector).where(one).values(status=status))


async def _opens(stage: Stage, text: str) -> None:
    body = {"opening_hours": text, "country": "DE", "reason": "test"}
    answer = await stage.http.put(_HOURS, json=body, headers=stage.operators())
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (ConnectorStatus.AVAILABLE, "free"),
        (ConnectorStatus.PREPARING, "arriving"),
        (ConnectorStatus.RESERVED, "reserved"),
        (ConnectorStatus.FINISHING, "occupied"),
        (ConnectorStatus.OCCUPIED, "occupied"),
        (ConnectorStatus.CHARGING, "occupied"),
        (ConnectorStatus.UNAVAILABLE, "broken"),
        (ConnectorStatus.FAULTED, "broken"),
    ],
)
async def test_a_bay_is_free_only_where_its_charger_shows_nobody(
    stage: Stage, shows: Shows, status: ConnectorStatus, state: str
) -> None:
    await _is(stage, status)
    assert (await shows())[0] == state


async def test_outside_opening_hours_it_is_closed_until_they_begin(stage: Stage, shows: Shows) -> None:
    await _opens(stage, "Mo-Su 14:00-15:00")  # the site's clock shows 13:00
    assert await shows() == ("closed", "Closed", "until 14:00")


async def test_it_is_free_until_what_comes_first(stage: Stage, shows: Shows) -> None:
    assert await shows() == ("free", "Free", "")
    await _opens(stage, "Mo-Su 08:00-20:00")
    assert await shows() == ("free", "Free", "until 20:00")
    planned = await _maintained(stage, hours=5)
    assert await shows() == ("free", "Free", "until 18:00")
    booked = make_booking("a", slot=make_slot(180, after=NOW), now=NOW, connector_id=await _bay(stage))
    assert (await HoldActivities(stage.sessions).place_hold(booked)).held is not None
    assert await shows() == ("free", "Free", "until 16:00")
    await _cancelled(stage, planned)
    async with stage.sessions.begin() as session:
        await session.execute(update(Hold).values(released_at=NOW))


async def test_it_says_for_whom_it_is_kept_without_saying_who_that_is(stage: Stage) -> None:
    first, later = (Slot(NOW + timedelta(hours=n), NOW + timedelta(hours=n + 1)) for n in (1, 4))
    await hold(stage, first, code="KABCDE7")
    await hold(stage, later, code="MFGHIJ2")
    assert await _kept(stage) == [
        "Reserved for K…7 from 14:00 until 15:00 (may still be given another bay)",
        "Reserved for M…2 from 17:00 until 18:00 (may still be given another bay)",
    ]
    fixed = update(Hold).where(Hold.reservation_code == "KABCDE7").values(locked_at=NOW, slot_start=NOW)
    async with stage.sessions.begin() as session:
        await session.execute(fixed)
    assert (await _kept(stage))[0] == "Reserved for K…7 from 13:00 until 15:00"
    async with stage.sessions.begin() as session:
        await session.execute(update(Hold).values(released_at=NOW))
    assert await _kept(stage) == []


async def _kept(stage: Stage) -> list[str]:
    """For whom, as whoever comes by reads it."""
    passer = opened(stage, **{"Accept-Language": "en"})
    async with passer.http:
        page = (await passer.get("/b/NORTH-1/1")).text
    assert not re.search("ABCDE|FGHIJ", page)
    return [" ".join(re.sub(r"<[^>]+>", "", one).split()) for one in _KEPT.findall(page)]


async def test_during_maintenance_it_says_so_and_until_when(stage: Stage, shows: Shows) -> None:
    window = await _maintained(stage, hours=0)
    assert await shows() == ("maintenance", "In maintenance", "until 15:00")
    await _cancelled(stage, window)
    assert (await shows())[0] == "free"


async def _bay(stage: Stage) -> int:
    async with stage.sessions() as session:
        return (await session.scalars(select(Connector.id).where(Connector.charger_id == "NORTH-1"))).one()


async def _maintained(stage: Stage, *, hours: float) -> int:
    """The window, of two hours, that begins in so many."""
    begins = NOW + timedelta(hours=hours)
    body = {
        "scope": "charger",
        "charger_id": "NORTH-1",
        "starts_at": begins.isoformat(),
        "ends_at": (begins + timedelta(hours=2)).isoformat(),
    }
    headers = {**stage.operators(), "Idempotency-Key": fresh_key()}
    answer = await stage.http.post(_WINDOWS, json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    window: int = answer.json()["id"]
    return window


async def _cancelled(stage: Stage, window: int) -> None:
    headers = {**stage.operators(), "Idempotency-Key": fresh_key()}
    answer = await stage.http.post(f"{_WINDOWS}/{window}/cancel", json={"reason": "test"}, headers=headers)
    assert answer.status_code == 200, answer.text


async def test_what_charging_costs_is_said_before_a_bay_is_booked(stage: Stage) -> None:
    ana, stranger = await signed_in(stage, ANA), opened(stage)
    async with ana.http, stranger.http:
        theirs = (await ana.get("/b/NORTH-1/1")).text
        assert "per kWh" in theirs
        assert theirs.index("per kWh") < theirs.index("Cancelling") < theirs.index("Book this bay now")
        assert "per kWh" in (await stranger.get("/b/NORTH-1/1")).text
