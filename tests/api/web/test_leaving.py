"""Who stands at the bay and leaves: one press, which says what comes of it, and what is left to do."""

import re
from typing import Any

import pytest

from domain.money.amount import Money
from domain.settlement.costs_ahead import CostUntil
from tests.api.stage import Stage
from tests.api.web.test_charging import words_of
from tests.api.web.visits import ANA, OLGA, signed_in
from tests.factories.policies import make_terms

_ENGLISH = {"Accept-Language": "en"}
_STOP, _GIVE_BACK = "I am leaving: stop, and give the bay back", "I am leaving: give the bay back"
_UNPLUG_NOW = "Please unplug"


async def _shows(stage: Stage, code: str, **over: Any) -> None:
    await stage.publish(code, closed=True, **{"terms": make_terms()} | over)


@pytest.mark.parametrize("state", ["CHARGING", "OVERSTAYING"])
async def test_who_charges_and_leaves_is_told_that_unplugging_gives_the_bay_back(
    stage: Stage, state: str
) -> None:
    code = await stage.booked()
    ana = await signed_in(stage, ANA, **_ENGLISH)
    async with ana.http:
        await _shows(stage, code, state=state, possible=("stop_charging",))
        page = await ana.get(f"/r/{code}")
        assert f"the rest of your time are given back at once. {_STOP}" in words_of(page.text)
        assert _UNPLUG_NOW not in words_of(page.text)
        assert (await ana.send(page, f"/r/{code}/stop")).status_code == 303
        await _shows(stage, code, state=state, possible=())
        after = words_of((await ana.get(f"/r/{code}")).text)
        assert _UNPLUG_NOW in after
        assert _STOP not in after


async def test_who_is_there_and_never_charged_leaves_for_what_that_costs(stage: Stage) -> None:
    code = await stage.booked()
    ana = await signed_in(stage, ANA, **_ENGLISH)
    async with ana.http:
        for state, label in (("LOCKED", "Cancel the reservation"), ("ARRIVED", _GIVE_BACK)):
            await _shows(stage, code, state=state, possible=("cancel",))
            page = (await ana.get(f"/r/{code}")).text
            found = re.search(r'formaction="[^"]*/cancel"[^>]*>([^<]*)<', page)
            assert found is not None
            assert found[1] == label
            assert _UNPLUG_NOW not in words_of(page)
        costs = (CostUntil(until=None, cost=Money(500, "EUR")),)
        await _shows(stage, code, state="ARRIVED", possible=("cancel",), cancelling=costs)
        assert "5.00 EUR" in words_of((await ana.get(f"/r/{code}")).text)


async def test_nobody_else_is_asked_to_unplug(stage: Stage) -> None:
    code = await stage.booked()
    await _shows(stage, code, state="CHARGING", possible=())
    olga = await signed_in(stage, OLGA, **_ENGLISH)
    async with olga.http:
        assert _UNPLUG_NOW not in words_of((await olga.get(f"/r/{code}")).text)
