"""What is pressed on a reservation's page is what stood there: once, and not where it has changed meanwhile."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import httpx
import pytest

from api.web.buttons import Pressed, buttons_of, message_of, shown_of
from contracts.publication import ProposedPlace, ReservationView
from domain.causes import Cause
from domain.money.amount import Money
from domain.reservation.actions.messages import AnswerMove, Extend
from domain.reservation.actions.table import ACTIONS
from domain.reservation.code import workflow_id
from domain.settlement.costs_ahead import CostUntil
from domain.whereabouts import Whereabouts
from tests.api.stage import END, NOW, Stage, view_of
from tests.api.stand_in import SUPERSEDED
from tests.api.web.visits import Browser
from tests.factories.policies import make_policy, make_slot_rules, make_terms
from texts.languages import Language
from texts.reader import Reader

_BUTTON = re.compile(r'formaction="([^"]+)"[^>]*?(?: name="asks" value="([^"]+)")?>([^<]*)</button>')
_END = datetime.fromisoformat(END)
_CAN = ("extend", "shorten", "cancel")
_ASKED = ("accept_move", "decline_move")
_BY_NAME = {action.name: action for action in ACTIONS}


@pytest.fixture
async def code(stage: Stage) -> str:
    return await stage.booked()


async def _shows(stage: Stage, code: str, **over: Any) -> None:
    """What its page says from now on; the workflow itself stays as it is."""
    shown = {"terms": make_terms(), "possible": _CAN, "site_zone": "Europe/Berlin"}
    await stage.publish(code, closed=True, **shown | over)


async def _noted(stage: Stage, code: str) -> list[str]:
    """What the reservation was asked to do."""
    handle = stage.temporal.get_workflow_handle(workflow_id(code))
    view = await handle.query("view", result_type=ReservationView)
    return [entry.code for entry in view.timeline]


def _asks(page: httpx.Response, name: str) -> dict[str, str]:
    """What a press of that button says, beside what is hidden in its form."""
    shown = re.search(r'name="shown" value="([^"]+)"', page.text)
    found = {path.rpartition("/")[2]: asks for path, asks, _label in _BUTTON.findall(page.text)}
    assert shown is not None
    assert name in found, page.text
    return {"shown": unescape(shown[1]), "asks": unescape(found[name])}


async def test_the_buttons_say_which_end_they_ask_for(stage: Stage, ana: Browser, code: str) -> None:
    await _shows(stage, code)
    page = await ana.get(f"/r/{code}", **{"Accept-Language": "en"})
    labels = [label for _path, _asks, label in _BUTTON.findall(page.text)]
    assert any("15:30" in label and "30 minutes longer" in label for label in labels), labels
    assert any("14:45" in label and "15 minutes earlier" in label for label in labels), labels


async def test_half_an_hour_longer_pressed_twice_is_half_an_hour(
    stage: Stage, ana: Browser, code: str
) -> None:
    await _shows(stage, code)
    page = await ana.get(f"/r/{code}")
    asks = _asks(page, "extend")
    first = await ana.send(page, f"/r/{code}/extend", **asks)
    later = _END + timedelta(minutes=30)
    await _shows(stage, code, slot_end=later)
    again = await ana.send(page, f"/r/{code}/extend", **asks)
    assert (first.status_code, again.status_code) == (303, 303)
    assert await _noted(stage, code) == ["extend"]
    view = await stage.temporal.get_workflow_handle(workflow_id(code)).query(
        "view", result_type=ReservationView
    )
    assert view.slot_end == later


@pytest.mark.parametrize("action", ["extend", "shorten"])
async def test_an_end_that_was_chosen_for_another_slot_is_not_taken(
    stage: Stage, ana: Browser, code: str, action: str
) -> None:
    await _shows(stage, code)
    page = await ana.get(f"/r/{code}")
    await _shows(stage, code, slot_end=_END + timedelta(hours=1))
    answer = await ana.send(page, f"/r/{code}/{action}", **_asks(page, action))
    assert answer.status_code == 412
    assert "This has changed in the meantime" in answer.text
    assert await _noted(stage, code) == []


@pytest.mark.parametrize("said", [{}, {"asks": "soon"}, {"asks": END}])
async def test_an_end_that_no_page_offered_is_not_taken(
    stage: Stage, ana: Browser, code: str, said: dict[str, str]
) -> None:
    await _shows(stage, code, slot_end=_END + timedelta(hours=1))
    page = await ana.get(f"/r/{code}")
    assert (await ana.send(page, f"/r/{code}/extend", **said, shown="")).status_code == 412
    assert await _noted(stage, code) == []


def _proposed(number: int | None = 3) -> ProposedPlace:
    return ProposedPlace(
        site=Whereabouts(site_id="south", name="Site south"),
        charger_id="SOUTH-1",
        bay="Bay 7",
        power_w=50_000,
        cause=Cause.CHARGER_FAULT,
        answer_by=NOW + timedelta(minutes=30),
        number=number,
    )


@pytest.mark.parametrize("answer", ["accept-move", "decline-move"])
async def test_an_answer_is_to_the_proposal_that_was_shown(
    stage: Stage, ana: Browser, code: str, answer: str
) -> None:
    await _shows(stage, code, possible=_ASKED, proposed=_proposed())
    page = await ana.get(f"/r/{code}")
    asks = _asks(page, answer)
    await _shows(stage, code, possible=_ASKED, proposed=_proposed(4))  # shown since, and not what is answered
    for _ in range(2):
        assert (await ana.send(page, f"/r/{code}/{answer}", **asks)).status_code == 303
    assert await _noted(stage, code) == [f"{answer.replace('-', '_')} 3"]


async def test_an_answer_to_what_is_proposed_no_more_says_so(stage: Stage, ana: Browser, code: str) -> None:
    await _shows(stage, code, possible=_ASKED, proposed=_proposed(SUPERSEDED))
    page = await ana.get(f"/r/{code}", **{"Accept-Language": "en"})
    refused = await ana.send(page, f"/r/{code}/accept-move", **_asks(page, "accept-move"))
    assert refused.status_code == 409
    assert "Bay 8" in refused.text
    assert await _noted(stage, code) == []


async def test_an_answer_of_an_older_page_is_not_taken_for_another(
    stage: Stage, ana: Browser, code: str
) -> None:
    await _shows(stage, code, possible=_ASKED, proposed=_proposed())
    page = await ana.get(f"/r/{code}")
    asks = _asks(page, "accept-move") | {"asks": "f" * 64}
    assert (await ana.send(page, f"/r/{code}/accept-move", **asks)).status_code == 412
    assert await _noted(stage, code) == []


@pytest.mark.parametrize("action", ["check-in", "start"])
async def test_a_press_at_a_bay_is_about_the_bay_that_was_shown(
    stage: Stage, ana: Browser, code: str, action: str
) -> None:
    await _shows(stage, code, possible=("check_in", "start_charging"), connector_id=7)
    page = await ana.get(f"/r/{code}")
    await _shows(stage, code, possible=("check_in", "start_charging"), connector_id=8)
    assert (await ana.send(page, f"/r/{code}/{action}", **_asks(page, action))).status_code == 303
    (noted,) = await _noted(stage, code)
    assert noted.endswith(" 7")


@pytest.mark.parametrize("said", ["gratis", "5", "five EUR", "5 EUR EUR"])
async def test_who_leaves_agrees_to_the_cost_that_was_shown(
    stage: Stage, ana: Browser, code: str, said: str
) -> None:
    costs = CostUntil(cost=Money(500, "EUR"), until=None)
    await _shows(stage, code, cancelling=(costs,))
    page = await ana.get(f"/r/{code}")
    asks = _asks(page, "cancel")
    await _shows(stage, code, cancelling=(replace(costs, cost=Money(900, "EUR")),))
    assert (await ana.send(page, f"/r/{code}/cancel", **(asks | {"asks": said}))).status_code == 412
    assert await _noted(stage, code) == []
    assert (await ana.send(page, f"/r/{code}/cancel", **asks)).status_code == 303
    assert await _noted(stage, code) == [f"cancel for {Money(500, 'EUR')}"]


def test_what_names_nothing_says_nothing_of_it() -> None:
    """A proposal of before they were numbered: whichever is open is answered."""
    view = replace(view_of("code", possible=_ASKED), proposed=_proposed(None))
    (yes, _no) = buttons_of(view, Reader(Language.ENGLISH), NOW, "")
    pressed = Pressed(asks=yes.asks, shown="")
    assert message_of(_BY_NAME["accept_move"], view, pressed) == AnswerMove()


def test_what_the_grid_leaves_no_room_for_is_not_offered() -> None:
    rules = make_slot_rules(step=timedelta(hours=1), shortest=timedelta(hours=1), longest=timedelta(hours=2))
    view = view_of("code", possible=_CAN, terms=make_terms(policy=make_policy(slots=rules)))
    reader = Reader(Language.ENGLISH, zone="Europe/Berlin")
    (later, _cancel) = buttons_of(view, reader, NOW, "")
    pressed = Pressed(asks=later.asks, shown=shown_of(view))
    assert message_of(_BY_NAME["extend"], view, pressed) == Extend(end=_END + timedelta(hours=1))
