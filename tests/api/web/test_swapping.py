"""Slots are swapped on pages by both who have them: seen before, once, and never dearer than was agreed to."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import delete

from api.desk.principal import Principal
from contracts.publication import ReservationView
from db.documents import price_rules_to_document
from db.tables import PriceRulesVersion, SwapOfferRow
from domain.money.amount import Money
from domain.reservation.code import workflow_id
from domain.terms.price_rules import Band, PriceRules
from tests.api.stage import END, NOW, START, Stage
from tests.api.stand_in import DEARER, DEARER_OFFER
from tests.api.v1.test_swaps import WANTS, with_a_hold
from tests.api.web.test_charging import words_of
from tests.api.web.visits import UNREADABLE, Browser, form_token_in, opened

_WANTED = {"day": "2026-11-22", "at": "18:00", "until": "19:00"}
"""WANTS, on the clock of the site."""
_CODE = re.compile(r"<h3><code>([^<]+)</code></h3>")
_ANA = Principal(subject="driver-1", scopes=frozenset({"driver"}))
_CAN: dict[str, Any] = {"possible": ("swap",), "site_zone": "Europe/Berlin"}


@pytest.fixture(autouse=True)
async def nothing_is_offered(stage: Stage) -> AsyncIterator[None]:
    yield
    async with stage.sessions.begin() as session:
        await session.execute(delete(SwapOfferRow))


async def _held(stage: Stage) -> str:
    """A reservation of Ana's with a place."""
    code = await with_a_hold(stage)
    shown = await stage.app.state.services.desk.reading.one(_ANA, code)
    await stage.publish(code, terms=shown.terms, **_CAN)
    return code


async def _bens(stage: Stage, start: str, end: str) -> str:
    """A reservation of Ben's, for that slot."""
    code = await stage.booked(who=stage.driver("driver-2"))
    slot = {"slot_start": datetime.fromisoformat(start), "slot_end": datetime.fromisoformat(end)}
    await stage.publish(code, closed=True, driver_id="driver-2", account="driver-2", **slot, **_CAN)
    return code


async def _offered(ana: Browser, code: str) -> str:
    page = await ana.get(f"/r/{code}/swap")
    assert page.status_code == 200, page.text
    made = await ana.send(page, f"/r/{code}/swap/offers", **_WANTED)
    assert made.status_code == 303, made.text
    found = _CODE.findall((await ana.get(f"/r/{code}/swap")).text)
    assert len(found) == 1
    return str(found[0])


async def _noted(stage: Stage, code: str) -> list[str]:
    handle = stage.temporal.get_workflow_handle(workflow_id(code))
    view = await handle.query("view", result_type=ReservationView)
    return [entry.code for entry in view.timeline]


async def test_who_has_the_wanted_slot_sees_what_they_get_and_takes_it_once(
    stage: Stage, ana: Browser, ben: Browser
) -> None:
    code = await _held(stage)
    assert f'href="/r/{code}/swap"' in (await ana.get(f"/r/{code}")).text
    offer = await _offered(ana, code)
    assert await _offered(ana, code) == offer, "for the same slot it is the same"
    other = await _bens(stage, WANTS["start"], WANTS["end"])
    page = await ben.get(f"/r/{other}/swap?offer={offer.lower()}")
    said = words_of(page.text)
    assert re.search(r"You get [^Y]*14:00[^Y]* You give [^Y]*18:00", said), said
    for _ in range(2):
        taken = await ben.send(page, f"/r/{other}/swap")
        assert (taken.status_code, taken.headers["location"]) == (303, f"/r/{other}")
    (noted,) = await _noted(stage, other)
    assert json.loads(noted.removeprefix("swap "))[0]["offer"] == offer


async def test_an_offer_is_for_one_slot_and_not_for_its_own_reservation(
    stage: Stage, ana: Browser, ben: Browser
) -> None:
    code = await _held(stage)
    offer = await _offered(ana, code)
    same = await _bens(stage, START, END)
    for browser, there in ((ben, same), (ana, code)):
        page = await browser.get(f"/r/{there}/swap?offer={offer}")
        assert "this reservation has another one" in page.text
        assert "Yes, swap" not in page.text
    assert (await ben.get(f"/r/{same}/swap?offer=nothing")).status_code == 404


async def test_a_dearer_slot_is_taken_only_at_the_price_that_was_shown(stage: Stage, ben: Browser) -> None:
    code = await _bens(stage, WANTS["start"], WANTS["end"])
    page = await ben.get(f"/r/{code}/swap")
    asked = await ben.send(page, f"/r/{code}/swap", offer=DEARER_OFFER, key="once")
    assert asked.status_code == 409
    assert "0.66 EUR" in words_of(asked.text)
    assert await _noted(stage, code) == []
    lower = await ben.send(asked, f"/r/{code}/swap", energy="65")
    assert "0.66 EUR" in words_of(lower.text), "it is asked again"
    assert (await ben.send(asked, f"/r/{code}/swap")).status_code == 303
    (noted,) = await _noted(stage, code)
    agreed = json.loads(noted.removeprefix("swap "))[0]["accepted_energy_per_kwh"]
    assert agreed["minor"] == DEARER.energy_per_kwh.minor


