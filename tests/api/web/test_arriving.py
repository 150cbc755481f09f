"""Who comes late says when they will be there: as a time that is shown, once, and no longer than the rules allow."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest

from contracts.publication import ReservationView
from domain.reservation.code import workflow_id
from tests.api.stage import END, NOW, START, Stage
from tests.api.web.test_guests import MIA, pass_in
from tests.api.web.visits import OLGA, Browser, opened, signed_in
from tests.factories.policies import make_policy, make_terms

_CHOICE = re.compile(r'formaction="[^"]*/on-my-way"[^>]* name="asks" value="([^"]+)">(.*?)</button>')
_START, _END = (datetime.fromisoformat(one).astimezone(UTC) for one in (START, END))
_MINUTE = timedelta(minutes=1)
_OFFERED = ["By 14:20 kept until 14:22", "By 14:25 kept until 14:27", "By 14:28 kept until 14:30"]
_ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
async def code(stage: Stage) -> str:
    return await stage.booked()


async def _shows(stage: Stage, code: str, **over: Any) -> None:
    """What its page says from now on; the workflow itself stays as it is."""
    shown: dict[str, Any] = {
        "terms": make_terms(),
        "possible": ("on_my_way", "cancel"),
        "arrive_by": _START + 15 * _MINUTE,
        "site_zone": "Europe/Berlin",
    }
    await stage.publish(code, closed=True, **shown | over)


async def _noted(stage: Stage, code: str) -> list[str]:
    """What the reservation was asked to do."""
    handle = stage.temporal.get_workflow_handle(workflow_id(code))
    view = await handle.query("view", result_type=ReservationView)
    return [entry.code for entry in view.timeline]


def _choices(page: str) -> list[tuple[str, str]]:
    """What each press says, and what is written on it."""
    return [(unescape(asks), re.sub("<[^>]+>", "", label)) for asks, label in _CHOICE.findall(page)]


async def test_an_hour_before_the_start_one_may_say_that_one_comes_half_an_hour_late(
    stage: Stage, ana: Browser, code: str
) -> None:
    await _shows(stage, code)
    page = await ana.get(f"/r/{code}")
    assert "kept for you until 14:15" in page.text
    offered = _choices(page.text)
    assert [label for _asks, label in offered] == _OFFERED
    for _ in range(2):  # the second press of one button is the same act
        pressed = await ana.send(page, f"/r/{code}/on-my-way", asks=offered[-1][0])
        assert (pressed.status_code, pressed.headers["location"]) == (303, f"/r/{code}")
    assert await _noted(stage, code) == ["on_my_way 2026-11-22T13:28:00+00:00"]
    await _shows(stage, code, possible=("cancel",), arrive_by=_START + 30 * _MINUTE)
    used = (await ana.get(f"/r/{code}")).text
    assert "A later arrival has been announced: your bay is kept for you until 14:30" in used
    assert _choices(used) == []


@pytest.mark.parametrize(
    "over",
    [
        {"slot_end": _START + 15 * _MINUTE},
        {"terms": make_terms(policy=make_policy(eta_extension=timedelta()))},
    ],
    ids=["the-slot-is-over-then", "no-rule-allows-it"],
)
async def test_where_nothing_is_gained_by_it_that_is_said_and_there_is_no_button(
    stage: Stage, ana: Browser, code: str, over: dict[str, Any]
) -> None:
    await _shows(stage, code, **over)
    page = (await ana.get(f"/r/{code}")).text
    assert "Your bay is kept for you until 14:15. It cannot be kept longer." in page
    assert "on-my-way" not in page


async def test_in_a_short_slot_nothing_beyond_its_end_is_offered(
    stage: Stage, ana: Browser, code: str
) -> None:
    await _shows(stage, code, slot_end=_START + 20 * _MINUTE)
    page = (await ana.get(f"/r/{code}")).text
    assert [label for _asks, label in _choices(page)] == ["By 14:18 kept until 14:20"]


@pytest.mark.parametrize(
    "over",
    [
        {"slot_start": _START + timedelta(days=2), "arrive_by": _START + timedelta(days=2, minutes=15)},
        {"slot_start": NOW - 20 * _MINUTE, "arrive_by": NOW},
        {"state": "CHARGING", "arrive_by": None},
        {"state": "AWAITING_PAYMENT", "possible": ("cancel",)},
        {"terms": None},
    ],
    ids=["days-ahead", "grace-is-over", "has-come", "has-not-paid", "no-terms"],
)
async def test_nobody_is_asked_who_is_not_awaited_soon(
    stage: Stage, ana: Browser, code: str, over: dict[str, Any]
) -> None:
    await _shows(stage, code, **{"slot_end": _END + timedelta(days=2)} | over)
    assert "Coming later?" not in (await ana.get(f"/r/{code}")).text


@pytest.mark.parametrize("said", [{}, {"asks": "soon"}])
async def test_a_press_that_names_no_time_extends_nothing(
    stage: Stage, ana: Browser, code: str, said: dict[str, str]
) -> None:
    await _shows(stage, code)
    page = await ana.get(f"/r/{code}")
    assert (await ana.send(page, f"/r/{code}/on-my-way", **said)).status_code == 412
    assert await _noted(stage, code) == []


async def test_a_guest_says_it_likewise_and_who_only_reads_does_not(stage: Stage, ana: Browser) -> None:
    code = await stage.booked(pool_id="awaited")
    await stage.publish(code)
    guests = await ana.get(f"/r/{code}/guests")
    secret = pass_in(await ana.send(guests, f"/r/{code}/guests", **MIA))
    mia, olga = opened(stage, **_ENGLISH), await signed_in(stage, OLGA, **_ENGLISH)
    async with mia.http, olga.http:
        assert "Coming later?" not in (await olga.get(f"/r/{code}")).text
        page = await mia.get(f"/g/{secret}")
        offered = _choices(page.text)
        assert offered == _choices((await ana.get(f"/r/{code}")).text)
        assert offered[-1][1] == "By 13:28 kept until 13:30", "the stand-in's clock shows UTC"
        pressed = await mia.send(page, f"/g/{secret}/on-my-way", asks=offered[0][0])
        assert (pressed.status_code, pressed.headers["location"]) == (303, f"/g/{secret}")
    assert await _noted(stage, code) == ["on_my_way 2026-11-22T13:20:00+00:00"]
