"""What a waiting list offers, on the page that its mail leads to: seen, answered once, and over in words."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from activities.queue.rounds import take_back_due
from db.tables import WaitingEntry
from tests.api.stage import NOW, START, Stage
from tests.api.web.offered import offered_to
from tests.api.web.visits import BEN, Browser, opened, signed_in
from texts.languages import Language


async def offered(stage: Stage, name: str, days: int) -> tuple[Browser, str]:
    """Somebody of that name, and the code of what they are offered."""
    code = await offered_to(stage, name, days=days)
    return await signed_in(stage, {"sub": name, "scope": "driver"}), code


async def state_of(stage: Stage, code: str) -> str:
    async with stage.sessions() as session:
        return (
            await session.scalars(select(WaitingEntry.state).where(WaitingEntry.offer_code == code))
        ).one()


@pytest.mark.parametrize("language", list(Language))
async def test_it_says_where_when_for_what_price_and_until_when(stage: Stage, language: Language) -> None:
    browser, code = await offered(stage, f"sees-{language}", 2 if language is Language.ENGLISH else 3)
    async with browser.http:
        page = await browser.get(f"/o/{code}", **{"Accept-Language": language.value})
    assert page.status_code == 200, page.text
    for said in ("Site north", 'href="/s/north"', "14:00", "EUR", "snooze", "decline", "accept"):
        assert said in page.text
    async with stage.sessions() as session:
        found = select(WaitingEntry.offer_until).where(WaitingEntry.offer_code == code)
        until = (await session.scalars(found)).one()
    assert until is not None
    assert f"{until.astimezone(datetime.fromisoformat(START).tzinfo):%H:%M}" in page.text


async def test_it_is_accepted_by_one_press_and_by_two_once(stage: Stage) -> None:
    browser, code = await offered(stage, "accepts", 4)
    async with browser.http:
        page = await browser.get(f"/o/{code}")
        for _ in range(2):
            done = await browser.send(page, f"/o/{code}/accept")
            assert (done.status_code, done.headers["location"]) == (303, f"/r/{code}")
        assert await state_of(stage, code) == "booked"
        assert (await browser.get(f"/o/{code}")).headers["location"] == f"/r/{code}"
        assert (await browser.get(f"/r/{code}")).status_code == 200


@pytest.mark.parametrize(("answer", "days", "state"), [("decline", 5, "declined"), ("snooze", 6, "waiting")])
async def test_who_does_not_want_it_says_so_and_what_is_over_says_so(
    stage: Stage, answer: str, days: int, state: str
) -> None:
    browser, code = await offered(stage, answer, days)
    async with browser.http:
        page = await browser.get(f"/o/{code}")
        done = await browser.send(page, f"/o/{code}/{answer}")
        assert (done.status_code, done.headers["location"]) == (303, f"/o/{code}")
        assert await state_of(stage, code) == state
        over = await browser.get(f"/o/{code}")
        assert over.status_code == 200
        assert "nothing to answer here" in over.text
        assert "<button form" not in over.text
        late = await browser.send(page, f"/o/{code}/accept")
        assert "nothing to answer here" in late.text
    assert await state_of(stage, code) == state


async def test_one_that_was_let_pass_says_what_became_of_it(stage: Stage) -> None:
    browser, code = await offered(stage, "silent", 7)
    async with browser.http:
        page = await browser.get(f"/o/{code}")
        async with stage.sessions.begin() as session:
            passed = update(WaitingEntry).where(WaitingEntry.offer_code == code)
            await session.execute(passed.values(offer_until=NOW - timedelta(seconds=1)))
        assert "nothing to answer here" in (await browser.get(f"/o/{code}")).text
        refused = await browser.send(page, f"/o/{code}/accept")
        assert refused.status_code == 409
        assert refused.text.count("<h1>") == 1
        assert await take_back_due(stage.sessions, lambda: NOW) == 1
        assert "You did not answer to the place" in (await browser.get(f"/o/{code}")).text


async def test_nobody_sees_or_answers_what_another_is_offered(stage: Stage) -> None:
    browser, code = await offered(stage, "private", 8)
    await browser.http.aclose()
    ben = await signed_in(stage, BEN)
    async with ben.http:
        page = await ben.get("/me")
        for word in ("", "/accept", "/decline", "/snooze", "/eat"):
            address = f"/o/{code}{word}"
            answer = await (ben.send(page, address) if word else ben.get(address))
            assert answer.status_code == 404, address
        assert (await ben.get("/o/0000-0000-0000")).status_code == 404
        assert (await ben.get("/o/nothing")).status_code == 404
    assert await state_of(stage, code) == "offered"
    async with opened(stage).http as http:
        asked = await http.get(f"/o/{code}")
        assert (asked.status_code, asked.headers["location"]) == (303, f"/sign-in?back=%2Fo%2F{code}")


async def test_what_asks_for_an_answer_is_a_press_away_from_ones_own_page(stage: Stage) -> None:
    browser, code = await offered(stage, "looks", 9)
    async with browser.http:
        assert f'<a href="/o/{code}">Accept or decline</a>' in (await browser.get("/me")).text
        page = await browser.get(f"/o/{code}")
        assert (await browser.send(page, f"/o/{code}/eat")).status_code == 404
        assert (await browser.post(f"/o/{code}/accept", {})).status_code == 403
    assert await state_of(stage, code) == "offered"