@asynccontextmanager
async def _dear(stage: Stage) -> AsyncIterator[None]:
    evening = Band(name="evening", energy_per_kwh=Money(9_99, "EUR"))
    document = price_rules_to_document(PriceRules(currency="EUR", bands=(evening,)))
    row = {"site_id": "north", "version": 99, "valid_from": NOW, "document": document}
    async with stage.sessions.begin() as session:
        session.add(PriceRulesVersion(**row))
    yield
    async with stage.sessions.begin() as session:
        await session.execute(delete(PriceRulesVersion).where(PriceRulesVersion.version == 99))


async def test_ones_own_is_offered_for_a_dearer_slot_only_at_the_price_that_was_shown(
    stage: Stage, ana: Browser
) -> None:
    code = await _held(stage)
    async with _dear(stage):
        page = await ana.get(f"/r/{code}/swap")
        asked = await ana.send(page, f"/r/{code}/swap/offers", **_WANTED)
        assert asked.status_code == 409, asked.text
        assert "9.99 EUR" in words_of(asked.text)
        assert not _CODE.findall((await ana.get(f"/r/{code}/swap")).text)
        assert (await ana.send(asked, f"/r/{code}/swap/offers")).status_code == 303
    assert _CODE.findall((await ana.get(f"/r/{code}/swap")).text)


async def test_a_withdrawn_offer_is_over(stage: Stage, ana: Browser, ben: Browser) -> None:
    code = await _held(stage)
    offer = await _offered(ana, code)
    page = await ana.get(f"/r/{code}/swap")
    for _ in range(2):
        assert (await ana.send(page, f"/r/{code}/swap/offers/{offer}/withdraw")).status_code == 303
    other = await _bens(stage, WANTS["start"], WANTS["end"])
    seen = await ben.get(f"/r/{other}/swap?offer={offer}")
    assert "Withdrawn" in seen.text
    assert "Yes, swap" not in seen.text


async def test_nobody_swaps_what_is_another_ones(stage: Stage, ana: Browser, ben: Browser) -> None:
    code = await _held(stage)
    offer = await _offered(ana, code)
    page = await ben.get("/me")
    before = await stage.row_counts()
    assert (await ben.get(f"/r/{code}/swap")).status_code == 404
    for to, said in (
        ("swap", {"offer": offer, "key": "k"}),
        ("swap/offers", _WANTED | {"at": "20:00", "until": "21:00"}),
        (f"swap/offers/{offer}/withdraw", {}),
    ):
        assert (await ben.send(page, f"/r/{code}/{to}", **said)).status_code == 404, to
    others = await _bens(stage, START, END)
    assert (await ben.send(page, f"/r/{others}/swap/offers/{offer}/withdraw")).status_code == 404
    assert "Open" in words_of((await ana.get(f"/r/{code}/swap")).text)
    anybody = opened(stage)
    async with anybody.http:
        assert (await anybody.get(f"/r/{code}/swap")).status_code == 303, "to sign in"
    assert (await stage.row_counts())["swap_offers"] == before["swap_offers"]


async def test_forms_of_other_sites_swap_nothing(stage: Stage, ana: Browser, ben: Browser) -> None:
    code = await _held(stage)
    offer = await _offered(ana, code)
    token, foreign = form_token_in(await ana.get("/me")), form_token_in(await ben.get("/me"))
    for to, said in (
        ("swap", {"offer": offer, "key": "k"}),
        ("swap/offers", _WANTED),
        (f"swap/offers/{offer}/withdraw", {}),
    ):
        for form, origin in (
            ({}, None),
            ({"form_token": foreign}, None),
            ({"form_token": token}, "https://x"),
        ):
            headers = {} if origin is None else {"Origin": origin}
            assert (await ana.post(f"/r/{code}/{to}", said | form, **headers)).status_code == 403, to
    assert "Open" in words_of((await ana.get(f"/r/{code}/swap")).text)


@pytest.mark.parametrize(
    ("odd", "named"),
    [
        ({"at": "25:00"}, "From : Please enter a time"),
        ({"day": "9999-12-31"}, "On : Please enter a day"),
        ({"currency": "euro"}, "Something is missing"),
        ({"energy": "-1"}, "Something is missing"),
        ({"energy": "1e309"}, "Something is missing"),
    ],
)
async def test_odd_fields_are_named_as_the_page_calls_them(
    stage: Stage, ana: Browser, odd: dict[str, str], named: str
) -> None:
    """What it calls nothing is not named."""
    code = await _held(stage)
    page = await ana.get(f"/r/{code}/swap")
    refused = await ana.send(page, f"/r/{code}/swap/offers", **_WANTED | odd)
    assert refused.status_code == UNREADABLE
    assert named in words_of(refused.text)
